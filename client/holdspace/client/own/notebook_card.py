"""The questions by which a notebook is made, or opened, in the middle of a meeting.

Whoever finds out only in the room that something is worth keeping must not have to leave it first.
"""

from __future__ import annotations

from collections.abc import Callable

from holdspace.client.own.talk import Done, Step, Talk
from holdspace.protocol.translation import N_

TITLE = N_("Your notebook")
WHAT_FOR = N_(
    "A notebook is one encrypted file on this computer, for your drafts, plans and ideas, and for rooms "
    "that you keep. Enter alone leaves it."
)
NO_WAY_BACK = N_(
    "Nobody can open it without the passphrase, also not whoever makes this program. If it is lost, "
    "so is what is in the notebook."
)
ASK_NEW = N_("A passphrase for it (it is not shown). Four or five words are good:")
ASK_AGAIN = N_("The same once more:")
ASK_OLD = N_("There is a notebook of yours on this computer. Its passphrase (it is not shown):")
DIFFERENT = N_("Those were two different ones.")
LEFT = N_("No notebook was made or opened. Everything is as it was.")
OPENING = N_("One moment: your notebook is being opened.")
OPEN_ALREADY = N_("Your notebook is open already.")
NOT_HERE = N_("Nothing can be kept here: this is only for trying things out.")


def notebook_card(why_not: Callable[[str], str], *, is_there: bool) -> Talk:
    """Return the first question: for the passphrase of the notebook, or for a new one.

    `why_not` says what is wrong with a new passphrase, or nothing.
    """
    if is_there:
        return Talk(TITLE, ASK_OLD, _old, above=(WHAT_FOR,), is_secret=True)

    def new(typed: str) -> Step:
        if not typed:
            return Done(LEFT)
        wrong = why_not(typed)
        return begin(wrong) if wrong else Talk(TITLE, ASK_AGAIN, again(typed), is_secret=True)

    def again(first: str) -> Callable[[str], Step]:
        return lambda typed: Done(OPENING, passphrase=first) if typed == first else begin(DIFFERENT)

    def begin(*above: str) -> Talk:
        return Talk(TITLE, ASK_NEW, new, above=above, is_secret=True)

    return begin(WHAT_FOR, NO_WAY_BACK)


def _old(typed: str) -> Step:
    return Done(OPENING, passphrase=typed) if typed else Done(LEFT)
