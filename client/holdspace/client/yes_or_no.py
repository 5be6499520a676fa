"""What counts as a yes and as a no, in every language at once: neither may hang on somebody's settings."""

YES = frozenset({"y", "yes", "j", "ja"})
NO = frozenset({"n", "no", "nein"})
