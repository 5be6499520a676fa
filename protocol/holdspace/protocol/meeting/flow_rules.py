"""What a flow must have to be safe for the people in it: the rules of product.md 5.6 as one table.

Each rule looks at the whole flow and yields where it is broken and what to do about it.
"""

from collections.abc import Callable, Iterator

from holdspace.protocol.meeting.flow_schema import BRACES, PLACEHOLDERS, Checkin, Flow, Stage
from holdspace.protocol.toml_reader import Path, Reader
from holdspace.protocol.translation import N_, _

Finding = tuple[Path, str]

_SHARING_TURNS = frozenset({"open", "hands", "round", "gather", "pairs"})
# Stages in which nobody is asked to tell anything of their own.
_NOT_SHARING = frozenset({"welcome", "agreement", "practice", "technique", "rest", "feedback"})
_BLOCK_OF_KIND = {
    "agreement": "consent",
    "checkin": "checkin",
    "poll": "poll",
    "pairs": "pairs",
    "technique": "technique",
    "goal_set": "goal",
    "goal_review": "review",
    "brainstorm": "brainstorm",
    "feedback": "feedback",
    "closing": "closing",
}
_BLOCKS = frozenset(_BLOCK_OF_KIND.values())
# A file says where agreements are, so its consent block may be left out; rest is for these alone.
_MAY_LACK_BLOCK = frozenset({"agreement"})

_ASK_FIRST = N_(
    "Nobody is paired without their yes: "
    'assign must be "opt-in", or "facilitator" who asks both, and consent stays true.'
)


def check_flow(flow: Flow, reader: Reader) -> None:
    """Note every rule of the whole file that is broken."""
    for rule in _RULES:
        for path, sentence in rule(flow):
            reader.wrong(path, sentence)


def _group_makes_sense(flow: Flow) -> Iterator[Finding]:
    if flow.group.min > flow.group.max:
        yield ("group",), _("The group's min is over its max.")


def _has_crisis_card(flow: Flow) -> Iterator[Finding]:
    if not flow.policy.crisis:
        yield (
            ("policy",),
            _('There is no crisis card: add crisis = "{path}" to [policy].').format(
                path="crisis/{locale}.toml"
            ),
        )
    elif flow.policy.crisis.replace("{locale}", "").count("{"):
        yield (
            ("policy", "crisis"),
            _("Only {braces} can stand in braces here.").format(braces="{locale}"),
        )


def _agreement_comes_first(flow: Flow) -> Iterator[Finding]:
    for number, stage in enumerate(flow.stages):
        if stage.kind == "agreement":
            return
        if stage.turn in _SHARING_TURNS and stage.kind not in _NOT_SHARING:
            yield (
                ("stage", number),
                _(
                    'People share here before any agreement; put a stage of kind "agreement" in front.'
                ),
            )
            return


def _agreement_has_words(flow: Flow) -> Iterator[Finding]:
    for number, stage in enumerate(flow.stages):
        if stage.kind == "agreement" and stage.consent is None and not flow.policy.agreement:
            yield (
                ("stage", number),
                _(
                    "There is nothing to agree to: name an agreement in [policy] or add [stage.consent]."
                ),
            )


def _closes(flow: Flow) -> Iterator[Finding]:
    closings = [stage for stage in flow.stages if stage.kind == "closing"]
    if not closings:
        last = len(flow.stages) - 1
        yield ("stage", last), _('The flow has no closing: add a stage of kind "closing".')
    for number, stage in enumerate(flow.stages):
        if stage.kind == "closing" and (stage.optional or stage.drop_order):
            yield (
                ("stage", number),
                _("A closing is never skipped; it cannot be optional or dropped."),
            )


_TOO_LONG = N_(
    "With {people} people the stages take {minutes} minutes, more than 10 % over the {planned} of the file."
)


def _fits_the_time(flow: Flow) -> Iterator[Finding]:
    for people in flow.usual_sizes:
        seconds = flow.seconds(people)
        # In tenths of seconds, so that no rounding decides.
        if seconds * 10 > flow.minutes * 60 * 11:
            yield (
                ("minutes",),
                _(_TOO_LONG).format(
                    people=people, minutes=f"{seconds / 60:.0f}", planned=flow.minutes
                ),
            )


def _ids_are_distinct(flow: Flow) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, stage in enumerate(flow.stages):
        if stage.id in seen:
            yield ("stage", number, "id"), _("Two stages have the id {id}.").format(id=stage.id)
        seen.add(stage.id)


def _blocks_fit_kinds(flow: Flow) -> Iterator[Finding]:
    for number, stage in enumerate(flow.stages):
        wanted = _BLOCK_OF_KIND.get(stage.kind)
        has = {name for name in _BLOCKS if getattr(stage, name) is not None}
        for name in sorted(has - {wanted}):
            yield (
                ("stage", number, name),
                _("A stage of kind {kind} has no use for [stage.{name}].").format(
                    kind=stage.kind, name=name
                ),
            )
        if wanted and wanted not in has and stage.kind not in _MAY_LACK_BLOCK:
            yield (
                ("stage", number),
                _("A stage of kind {kind} needs a [stage.{wanted}].").format(
                    kind=stage.kind, wanted=wanted
                ),
            )


