"""Draw every screen in sample states, to look at: ./dev pictures FOLDER, or ./dev pictures docs for docs/.

SVG always, and PNG beside it where rsvg-convert is installed. Not shipped and not a test: the one
thing no test can say is whether the room is calm and beautiful.
"""

import asyncio
import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from rich.cells import cell_len
from textual.app import App

import screen_samples as sample
from holdspace.client.tui.app import HoldspaceApp
from screen_player import SIZES, Player
from screen_states import STATES

OTHER_SIZES = {
    "23-support": ((40, 12),),
    "62-cards": ((40, 12),),
    "70-pause-why": ((40, 12),),
    "05-waiting-talk": ((40, 12),),
    "06-private": ((40, 12),),
    "06-private-over": ((40, 12),),
    "50-goal-card": ((40, 12),),
    "51-goal-smaller": ((40, 12),),
    "52-own": ((40, 12),),
    "53-board": ((40, 12),),
    "40-question": ((40, 12),),
    "41-question-choice": ((40, 12),),
    "07-room-keys": ((150, 40), (200, 60)),
    "15-facilitator": ((160, 50), (200, 60)),
    "06-room-writing": ((40, 12), (60, 20), (200, 60), (30, 8)),
    "03-lobby": ((40, 12), (200, 60)),
    "80-settings": ((40, 12),),
    "82-comfort": ((40, 12),),
    "83-tryout": ((40, 12),),
    "84-tryout-keys": ((40, 12),),
    "05-waiting": ((40, 12),),
}


async def draw(folder: Path, name: str, size: tuple[int, int]) -> Path:
    """Draw one state at one size."""
    view, act = STATES[name]
    player = Player(view)
    app = HoldspaceApp(player, clock=lambda: sample.NOW)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await act(pilot, player)
        await pilot.pause()
        await pilot.pause()
        # The app itself takes no screenshots; for looking at it we ask Textual's own method.
        svg = App.export_screenshot(app, title="holdspace")
    path = folder / f"{name}-{size[0]}x{size[1]}.svg"
    path.write_text(svg, "utf-8")
    return path


_TEXT = re.compile(
    r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" textLength="[^"]*" clip-path="([^"]*)">([^<]*)<'
)
CELL = 12.2


def word_by_word(found: re.Match[str]) -> str:
    """Place every word by itself: not everything that draws pictures keeps blanks as a browser does."""
    style, x, y, clip, text = found.groups()
    words = re.finditer(r"[^ ]+", html.unescape(text).replace("\xa0", " "))
    placed = [
        f'<text class="{style}" x="{float(x) + CELL * cell_len(word.string[: word.start()]):.1f}" y="{y}" '
        f'textLength="{CELL * cell_len(word.group()):.1f}" clip-path="{clip}">'
        f"{html.escape(word.group())}</text>"
        for word in words
    ]
    return "".join(placed)[: -len("/text>")] if placed else f'<text x="{x}" y="{y}"><'


def to_png(path: Path) -> None:
    """Make a PNG beside an SVG, in the fonts of this machine."""
    svg = (
        path.read_text("utf-8")
        .replace("Fira Code", "DejaVu Sans Mono")
        .replace("FiraCode", "DejaVu Sans Mono")
    )
    # DejaVu is a little narrower than the font the picture was measured for.
    svg = svg.replace("font-size: 20px", "font-size: 20.26px")
    local = path.with_suffix(".local.svg")
    local.write_text(_TEXT.sub(word_by_word, svg), "utf-8")
    subprocess.run(
        ["rsvg-convert", "--zoom", "1", "-o", str(path.with_suffix(".png")), str(local)], check=True
    )
    local.unlink()


# What docs/participants.md and docs/facilitators.md show, by the name of the picture there.
DOCS = {
    "lobby": "03-lobby",
    "tryout": "84-tryout-keys",
    "settings": "81-settings-chosen",
    "waiting": "05-waiting",
    "room": "07-room-keys",
    "my-turn": "09-room-my-turn",
    "not-my-turn": "08-room-refused",
    "gather": "34-gathering",
    "ready": "35-gathering-ready",
    "on-hold": "10-room-held",
    "lost": "11-room-lost",
    "support": "23-support",
    "practice": "40-practice",
    "question": "40-question",
    "small-step": "50-goal-card",
    "apart": "60-apart",
    "board": "53-board",
    "not-ok": "61-not-ok",
    "cards": "62-cards",
    "folded": "38-folded",
    "leave": "20-leave",
    "before-the-first-stage": "31-before-the-flow",
    "run-sheet": "16-sheet",
    "door": "17-door",
    "people": "18-people",
    "remove": "19-remove",
    "turns": "21-turns",
    "order": "39-order",
    "gather-led": "36-gathering-led",
    "invitation": "27-invitation",
    "last-stage": "33-last-stage",
    "leave-alone": "32-leave-alone",
}
DOCS_FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
DOCS_SIZE = (80, 24)
# Every line is cut at its cells; the words stand in them anyhow.
_CLIPPED_LINE = re.compile(
    r' clip-path="url\(#[\w-]*line-\d+\)"|<clipPath id="[\w-]*line-\d+">.*?</clipPath>\s*',
    re.DOTALL,
)
_FETCHED_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw_docs() -> None:
    """Draw the pictures of the pages for people, in the fonts of whoever looks at them."""
    for name, state in DOCS.items():
        drawn = asyncio.run(draw(DOCS_FOLDER, state, DOCS_SIZE))
        svg = _FETCHED_FONT.sub("", drawn.read_text("utf-8")).replace("Fira Code,", "")
        svg = _CLIPPED_LINE.sub("", _TEXT.sub(word_by_word, svg))
        path = DOCS_FOLDER / f"screen-{name}.svg"
        path.write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), "utf-8")
        drawn.unlink()
        sys.stdout.write(f"{path.name}\n")


def main(folder: Path, wanted: str = "") -> None:
    """Draw all states whose name contains `wanted`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in STATES:
        for size in (*SIZES, *OTHER_SIZES.get(name, ())):
            if wanted not in f"{name}-{size[0]}x{size[1]}":
                continue
            path = asyncio.run(draw(folder, name, size))
            if shutil.which("rsvg-convert"):
                to_png(path)
            sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["docs"]:
        draw_docs()
    else:
        main(Path(sys.argv[1]), *sys.argv[2:3])
