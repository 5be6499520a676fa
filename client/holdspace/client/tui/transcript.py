"""The transcript: one widget that draws only the lines in sight, however long the meeting was.

Rows are wrapped once per width and found by prefix sums, so that ten thousand passages scroll as
lightly as ten. New passages never move what somebody is reading; a marker says how many wait.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, islice

from textual.cache import LRUCache
from textual.geometry import Offset, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from typing_extensions import override

from holdspace.client.seat.view import Passage
from holdspace.client.tui import marks
from holdspace.client.tui.painted import Inked
from holdspace.client.tui.passages import inner_width, passage_height, passage_rows
from holdspace.client.tui.rows import BLANK, Row, centred, row
from holdspace.client.tui.scroll_bar import StillBar
from holdspace.protocol.translation import _

_NEW_ROWS = 2


class Transcript(Inked, ScrollView, can_focus=True):
    """What was said, newest at the bottom."""

    ALLOW_SELECT = False
    # How long it is changes nothing around it, so that nothing else has to be laid out again.
    virtual_size = Reactive(Size(0, 0))

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__(id=id)
        self._passages: tuple[Passage, ...] = ()
        self._starts: list[int] = [0]
        self._width = 0
        self._rows: LRUCache[int, list[Row]] = LRUCache(256)
        self._unseen = 0
        # The key of the first passage that came in while somebody read back: a line is drawn above it.
        self._first_new = b""
        self._follows = True
        self._is_unfolded = False

    def unfold(self) -> bool:
        """Show what stands behind labels, or hide it again; return whether it shows now."""
        place = self._place()
        self._is_unfolded = not self._is_unfolded
        self._measure(0)
        self._settle(place)
        self.refresh()
        return self._is_unfolded

    @property
    def unseen(self) -> int:
        """Return how many passages came in below while the person was reading back."""
        return self._unseen

    @property
    def is_following(self) -> bool:
        """Return whether the newest line is in sight, so that the next one may scroll in."""
        return self._follows

    def show(self, passages: Sequence[Passage]) -> None:
        """Show these passages; what is being read stays where it is."""
        new = tuple(passages)
        same = _common_start(self._passages, new)
        if same == len(new) == len(self._passages):
            return
        place = self._place()
        added = max(0, len(new) - len(self._passages))
        if added:
            same = min(same, self._divide(new, len(self._passages)))
        self._passages = new
        self._measure(same)
        self._settle(place)
        self._unseen = 0 if self._follows else self._unseen + added
        self.refresh()

    def _divide(self, new: Sequence[Passage], old: int) -> int:
        """Draw the line above what is new to who reads back; take it away once they have caught up.

        Return from which passage on heights may be others than before.
        """
        if not self._follows:
            self._first_new = self._first_new if self._unseen else new[old].key
            return old
        first, self._first_new = self._first_new, b""
        return next((at for at, one in enumerate(self._passages) if one.key == first), old)

    def follow(self) -> None:
        """Go to the newest passage."""
        self._follows = True
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)

    def _measure(self, same: int) -> None:
        """Wrap from the first passage that changed; those before keep their height."""
        if not self._width:
            return  # not laid out yet; the first resize measures everything
        for at in [at for at in self._rows.keys() if at >= same]:  # noqa: SIM118  no mapping
            self._rows.discard(at)
        # All before it ends where it did: a long meeting is not counted anew for every line of it.
        del self._starts[same + 1 :]
        heights = (self._height_at(at) for at in range(same, len(self._passages)))
        self._starts += islice(accumulate(heights, initial=self._starts[-1]), 1, None)
        self.virtual_size = Size(self._width, self._starts[-1])
        self._scroll_update(self.virtual_size)

    @property
    @override
    def vertical_scrollbar(self) -> ScrollBar:
        """Return the bar beside it, made where it is asked for first, as Textual does."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = StillBar(name="vertical", thickness=1)
            bar.display = False
            self.app._start_widget(self, bar)  # noqa: SLF001  as Textual's own property does
        return self._vertical_scrollbar

    def _height_at(self, at: int) -> int:
        height = passage_height(self._shown(at), self._width, self._before(at))
        return height + _NEW_ROWS if self._is_first_new(at) else height

    def _rows_at(self, at: int) -> list[Row]:
        rows = passage_rows(self._shown(at), self._width, self._before(at))
        return [BLANK, _new(), *rows] if self._is_first_new(at) else rows

    def _is_first_new(self, at: int) -> bool:
        return self._passages[at].key == self._first_new

    def _before(self, at: int) -> Passage | None:
        return self._passages[at - 1] if at else None

    def _shown(self, at: int) -> Passage:
        passage = self._passages[at]
        return replace(passage, fold="") if passage.fold and self._is_unfolded else passage

    def _place(self) -> tuple[bytes, int]:
        """Return which passage is at the top of the sight, and by how many rows it is scrolled."""
        top = round(self.scroll_y)
        at = self._at(top)
        return (self._passages[at].key, top - self._starts[at]) if self._passages else (b"", 0)

    def _settle(self, place: tuple[bytes, int]) -> None:
        if self._follows:
            self.follow()
            return
        key, rows_in = place
        at = next((at for at, one in enumerate(self._passages) if one.key == key), None)
        if at is not None:
            self.scroll_to(y=self._starts[at] + rows_in, animate=False, immediate=True, force=True)

    def _at(self, y: int) -> int:
        return max(0, min(bisect_right(self._starts, y) - 1, len(self._passages) - 1))

    def on_resize(self) -> None:
        """Wrap again for the new width and keep the place."""
        place = self._place()
        width = self.scrollable_content_region.width
        if width != self._width:
            is_wrapped_anew = not self._width or inner_width(width) != inner_width(self._width)
            self._width = width
            self._rows.clear()
            # Above some width lines stay as long as they are, and only what is drawn changes.
            self._measure(0 if is_wrapped_anew else len(self._passages))
        self._settle(place)

    @override
    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow again, and forget the marker, when the end is reached."""
        super().watch_scroll_y(old_value, new_value)
        self._follows = new_value >= self.max_scroll_y
        if self._follows and self._unseen:
            self._unseen = 0
            self.refresh()

    @override
    def render_line(self, y: int) -> Strip:
        """Return the line in sight, or the marker at the bottom while something waits below."""
        width = self.size.width
        if self._unseen and y == self.size.height - 1:
            return self.strip(self._marker(width), width)
        return self.strip(self._row(y + self.scroll_offset.y), width)

    def _marker(self, width: int) -> Row:
        words = _("{below} {unseen} new below · End shows them").format(
            below=marks.BELOW, unseen=self._unseen
        )
        return centred(row((words, "amber")), width)

    def _row(self, y: int) -> Row:
        if not 0 <= y < self._starts[-1]:
            return ()
        at = self._at(y)
        lines = self._rows.get(at)
        if lines is None:
            lines = self._rows[at] = self._rows_at(at)
        return lines[y - self._starts[at]]

    @property
    def cursor(self) -> Offset:
        """Return where the terminal's own cursor belongs: the newest line in sight."""
        last = min(self.size.height, self._starts[-1] - self.scroll_offset.y) - 1
        return self.content_region.offset + Offset(0, max(0, last))


def _common_start(old: tuple[Passage, ...], new: tuple[Passage, ...]) -> int:
    # Nearly always something was added and nothing changed.
    if new[: len(old)] == old:
        return len(old)
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one is not other and one != other:
            return at
    return min(len(old), len(new))


def _new() -> Row:
    return row((_("  new from here "), "amber"), ("─" * 24, "faint"))
