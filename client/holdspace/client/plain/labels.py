"""Who speaks, at the head of every plain line: names cannot imitate these words (RESERVED_NAMES)."""

from holdspace.protocol.translation import N_, _

# In English they are also what the code calls them.
LABELS = {
    str(one): one
    for one in (
        N_("about"), N_("after"), N_("agenda"), N_("agreements"), N_("answer"), N_("board"), N_("card"),
        N_("choice"), N_("comfort"), N_("copy"), N_("count"), N_("demo"), N_("door"), N_("draft"),
        N_("editor"), N_("gather"), N_("help"), N_("invitation"), N_("lobby"), N_("log"), N_("not ok"),
        N_("notebook"), N_("notice"), N_("pair"), N_("pairs"), N_("plan"), N_("practice"), N_("private"),
        N_("queue"), N_("relay"), N_("room"), N_("say"), N_("settings"), N_("sheet"), N_("solo"), N_("stage"),
        N_("support"), N_("time"), N_("tryout"), N_("turn"), N_("why"), N_("you"),
    )
}  # fmt: skip


def label_of(name: str) -> str:
    """Return a label in the language of whoever reads it."""
    return _(LABELS[name])


def labelled(name: str, words: str) -> str:
    """Return a line of the program, behind its label."""
    return f"{label_of(name)}: {words}"
