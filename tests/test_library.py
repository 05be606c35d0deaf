"""The bundled library: every portfolio is valid, bilingual and has its pages."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from scenarios.library import ENTRIES, PAGES, Entry, entry
from solver.portfolio import parse, parse_json
from solver.proposal import Proposal
from solver.settings import Settings
from solver.solve import Progress, solve

BELBIN = sorted((Path(__file__).parent / "data" / "belbin").glob("*.json"))

entries = pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case.slug)


@entries
def test_a_portfolio_of_the_library_is_valid_and_survives_a_round_trip(case: Entry) -> None:
    """Every bundled portfolio parses, its id is its slug, and its canonical form is the same portfolio."""
    portfolio = case.portfolio()
    assert portfolio.id == case.slug
    assert parse(portfolio.canonical()) == portfolio


@entries
def test_every_term_has_a_label_in_both_languages(case: Entry) -> None:
    """No term of the library falls back to its id, in Dutch or in English."""
    assert [term.id for term in case.portfolio().vocabulary if set(term.labels) != set(PAGES)] == []


@entries
def test_every_term_is_used(case: Entry) -> None:
    """A term is held, asked for, or the umbrella of one that is: the vocabularies carry nothing idle."""
    portfolio = case.portfolio()
    named = {held.term for person in portfolio.people for held in (*person.expertise, *person.talents)}
    named |= {asked.term for activity in portfolio.activities for asked in (*activity.expertise, *activity.talents)}
    named |= {term.broader for term in portfolio.vocabulary if term.broader}
    assert {term.id for term in portfolio.vocabulary} - named == set()


@entries
def test_the_file_reads_as_written(case: Entry) -> None:
    """The text that is handed out is the file's, and JSON."""
    assert json.loads(case.text())["id"] == case.slug


@entries
@pytest.mark.parametrize("language", PAGES)
def test_every_entry_tells_its_story_in_every_language(case: Entry, language: str) -> None:
    """Title, summary and page exist in Dutch and in English, and the page is a page."""
    assert case.title[language]
    assert case.summary[language].endswith(".")
    assert case.story(language).startswith("# ")


def test_an_entry_is_found_by_its_slug() -> None:
    """`entry` gives the entry of that slug, and says which there are when it has none."""
    assert entry("kenniswerkers").slug == "kenniswerkers"
    with pytest.raises(KeyError, match="adviesbureau, bedrijfsbureau, kenniswerkers"):
        entry("unknown")


# What the pages say that the proposals teach


CLOSE = 0.02  # what is told of a plan holds for every plan as good as this


def proposal(slug: str) -> Proposal:
    """A plan of a bundled portfolio that is proven to be close to the best; it books every hour asked for."""
    stop = threading.Event()

    def enough(progress: Progress) -> None:
        if progress.gap is not None and progress.gap <= CLOSE:
            stop.set()

    found = solve(entry(slug).portfolio(), Settings(seconds=120), enough, stop)
    assert found.run.gap is not None
    assert found.run.gap <= CLOSE
    assert [one.activity for one in found.unfilled if one.hours] == []
    return found


def lacking(found: Proposal) -> dict[str, list[str]]:
    """Per activity the terms of which people are missing."""
    return {one.activity: [lack.term for lack in (*one.expertise, *one.talents)] for one in found.unfilled}


def team(found: Proposal, activity: str) -> dict[str, str]:
    """The role of everybody on an activity."""
    return {one.person: one.role for one in found.bookings or () if one.activity == activity}


def test_adviesbureau_has_the_hours_and_lacks_the_talents() -> None:
    """Persuading is missing and connecting short, and what stays unfilled is where the client is at the table."""
    found = proposal("adviesbureau")
    states = {one.term: one.state for one in found.talent_balance}
    assert (states["persuading"], states["connecting"]) == ("missing", "short")
    assert {activity: set(terms) for activity, terms in lacking(found).items()} == {
        "startgesprekken": {"connecting"},
        "bewonersavonden": {"connecting", "persuading"},
        "raad-warmte": {"connecting", "persuading"},
    }


def test_bedrijfsbureau_words_its_procurement_advice() -> None:
    """Gerben's knowledge and a supporter's wording meet on the advice; the short talks have room for one helper."""
    found = proposal("bedrijfsbureau")
    advice = team(found, "inkoopadvies")
    assert advice["gerben"] == "contributor"
    assert "supporter" in (advice.get("milan"), advice.get("isa"))
    (missing,) = lacking(found)["collegetoelichting"]
    assert missing in ("accessible-wording", "persuading")


def test_kenniswerkers_learn_from_who_leaves() -> None:
    """Sophie and Lieke learn beside the experts before these go; for the decree nobody is left at the level."""
    found = proposal("kenniswerkers")
    learning = {(one.person, one.term, one.mentor) for one in found.learning}
    assert ("sophie", "dike-assessment", "joost") in learning
    assert ("lieke", "groundwater-model", "marian") in learning
    assert lacking(found) == {"peil-vaststellen": ["level-decrees"]}
    assert {one.term: one.state for one in found.talent_balance}["level-decrees"] == "short"
    assert found.hires == ()


@pytest.mark.parametrize("path", BELBIN, ids=lambda path: path.stem)
def test_a_belbin_class_is_a_valid_portfolio(path: Path) -> None:
    """The real classes with a published optimum parse as they are."""
    portfolio = parse_json(path.read_bytes())
    assert portfolio.people
    assert portfolio.activities


def test_the_belbin_classes_are_there() -> None:
    """All five classes are found, so that no test over them passes for lack of files."""
    assert len(BELBIN) == 5
