"""The talent agreement as a file: Markdown, a page to print, a PDF, or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scenarios.agreement import Agreement
from scenarios.person_text import escaped
from scenarios.phrases import Phrases
from service.agreement_html import to_html
from service.agreement_pdf import to_pdf
from service.agreement_sheet import COLUMNS, LINES, about, lists
from service.files import write_file

#: a line to write on, in Markdown
WRITE = "\\_" * 24


def to_markdown(agreement: Agreement) -> bytes:
    """The sheet as Markdown, UTF-8."""
    return ("\n".join(_markdown(agreement, Phrases(agreement.language))) + "\n").encode()


def _markdown(agreement: Agreement, say: Phrases) -> Iterator[str]:
    yield f"# {say('agree_title')}: {escaped(agreement.name)}"
    yield from ("", escaped(about(agreement)), "", f"*{escaped(agreement.made)}*")
    yield from ("", f"## {say('agree_work')}", "")
    if agreement.work:
        yield f"| {' | '.join(say(f'column_{name}') for name in COLUMNS)} |"
        yield "| --- | ---: | --- | --- |"
        for work in agreement.work:
            what = f"{escaped(work.name)} ({escaped(work.project)})"
            yield f"| {what} | {say.number(work.hours)} | {work.when} | {work.role} |"
    else:
        yield say("no_work")
    for heading, items in lists(agreement, say):
        yield from ("", f"## {heading}", "")
        yield from (f"- {escaped(item)}" for item in items)
    yield from ("", f"## {say('agree_questions')}", "")
    yield from (f"{n}. {escaped(question)}" for n, question in enumerate(agreement.questions, 1))
    yield from ("", f"## {say('agree_agreed')}", "")
    yield from (f"- {WRITE}" for _ in range(LINES))
    signed = (say("agree_date"), escaped(agreement.name), say("agree_manager"))
    yield from ("", " · ".join(f"{who}: {WRITE}" for who in signed))


def to_json(agreement: Agreement) -> bytes:
    """The agreement in UTF-8, for programs."""
    data = agreement.model_dump(mode="json", by_alias=True)
    return json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"


#: suffix of a file → how it is written
FORMATS: Mapping[str, Callable[[Agreement], bytes]] = {
    ".md": to_markdown,
    ".html": to_html,
    ".pdf": to_pdf,
    ".json": to_json,
}


def write(agreement: Agreement, path: Path) -> None:
    """Write the agreement in the form that the path's suffix asks for; raises OSError where that cannot be done."""
    write_file(path, FORMATS[path.suffix.lower()](agreement))
