"""The acts by which somebody makes themselves at home: settings, comfort at the door, trying the keys."""

from holdspace.client.act_kinds import Act, Need, Spot

EVERYONE: tuple[Act, ...] = (
    Act("settings", "$", "settings", "settings",
        "Change how it looks and sounds: all there is, or one, like /settings bell no.",
        spot=Spot.ANYWHERE, needs=Need.TEXT, is_optional=True, also=("set",)),
    Act("comfort", "c", "comfort", "make it comfortable",
        "Choose what makes it comfortable, for this time; it is remembered only if you say so.",
        spot=Spot.DOORSTEP),
    Act("tryout", "t", "tryout", "try the keys",
        "Try raising a hand, writing, passing and the way out. Nothing is sent.",
        spot=Spot.DOORSTEP, also=("try-keys", "trykeys")),
)  # fmt: skip
