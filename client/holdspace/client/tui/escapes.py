"""Esc three times in a row closes the screen at once (A22): how many there were just now."""

TO_VANISH = 3
WINDOW = 1.5


class Escapes:
    """The presses of Esc that still count, by when they were."""

    def __init__(self) -> None:
        self._at: list[float] = []

    def __len__(self) -> int:
        return len(self._at)

    def press(self, now: float) -> bool:
        """Count one, and tell whether it was the last that was needed."""
        self._at = [*(at for at in self._at if now - at < WINDOW), now]
        return len(self._at) >= TO_VANISH

    def forget(self) -> None:
        """Begin anew: whoever does something in between is not fleeing."""
        self._at = []

    def are_over(self, now: float) -> bool:
        """Tell whether there were some, and too long ago to count."""
        return bool(self._at) and now - self._at[-1] >= WINDOW
