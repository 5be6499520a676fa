"""A number that somebody typed to choose one of so many: read the same way everywhere."""

# Nobody chooses among more; what is longer is a text, and not a number that has to be computed.
_MOST_DIGITS = 4


def number_in(typed: str, most: int) -> int:
    """Return the number that was typed, from 1 to `most`; 0 for anything else."""
    word = typed.strip()
    if not (word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS):
        return 0
    number = int(word)
    return number if number <= most else 0
