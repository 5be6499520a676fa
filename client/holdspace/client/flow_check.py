"""`holdspace flow`: what is wrong with a flow, or when each stage would be; and a shipped one to edit.

`flow check` names each mistake with its line. The timetable is a dry run for the fewest, the usual
and the most people. Plain aligned text, so that it reads well aloud.
"""

from datetime import date
from pathlib import Path

from holdspace.client.file_errors import why
from holdspace.client.library import (
    DataError,
    Library,
    NotInLibrary,
    Problem,
    crisis_warning,
    list_flows,
    read_file,
    read_flow,
)
from holdspace.protocol.meeting.flow import Flow, parse_flow, timetable
from holdspace.protocol.translation import _, ngettext, spoken

OK = 0
BROKEN = 1
UNREADABLE = 2


def listing(own: Path | None = None) -> tuple[int, list[str]]:
    """Return the exit code and a line for each flow: its name, title, minutes and for how many."""
    names = list_flows(own)
    return OK, [_listed(name, own) for name in names]


def _listed(name: str, own: Path | None) -> str:
    try:
        flow = parse_flow(read_flow(name, own))
    except DataError:
        return _("{name}: this file has mistakes; holdspace flow check {name} names them.").format(
            name=name
        )
    return _("{name}: {title}, {minutes} minutes, {least} to {most} people.").format(
        name=name.removesuffix(f".{spoken()}"),
        title=flow.title,
        minutes=flow.minutes,
        least=flow.group.min,
        most=flow.group.max,
    )


def check(
    flow_name: str, *, own: Path | None = None, today: date | None = None
) -> tuple[int, list[str]]:
    """Return the exit code and the lines to print, for a file or a flow of the library.

    `today` is for warnings about old files.
    """
    path = Path(flow_name)
    name = path.name
    try:
        flow = parse_flow(read_file(path) if path.is_file() else read_flow(flow_name, own))
    except NotInLibrary as error:
        return UNREADABLE, [str(error)]
    except DataError as error:
        return BROKEN, [*_problem_lines(name, error.problems), _verdict(error.problems)]
    warnings = [
        _("Note: {warning}").format(warning=warning)
        for warning in _warnings(flow, Library(own), today)
    ]
    return OK, [
        _("{title}: this flow can be used.").format(title=flow.title),
        *warnings,
        "",
        *timetable_lines(flow),
    ]


def export(flow_name: str, path: str) -> tuple[int, list[str]]:
    """Write a shipped flow to a new file, to be edited; return the exit code and the lines to print."""
    library, file = Library(), Path(path)
    wanted = library.file_name("flows", flow_name)
    try:
        text = library.text("flows", wanted)
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except NotInLibrary as error:
        return UNREADABLE, [str(error)]
    except FileExistsError:
        return UNREADABLE, [
            _("{name} is there already. Nothing was changed.").format(name=file.name)
        ]
    except OSError as error:
        return UNREADABLE, [
            _("{name} cannot be written: {reason}.").format(name=file.name, reason=why(error))
        ]
    words = _("{name} is yours to edit now. When you have, check it: {command}").format(
        name=file.name, command=f"holdspace flow check {path}"
    )
    return OK, [words]


def _problem_lines(name: str, problems: tuple[Problem, ...]) -> list[str]:
    return [f"{name}:{problem.line}: {problem.sentence}" for problem in problems]


def _verdict(problems: tuple[Problem, ...]) -> str:
    return ngettext(
        "This flow cannot be used yet: one thing to put right.",
        "This flow cannot be used yet: {number} things to put right.",
        len(problems),
    ).format(number=len(problems))


def _warnings(flow: Flow, library: Library, today: date | None) -> list[str]:
    warnings = []
    if today and flow.review_by and today > flow.review_by:
        warnings.append(_("It was to be reviewed by {day}.").format(day=flow.review_by))
    for path in _named_files(flow):
        try:
            library.flow_file(path)
        except (NotInLibrary, DataError):
            warnings.append(_("{path} is not in the library.").format(path=path))
    return [*warnings, *_crisis_warnings(flow, library, today)]


def _named_files(flow: Flow) -> list[str]:
    named = [stage.technique.ref for stage in flow.stages if stage.technique]
    exercises = (stage.pairs.exercise for stage in flow.stages if stage.pairs)
    named += [f"techniques/{name}.{flow.lang}.toml" for name in exercises]
    return [path for path in (flow.policy.agreement, *named) if path]


def _crisis_warnings(flow: Flow, library: Library, today: date | None) -> list[str]:
    try:
        card = library.crisis_card(flow.lang)
    except (NotInLibrary, DataError):
        words = _("The library has no crisis card crisis/{lang}.toml that can be read.").format(
            lang=flow.lang
        )
        return [words]
    warning = crisis_warning(card, today or date.min)
    return [warning] if warning else []


def timetable_lines(flow: Flow) -> list[str]:
    """Return the dry run as aligned text: a row for each stage, a column for each group size."""
    sizes = flow.usual_sizes
    plans = [timetable(flow, people) for people in sizes]
    rows = [
        (slots[0].stage.title, slots[0].stage.turn, *(_when(s.begins, s.seconds) for s in slots))
        for slots in zip(*plans, strict=True)
    ]
    totals = [_clock(flow.seconds(people)) for people in sizes]
    header = (
        *(_("Stage"), _("Turns")),
        *(_("{number} people").format(number=people) for people in sizes),
    )
    table = [header, *rows, (_("Total"), "", *totals)]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    return [_aligned(row, widths) for row in table]


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _when(begins: int, seconds: int) -> str:
    return _("{at} for {length}").format(at=_clock(begins), length=_clock(seconds))


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
