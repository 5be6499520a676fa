"""The demo: a room with simulated people in it, for one real person to sit in."""


def run(*, facilitate: bool, plain: bool, speed: float) -> int:
    """Show a first meeting to the person at this terminal; return the program's exit code."""
    # Late, because the people's own process starts in this package and needs nothing of a show.
    from holdspace.client.demo.show import Show  # noqa: PLC0415

    return Show(facilitate=facilitate, plain=plain, speed=speed).run()
