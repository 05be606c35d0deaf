"""Text of a portfolio as it is shown: one line, with nothing in it that acts upon what shows it."""

from __future__ import annotations

from unicodedata import bidirectional, category, combining

#: the sign that joins what stands beside it, and the one that keeps it apart
JOINERS = "\u200d\u200c"
#: the sign after a symbol that asks for its picture in colours
PICTURE = "\ufe0f"


def plain(text: str) -> str:
    """`text` without signs that a terminal acts upon instead of showing: escapes, line ends, reversed writing."""
    return "".join(
        sign if sign.isprintable() or (sign in JOINERS and _belongs(text[n - 1 : n], text[n + 1 : n + 2])) else " "
        for n, sign in enumerate(text)
    )


def _belongs(before: str, after: str) -> bool:
    """Whether a joiner is part of what is written: within an emoji, an Indic letter of several, or an Arabic word."""
    if not before or not after:
        return False
    emoji = (category(before)[0] == "S" or before == PICTURE) and category(after)[0] == "S"
    return emoji or combining(before) == 9 or bidirectional(before) == bidirectional(after) == "AL"
