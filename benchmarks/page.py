"""The page of results, `docs/benchmarks/README.md`: prose, and sections between marks that measuring replaces."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "docs" / "benchmarks"


def replace(file: Path, name: str, text: str) -> None:
    """Put a text between the marks of a section; a page without them gets them at its end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = file.read_text(encoding="utf-8") if file.exists() else ""
    if begin not in page:
        page = f"{page.rstrip()}\n\n{begin}\n{end}\n".lstrip()
    marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    file.write_text(marked.sub(lambda _: f"{begin}\n\n{text}\n\n{end}", page, count=1), encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; columns that are empty in every row are left out."""
    lines = [list(row) for row in rows]
    kept = [i for i, name in enumerate(head) if not name or any(line[i] for line in lines)]
    texts = [[line[i] for i in kept] for line in [list(head), ["---"] * len(head), *lines]]
    return "\n".join(f"| {' | '.join(text)} |" for text in texts)


def facts(known: Mapping[str, str]) -> str:
    """What figures depend on, in a line."""
    return "; ".join(f"{name}: {value}" for name, value in known.items()) + "."


def size_of(words: str) -> tuple[int, int]:
    """People and activities, from words like 12x20."""
    people, activities = words.split("x")
    return int(people), int(activities)


def say(words: str) -> None:
    """A line for whoever waits."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
