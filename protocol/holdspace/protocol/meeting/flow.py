"""The agenda of a meeting: read from a flow file, checked, and laid out in time.

A flow file is reviewed data, not code. Every client of a meeting checks the same text in the same
way, so a flow that one of them would refuse is open on none.
"""

from collections.abc import Mapping
from functools import lru_cache

from holdspace.protocol import toml_reader as toml
from holdspace.protocol.meeting.flow_rules import check_flow
from holdspace.protocol.meeting.flow_schema import (
    BRACES,
    FORMAT,
    MAX_FLOW_BYTES,
    MAX_STAGES,
    Flow,
    Stage,
)
from holdspace.protocol.toml_reader import DataError, Problem
from holdspace.protocol.translation import _
from holdspace.protocol.values import value

__all__ = [
    "FORMAT",
    "MAX_FLOW_BYTES",
    "MAX_STAGES",
    "Flow",
    "FlowError",
    "Problem",
    "Slot",
    "Stage",
    "parse_flow",
    "read_flow",
    "render",
    "timetable",
]


class FlowError(DataError):
    """The flow cannot be used; `problems` says why, line by line."""


def parse_flow(text: str) -> Flow:
    """Return the flow; raise FlowError, with every problem found, if any rule is broken."""
    try:
        document = toml.open_document(text)
    except DataError as error:
        raise FlowError(error.problems) from None
    version = document.data.get("format")
    if version != FORMAT or type(version) is not int:
        raise FlowError((Problem(document.line_of(("format",)), _other_format(version)),))
    reader = toml.Reader(document)
    flow = toml.read_section(reader, Flow, document.data, ())
    if flow is not None:
        check_flow(flow, reader)
    if flow is None or reader.problems:
        raise FlowError(reader.sorted_problems())
    return flow


def _other_format(version: object) -> str:
    if type(version) is int and FORMAT < version < 1000:
        return _(
            "This file is of format {version}, and this holdspace knows {format}; a newer one may."
        ).format(version=version, format=FORMAT)
    return _("A flow file begins with format = {format}.").format(format=FORMAT)


@lru_cache(maxsize=8)
def read_flow(text: str) -> Flow:
    """Return `parse_flow(text)`, remembered."""
    return parse_flow(text)


@value()
class Slot:
    """When a stage is meant to begin, and for how long, in seconds of the meeting."""

    stage: Stage
    begins: int
    seconds: int


def timetable(flow: Flow, people: int) -> tuple[Slot, ...]:
    """Return the plan of a meeting of so many people."""
    slots: list[Slot] = []
    begins = 0
    for stage in flow.stages:
        slots.append(Slot(stage, begins, stage.seconds(people)))
        begins += slots[-1].seconds
    return tuple(slots)


def render(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders filled; what a value contains is left as it is."""
    return BRACES.sub(lambda found: values.get(found[1], found[0]), template)
