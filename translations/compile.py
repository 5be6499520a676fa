"""Compile every language: what ./dev does when a catalogue has changed."""

from pathlib import Path

from po import compile_all

if __name__ == "__main__":
    compile_all(Path(__file__).parent.parent / "client/holdspace/client/words")
