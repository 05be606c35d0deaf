"""What all pictures share: tags with escaped attributes, and text that fits."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from markupsafe import Markup

#: width of a character as a part of the font's size, on average and on the generous side
CHARACTER = 0.56


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
    most = max(1, int(width / (size * CHARACTER)))
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def lines(said: str, width: float, most: int, size: float = 12) -> list[str]:
    """`said` in at most so many lines of a width in pixels; the last one is cut."""
    letters = max(1, int(width / (size * CHARACTER)))
    found = [""]
    for word in said.split():
        if found[-1] and len(found[-1]) + 1 + len(word) > letters and len(found) < most:
            found.append(word)
        else:
            found[-1] = f"{found[-1]} {word}".strip()
    return [line if len(line) <= letters else line[: letters - 1].rstrip() + "…" for line in found]


def _plain(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