def _numbers_stay_private(flow: Flow) -> Iterator[Finding]:
    for number, stage in enumerate(flow.stages):
        if stage.checkin is None:
            continue
        if stage.checkin.share != "me":
            yield (
                ("stage", number, "checkin", "share"),
                _('share must be "me": people may show more, but only by choosing so themselves.'),
            )
        if not all(scale.skip for scale in stage.checkin.scales):
            yield ("stage", number, "checkin", "scales"), _("Every scale must be skippable.")


def are_different(words: tuple[str, ...]) -> bool:
    """Tell whether no two of these are the same but for spaces around and capitals of ASCII."""
    # R12: all clients must agree, and Python's tables of other letters change with its version.
    return len({word.strip(" ").encode().lower() for word in words}) == len(words)


def _counts_can_be_told_apart(flow: Flow) -> Iterator[Finding]:
    for number, stage in enumerate(flow.stages):
        if stage.checkin is not None:
            yield from _checkin_asks(number, stage.checkin)
        lists = {
            ("poll", "options"): stage.poll.options if stage.poll else (),
            ("feedback", "items"): stage.feedback.items if stage.feedback else (),
            ("feedback", "fit"): stage.feedback.fit if stage.feedback else (),
        }
        for path, words in lists.items():
            if not are_different(words):
                yield (
                    ("stage", number, *path),
                    _("Two of the {key} are the same.").format(key=path[1]),
                )
        if stage.feedback is not None and len(stage.feedback.fit) == 1:
            yield ("stage", number, "feedback", "fit"), _("A choice needs at least two answers.")


def _checkin_asks(number: int, checkin: Checkin) -> Iterator[Finding]:
    where = ("stage", number, "checkin", "scales")
    if len({scale.id for scale in checkin.scales}) < len(checkin.scales):
        yield where, _("Two scales have the same id.")
    if any(scale.min >= scale.max for scale in checkin.scales):
        yield where, _("The min of a scale is below its max.")
    if not (checkin.scales or checkin.word):
        yield where[:-1], _("A check-in asks for something: add scales, or word = true.")


def _pairs_ask_first(flow: Flow) -> Iterator[Finding]:
    for number, stage in enumerate(flow.stages):
        if stage.turn == "pairs" and stage.kind != "pairs":
            yield (
                ("stage", number, "turn"),
                _('Only a stage of kind "pairs" can have turn = "pairs".'),
            )
        pairs = stage.pairs
        if pairs and (pairs.assign not in ("opt-in", "facilitator") or not pairs.consent):
            where = "assign" if pairs.consent else "consent"
            yield ("stage", number, "pairs", where), _ASK_FIRST


def _techniques_have_a_way_out(flow: Flow) -> Iterator[Finding]:
    for number, stage in enumerate(flow.stages):
        technique = stage.technique
        if technique and not technique.opt_out:
            yield ("stage", number, "technique"), _("A technique needs opt_out = true.")
        if technique and not technique.alternatives:
            yield (
                ("stage", number, "technique"),
                _("A technique needs at least one of alternatives."),
            )


def _placeholders_are_known(flow: Flow) -> Iterator[Finding]:
    known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for number, stage in enumerate(flow.stages):
        for path, template in _templates(stage):
            for name in _unknown_placeholders(template):
                said = f"{{{name}}}" if name.isascii() and name.isalnum() else _("a brace")
                yield (
                    ("stage", number, *path),
                    _("Nothing is known to fill {braces}; there is {known}.").format(
                        braces=said, known=known
                    ),
                )


def _unknown_placeholders(template: str) -> tuple[str, ...]:
    """Return what stands in braces, or half in braces, without being a placeholder."""
    unknown = [name for name in BRACES.findall(template) if name not in PLACEHOLDERS]
    rest = BRACES.sub("", template)
    return (*unknown, *(brace for brace in "{}" if brace in rest))


def _templates(stage: Stage) -> Iterator[tuple[Path, str]]:
    for name in ("say", "prompt"):
        yield (name,), getattr(stage, name)
    for name in ("ask", "starters", "ready"):
        for line in getattr(stage, name):
            yield (name,), line
    yield from ((("fallback", "words"), stage.fallback.words),)
    if stage.closing:
        yield ("closing", "words"), stage.closing.words
    if stage.consent:
        for line in stage.consent.items:
            yield ("consent", "items"), line


_RULES: tuple[Callable[[Flow], Iterator[Finding]], ...] = (
    _group_makes_sense,
    _has_crisis_card,
    _agreement_comes_first,
    _agreement_has_words,
    _closes,
    _fits_the_time,
    _ids_are_distinct,
    _blocks_fit_kinds,
    _numbers_stay_private,
    _counts_can_be_told_apart,
    _pairs_ask_first,
    _techniques_have_a_way_out,
    _placeholders_are_known,
)
