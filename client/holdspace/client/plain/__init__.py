"""The plain line mode: append-only sentences for screen readers, braille, dictation and scripts."""

from holdspace.client.plain.session import Attending, attend
from holdspace.client.plain.terminal import Terminal, open_terminal

__all__ = ["Attending", "Terminal", "attend", "open_terminal"]
