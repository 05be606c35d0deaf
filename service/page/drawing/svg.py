"""What all pictures share: tags with escaped attributes, and text that fits."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from unicodedata import east_asian_width

from markupsafe import Markup

#: width of characters as a part of the font's size, on the generous side; of all others, and of capitals
CHARACTER, CAPITAL = 0.56, 0.7
WIDTHS = {**dict.fromkeys("mwMW%@—…", 0.95), **dict.fromkeys("fijlrtI.,:;'!|()[] ", 0.4)}


def tag(name: str, *content: str, **attributes: object) -> str:
    """An element; content is markup already, attributes are escaped: `class_` is class, `_` is `-`, no None."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{given}>{''.join(content)}</{name}>" if content else f"<{name}{given}/>"


def text(said: str, **attributes: object) -> str:
    """A text element."""
    return tag("text", escape(said, quote=False), **attributes)


def title(said: str) -> str:
    """What is shown on hovering."""
    return tag("title", escape(said, quote=False))


def picture(
    width: float,
    height: float,
    said: str,
    content: Iterable[str],
    class_: str = "picture",
    stretch: bool = False,
    role: str = "img",
) -> Markup:
    """A picture that is told in a sentence to those who do not see it; one with links in it has the role `group`.

    stretch: it fills any width.
    """
    box = f"0 0 {_plain(width)} {_plain(height)}"
    size = {"viewBox": box, "width": width, "height": height, "preserveAspectRatio": "none" if stretch else None}
    return Markup(tag("svg", *content, class_=class_, role=role, aria_label=said, **size))


def drawing(width: float, height: float, content: Iterable[str], class_: str = "picture", crop: bool = False) -> Markup:
    """A picture of which everything is said elsewhere too; `crop` cuts it on the right where there is no room."""
    box = f"0 0 {_plain(width)} {_plain(height)}"
    size = {"viewBox": box, "width": width, "height": height, "preserveAspectRatio": "xMinYMin slice" if crop else None}
    return Markup(tag("svg", *content, class_=class_, aria_hidden="true", **size))


def fitting(said: str, width: float, size: float = 12) -> str:
    """`said`, cut to a width in pixels."""
    if length(said) * size <= width:
        return said
    most = len(said)
    while most > 1 and length(said[:most] + "…") * size > width:
        most -= 1
    return said[:most].rstrip() + "…"


def length(said: str) -> float:
    """How wide a text is, as a multiple of the font's size."""
    return sum(map(_wide, said))


@cache
def _wide(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.0
    return WIDTHS.get(character, CAPITAL if character.isupper() else CHARACTER)


def lines(said: str, width: float, most: int, size: float = 12) -> list[str]:
    """`said` in at most so many lines of a width in pixels; the last one is cut."""
    found = [""]
    for word in said.split():
        if found[-1] and length(f"{found[-1]} {word}") * size > width and len(found) < most:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    return [fitting(line, width, size) for line in found]


def _plain(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
