"""What the plain line mode says about its commands: which there are, and which do something now."""

from collections.abc import Iterator

from holdspace.client.acts import Act, Who, acts_for
from holdspace.client.plain.asked import Asked
from holdspace.client.plain.labels import labelled
from holdspace.client.seat.view import Place, RoomView
from holdspace.protocol.translation import N_, _, shown


def help_lines(asked: Asked) -> Iterator[str]:
    """Yield every command that works here, one a line."""
    yield labelled(
        "help",
        _("What you type is shared when you press enter. End a line with \\ to write on below."),
    )
    # All of them take minutes to listen to; what can be done now is not to be waited for.
    can = can_type(asked) if asked.view.place is Place.ROOM else []
    if can:
        yield labelled(
            "help",
            _("Now you can type {commands}. All commands follow.").format(commands=", ".join(can)),
        )
    for act in acts_for(asked.view):
        if act.id not in _WITHOUT_COMMAND:
            yield labelled("help", f"{act.usage}: {_for_lines(act)}")
    for command, words in OWN_HELP:
        yield labelled("help", f"{command}: {_(words)}")


_WITHOUT_COMMAND = frozenset({"say"})
OWN_HELP = (
    ("/where", N_("Say which stage this is.")),
    ("/time", N_("Say how much time is left.")),
    ("/draft", N_("Read words of yours that were kept back.")),
    ("/send", N_("Send them now.")),
    ("/take", N_("Put words that went to nobody with what /send sends.")),
    ("Ctrl+R", N_("While you type: read what came in since, then your line again.")),
)


def _for_lines(act: Act) -> str:
    who_may = "" if act.who is Who.EVERYONE else _(" (For {whom}.)").format(whom=_(act.who.value))
    return shown(_OTHER_WORDS.get(act.id, act.sentence)) + who_may


_OTHER_WORDS = {
    "ready": N_("Prepare a ready phrase; /send sends it."),
    "exit": N_(
        "Stop at once, and empty the window. To the others it looks like a lost connection."
    ),
    "help": N_("List the commands."),
}


def can_type(asked: Asked) -> list[str]:
    """Return the commands that do something at this moment."""
    view = asked.view
    can = [f"/{act.slash}" for act in acts_for(view) if act.id in _DOINGS and _fits(act, view)]
    return [*can, "/send", "/draft"] if asked.draft else can


def _fits(act: Act, view: RoomView) -> bool:
    """Tell whether somebody would get anywhere with it now."""
    missing = {"admit": not view.knocks, "next": not view.stages}
    return bool(act.when(view)) and not missing.get(act.id, False)


_DOINGS = (
    *("flags", "ok", "to-room", "end-private", "answer", "count"),
    *("admit", "edit", "later", "lower", "next", "no", "nod", "onward", "pass", "raise"),
    *("read-on", "release", "resume", "return", "undo", "yes"),
    *("pair", "unpair", "come-back", "call", "offer", "unoffer"),
    *("form-pairs", "all-back", "to-caller"),
)
