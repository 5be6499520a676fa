"""The acts of pairs, and of ideas that are asked for first."""

from holdspace.client.act_kinds import Act, Need, facilitators_act
from holdspace.client.seat.intents import (
    BePaired,
    BringAllBack,
    CallIntoPair,
    ComeBackFromPair,
    GoToCaller,
    MakePairs,
    OfferAnIdea,
    TakeOfferBack,
)
from holdspace.client.seat.view import RoomView


def _is_paired(view: RoomView) -> bool:
    return view.pairs is not None and bool(view.pairs.partners)


def _is_calling(view: RoomView) -> bool:
    return view.pairs is not None and view.pairs.is_calling


EVERYONE: tuple[Act, ...] = (
    Act("pair", "W", "pair", "yes, a pair",
        "Say yes to meeting somebody in a pair for a while; nobody is paired without that.",
        lambda _: BePaired(),
        when=lambda view: bool(view.pairs and not (view.pairs.is_willing or view.pairs.partners))),
    Act("unpair", "W", "unpair", "rather no pair", "Take your yes to a pair back.",
        lambda _: BePaired(is_willing=False),
        when=lambda view: bool(view.pairs and view.pairs.is_willing)),
    Act("come-back", "W", "comeback", "leave the pair", "Come back from your pair to the room.",
        lambda _: ComeBackFromPair(), also=("come-back",), when=_is_paired),
    Act("call", "=", "call", "call a facilitator",
        "Call a facilitator into your pair; they read only what is said after they came.",
        lambda _: CallIntoPair(),
        when=lambda view: _is_paired(view) and not (_is_calling(view) or view.is_facilitator)),
    Act("uncall", "=", "uncall", "not needed any more",
        "Say that your pair needs no facilitator any more.",
        lambda _: CallIntoPair(is_calling=False),
        when=lambda view: _is_paired(view) and _is_calling(view) and not view.is_facilitator),
    Act("offer", "W", "offer", "offer an idea",
        "Ask whoever spoke last whether they would like this idea; it stays here until they say yes.",
        lambda given: OfferAnIdea(given.text), needs=Need.TEXT,
        when=lambda view: view.can_offer and not (view.pairs or view.is_offering)),
    Act("unoffer", "W", "unoffer", "take the offer back",
        "Ask no more; the words of your idea go back into the text field.",
        lambda _: TakeOfferBack(), when=lambda view: view.is_offering and not view.pairs),
)  # fmt: skip

FACILITATORS: tuple[Act, ...] = (
    facilitators_act("form-pairs", "=", "formpairs", "form the pairs",
        "Put those together who said yes to a pair; the odd one out as the stage says.",
        lambda _: MakePairs(), also=("form-pairs",),
        when=lambda view: bool(view.is_facilitator and view.pairs and not view.pairs.paired)),
    facilitators_act("all-back", "=", "allback", "everybody back",
        "Bring everybody back from their pairs at once.",
        lambda _: BringAllBack(), also=("all-back",),
        when=lambda view: bool(
            view.is_facilitator and view.pairs and view.pairs.paired and not view.pairs.calls)),
    facilitators_act("to-caller", "=", "tocaller", "go to the pair",
        "Go to the pair that called; what they said before stays theirs.",
        lambda _: GoToCaller(), also=("to-caller",),
        when=lambda view: bool(view.is_facilitator and view.pairs and view.pairs.calls)),
)  # fmt: skip
