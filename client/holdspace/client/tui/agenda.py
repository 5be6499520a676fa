"""The agenda strip: all stages in a line or two, and "you are here"."""

from collections.abc import Iterator

from holdspace.client.seat.view import RoomView, StageView
from holdspace.client.tui import marks
from holdspace.client.tui.clock import left_words, progress
from holdspace.client.tui.rows import Row, cells, flow, row
from holdspace.protocol.translation import _

BAR = 9


def agenda(view: RoomView, now: float, *, width: int, height: int) -> list[Row]:
    """Return the strip in at most `height` rows, leaving out first what is long past or far off."""
    if not view.stages:
        return [row((_("Nothing is planned: everybody may write."), "muted"))][:height]
    lines: list[Row] = []
    for parts in _shorter_and_shorter(view, now):
        lines = flow(parts, width)
        if len(lines) <= height and all(cells(line) <= width for line in lines):
            return lines
    return lines[:height]


def _shorter_and_shorter(view: RoomView, now: float) -> Iterator[list[Row]]:
    done = [stage for stage in view.stages if stage.is_done and not stage.is_current]
    later = [stage for stage in view.stages if not stage.is_done and not stage.is_current]
    here = [_here(view, stage, now) for stage in view.stages if stage.is_current]
    yield [*map(_done, done), *here, *map(_later, later)]
    done_words = (
        [row((_("{mark} {number} done").format(mark=marks.DONE, number=len(done)), "muted"))]
        if done
        else []
    )
    for shown in range(len(later), -1, -1):
        hidden = len(later) - shown
        more = (
            [
                row(
                    (
                        _("{hidden} more").format(hidden=hidden)
                        if shown
                        else _("{hidden} to come").format(hidden=hidden),
                        "muted",
                    )
                )
            ]
            if hidden
            else []
        )
        yield [*done_words, *here, *map(_later, later[:shown]), *more]
    yield here
    current = view.stage
    yield [row((f"{marks.NOW} {current.title}", "amber-strong"))] if current else done_words


def _done(stage: StageView) -> Row:
    return row((f"{marks.DONE} {stage.title}", "muted"))


def _later(stage: StageView) -> Row:
    return row((f"{marks.LATER} {stage.title}", "muted"))


def _here(view: RoomView, stage: StageView, now: float) -> Row:
    left = left_words(view, now)
    time = (*row("  "), *progress(view, now, BAR), *row("  ", (left, "muted"))) if left else ()
    return (*row((f"{marks.NOW} {stage.title}", "amber-strong")), *time)
