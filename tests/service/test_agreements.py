"""The talent agreement as a file: every form has all of the sheet, and no name can break one."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fpdf import FPDF
from fpdf.fonts import TTFFont

from scenarios.agreement import Agreement, agreement
from scenarios.phrases import LANGUAGES
from service.agreement_html import to_html
from service.agreement_pdf import FONTS, to_pdf
from service.agreements import FORMATS, to_json, to_markdown, write
from tests.builders import activity, person, portfolio
from tests.scenarios.proposals import proposed, without_plan

VOID = {"meta"}
NAMES = ("José Núñez", "Łukasz Ωμέγα Şahin Đỗ", "علي 李明 🙂", "<script>*x* | \n# y", "x" * 200)


def sheet(name: str = "Sanne de Wit", language: str = "en", activities: int = 2) -> Agreement:
    """The sheet of somebody who learns from a colleague of the same name, with one letter more."""
    made = portfolio(
        [
            person("sanne", name=name, expertise={"law": 2}, ambitions=[{"term": "law", "level": 3}]),
            person("noor", name=f"{name}2", expertise={"law": 4}),
        ],
        [activity(f"a{n}", 16, name=f"{name} {n}", kind=f"kind {n}", expertise={"law": 3}) for n in range(activities)],
    )
    hours = {(who, f"a{n}"): 8 for who in ("sanne", "noor") for n in range(activities)}
    learning = [("sanne", f"a{n}", "law", "noor") for n in range(activities)]
    return agreement(made, proposed(made, hours, *learning), "sanne", language)


class Page(HTMLParser):
    """Reads a page: its text, its tags, and whether each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The tag that was opened last closes."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text."""
        self.words.append(data)


def pages(pdf: bytes) -> int:
    """The number of pages of a PDF."""
    return len(re.findall(rb"/Type /Page\b", pdf))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_all_of_the_sheet_and_needs_nothing_else(language: str) -> None:
    """The page names its language and title, has one heading, heads its columns, and loads nothing."""
    made = sheet(language=language)
    text = to_html(made).decode()
    page = Page(text)
    words = " ".join(page.words)
    assert ("html", "lang", language) in page.attributes
    assert page.tags.count("h1") == 1
    assert [value for tag, name, value in page.attributes if (tag, name) == ("th", "scope")] == ["col"] * 4
    assert not {"script", "link", "img"} & set(page.tags)
    assert "//" not in text
    for said in (*made.talents_used, *made.energy, *made.questions, *(one.text for one in made.learning)):
        assert said in words
    assert all(one.name in words for one in made.work)


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_has_all_of_the_sheet(language: str) -> None:
    """Every part of the sheet stands in the text, the work as a table."""
    made = sheet(language=language)
    text = to_markdown(made).decode()
    for said in (*made.talents_used, *made.energy, *made.questions, *(one.text for one in made.learning)):
        assert said in text
    assert text.count("\n| ") == 2 + len(made.work)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_of_ordinary_work_is_one_page(language: str) -> None:
    """Five activities with something to learn on each fit one A4."""
    pdf = to_pdf(sheet(language=language, activities=5))
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == 1
    assert b"/Lang (" + language.encode() in pdf


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_can_be_written(name: str) -> None:
    """Letters of all alphabets, signs of Markdown and HTML, and names without an end spoil no form."""
    made = sheet(name)
    Page(to_html(made).decode())
    assert "<script" not in to_html(made).decode()
    assert not re.search(r"(?<!\\)<script", to_markdown(made).decode())
    assert to_pdf(made).startswith(b"%PDF-")


def test_letters_of_european_names_are_in_the_font() -> None:
    """Latin, Greek and Cyrillic letters with their accents, and the signs of the sheet, are there in both styles."""
    pdf = FPDF()
    for file in FONTS.glob("*.ttf"):
        pdf.add_font(file.stem, "", file)
    fonts = [font for font in pdf.fonts.values() if isinstance(font, TTFFont)]
    assert len(fonts) == 2
    for font in fonts:
        letters = {chr(code) for code in font.cmap}
        font.ttfont.close()
        assert set("".join(NAMES[:2]) + "Žđőßœæøåýžčř ЖщЁїђ Ελλάδα →·–−“”’…•□") <= letters


def test_letters_that_the_font_lacks_are_replaced_without_a_complaint(caplog: pytest.LogCaptureFixture) -> None:
    """A sign stands for each letter of another script, and nothing is logged."""
    to_pdf(sheet(NAMES[2]))
    assert caplog.records == []
    family = to_pdf(sheet("\U0001f468\u200d\U0001f467 Vis"))  # two letters, and what joins them
    assert " □□ Vis".encode("utf-16-be").hex().encode() in family


def test_much_work_takes_more_pages() -> None:
    """A long list of work goes on over the page."""
    assert pages(to_pdf(sheet(activities=60))) > 1


def test_nothing_to_do_is_said_in_every_form() -> None:
    """A person without work gets a sheet that says so."""
    made = portfolio([person("sanne")], [activity("a")])
    empty = agreement(made, without_plan(made), "sanne")
    assert "No work is planned." in to_markdown(empty).decode()
    assert "No work is planned." in to_html(empty).decode()
    assert pages(to_pdf(empty)) == 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_suffix_says_the_form(tmp_path: Path, suffix: str) -> None:
    """`write` makes what the suffix asks for, in capitals as well."""
    path = tmp_path / f"sheet{suffix.upper()}"
    write(sheet(), path)
    start = {".md": b"# Talent", ".html": b"<!doctype", ".pdf": b"%PDF-", ".json": b"{"}[suffix]
    assert path.read_bytes().startswith(start)


def test_json_is_the_record() -> None:
    """What programs read is the agreement, and nothing else."""
    made = sheet()
    assert Agreement.model_validate(json.loads(to_json(made))) == made
