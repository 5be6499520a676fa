"""The acts of writing: somebody's own editor, and copying what is one's own."""

from holdspace.client.act_kinds import Act, Need, Spot

EVERYONE: tuple[Act, ...] = (
    Act("editor", "f4", "editor", "your own editor",
        "Write on in your own editor, the one that VISUAL or EDITOR names; nothing is sent by it.",
        spot=Spot.WRITING, needs=Need.TEXT, is_optional=True),
    Act("copy", "f3", "copy", "copy",
        "Show your own words bare, to be selected; \"numbers\" the numbers to call, \"code\" the invitation.",
        spot=Spot.WRITING, needs=Need.TEXT, is_optional=True, also=("bare",)),
    Act("clipboard", "1-9", "clipboard", "to the clipboard",
        "Hand your newest words to the terminal's clipboard, or those with this number in /copy.",
        spot=Spot.COPY, needs=Need.TEXT, is_optional=True, also=("clip",)),
)  # fmt: skip
