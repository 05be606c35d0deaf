"""The talent agreement as a page that needs nothing else: to read on a screen, light or dark, and to print on A4."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from scenarios.agreement import Agreement
from scenarios.phrases import Phrases
from service.agreement_sheet import COLUMNS, LINES, about, lists
from service.words import plain

HOURS = ' class="hours"'

STYLE = """
:root { color-scheme: light dark; --ink: #16232b; --quiet: #51626c; --line: #b9c6cd; --mark: #134e5e; --page: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eef2; --quiet: #a9bac3; --line: #44555e; --mark: #8fdcd6; --page: #11191e }
}
@page { size: A4; margin: 14mm 16mm }
* { box-sizing: border-box }
body { font: 15px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--page);
       max-width: 48rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
header p, footer, td span { color: var(--quiet) }
h1 { font-size: 1.7em; line-height: 1.15; margin: 0 }
h1 small { display: block; font-size: .5em; letter-spacing: .08em; text-transform: uppercase; color: var(--mark) }
h2 { font-size: 1.05em; color: var(--mark); margin: 1.1em 0 .3em }
p, ul, ol { margin: .2em 0 }
ul, ol { padding-left: 1.3em }
table { width: 100%; border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .25em .6em .25em 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600 }
td span { display: block; font-size: .85em }
.hours { text-align: right; white-space: nowrap }
.write { height: 1.9em; border-bottom: 1px solid var(--line) }
.sign { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2em; margin-top: 3em }
.sign div { border-top: 1px solid var(--line); padding-top: .2em; color: var(--quiet) }
@media print {
  :root { color-scheme: light; --ink: #000; --quiet: #444; --line: #999; --mark: #134e5e; --page: #fff }
  body { font-size: 9.5pt; max-width: none; margin: 0; padding: 0 }
  section { break-inside: avoid }
}
""".strip()


def to_html(agreement: Agreement) -> bytes:
    """The sheet as one page that needs nothing else and prints on A4, UTF-8."""
    say = Phrases(agreement.language)
    title = f"{say('agree_title')}: {_html(agreement.name)}"
    head = (
        f'<!doctype html>\n<html lang="{agreement.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<main>\n"
    )
    return (head + "\n".join(_page(agreement, say)) + "\n</main>\n</body>\n</html>\n").encode()


def _page(agreement: Agreement, say: Phrases) -> Iterator[str]:
    name = _html(agreement.name)
    yield f"<header><h1><small>{say('agree_title')}</small> {name}</h1>"
    yield f"<p>{_html(about(agreement))}</p><p>{_html(agreement.made)}</p></header>"
    yield _section(say("agree_work"), _table(agreement, say) if agreement.work else f"<p>{say('no_work')}</p>")
    for heading, items in lists(agreement, say):
        yield _section(heading, f"<ul>{''.join(f'<li>{_html(item)}</li>' for item in items)}</ul>")
    questions = "".join(f"<li>{_html(question)}</li>" for question in agreement.questions)
    yield _section(say("agree_questions"), f"<ol>{questions}</ol>")
    yield _section(say("agree_agreed"), '<div class="write"></div>' * LINES)
    signed = "".join(f"<div>{who}</div>" for who in (say("agree_date"), name, say("agree_manager")))
    yield f'<footer class="sign">{signed}</footer>'


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{heading}</h2>\n{body}</section>"


def _table(agreement: Agreement, say: Phrases) -> str:
    head = "".join(
        f'<th scope="col"{HOURS if name == "hours" else ""}>{say(f"column_{name}")}</th>' for name in COLUMNS
    )
    rows = "\n".join(
        f"<tr><td>{_html(work.name)} <span>{_html(work.project)}</span></td>"
        f"<td{HOURS}>{say.number(work.hours)}</td><td>{work.when}</td><td>{work.role}</td></tr>"
        for work in agreement.work
    )
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"


def _html(text: str) -> str:
    return escape(plain(text))
