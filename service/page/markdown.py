"""The Markdown of the library's stories as HTML: headings, paragraphs, lists, bold, italic and code, no more."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

_INLINE = (
    (r"`([^`]+)`", r"<code>\1</code>"),
    (r"\*\*([^*]+)\*\*", r"<strong>\1</strong>"),
    (r"\*([^*]+)\*", r"<em>\1</em>"),
)


def to_html(text: str) -> Markup:
    """The text below its first heading; headings become one smaller."""
    parts = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.startswith("# "):
            continue
        if block.startswith("#"):
            marks, _, title = block.partition(" ")
            parts.append(f"<h{len(marks) + 1}>{_inline(title)}</h{len(marks) + 1}>")
        elif block.startswith("- "):
            items = re.split(r"\n- ", block[2:])
            parts.append(f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>")
        else:
            parts.append(f"<p>{_inline(block)}</p>")
    return Markup("\n".join(parts))


def _inline(text: str) -> str:
    said = escape(" ".join(text.split()), quote=False)
    for pattern, replacement in _INLINE:
        said = re.sub(pattern, replacement, said)
    return said
