"""The proposal in a terminal, and the words around it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from scenarios.library import entry
from service.show import PLAIN, UNICODE, show, show_score
from service.words import WORDS, Language, Names, Words, plain
from solver.handmade import score_plan
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal
from solver.rules import BY_NAME
from solver.settings import Settings
from solver.solve import solve
from tests.builders import activity, booking, person, portfolio_data

CASE = entry("adviesbureau").portfolio()


@pytest.fixture(scope="module")
def proposal() -> Proposal:
    """The case with a plan of 46 bookings and 6 learners that keeps every rule."""
    plan = json.loads((Path(__file__).parent / "data" / "adviesbureau-plan.json").read_bytes())
    return score_plan(CASE, plan)


def shown(portfolio: Portfolio, proposal: Proposal, width: int = 140, encoding: str = "utf-8", **how: Any) -> str:
    """What a pipe of this width and encoding is given."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    show(Console(file=file, width=width, markup=False, highlight=False, emoji=False), portfolio, proposal, **how)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    return file.buffer.getvalue().decode(encoding)


def scored(data: dict[str, Any], bookings: list[tuple[str, str, int]] | None = None) -> tuple[Portfolio, Proposal]:
    """A portfolio and the proposal of a plan for it."""
    portfolio = parse(data)
    plan = [{"person": p, "activity": a, "hours": hours} for p, a, hours in bookings or []]
    return portfolio, score_plan(portfolio, {"bookings": plan})


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("by", ["activity", "person"])
def test_the_page_fits_its_width(width: int, by: str, proposal: Proposal) -> None:
    """No line is wider than the terminal, and a pipe gets no escape sequences."""
    text = shown(CASE, proposal, width, by=by)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("language", Language)
def test_every_rule_is_named_on_every_terminal(width: int, language: Language, proposal: Proposal) -> None:
    """However narrow it is, no word of the title of a rule that costs is cut, and its cost and amount stand with it."""
    assert proposal.score_card is not None
    rules = [rule.model_copy(update={"amount": 2, "cost": 7654.25}) for rule in proposal.score_card.rules]
    card = proposal.score_card.model_copy(update={"rules": tuple(rules)})
    text = shown(CASE, proposal.model_copy(update={"score_card": card}), width, language=language)
    begins, words = text.index(WORDS["score_card"][language == "nl"]), Words(language)
    text = text[begins : text.index(f"{words('people')} ─")]
    for rule in rules:
        title = words.rule(rule.name, BY_NAME[rule.name].title)
        assert rule.hard or set(title.split()) <= set(text.split()), title
    soft = sum(not rule.hard for rule in rules)
    assert text.count(words.number(7654.25)) == soft
    assert len(re.findall(r"\b2 ", text)) >= soft


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_people_are_named_on_every_terminal(width: int, proposal: Proposal) -> None:
    """Bookings and what people's work looks like keep room for names of usual length."""
    for by in ("activity", "person"):
        text = shown(CASE, proposal, width, by=by)
        assert all(text.count(person.name[:13]) >= 2 for person in CASE.people)


@pytest.mark.parametrize("by", ["activity", "person"])
def test_every_booking_is_shown_by_name(by: str, proposal: Proposal) -> None:
    """All people and activities of the plan are there by their names, with the hours of each booking."""
    text, names = shown(CASE, proposal, 140, by=by), Names(CASE, "en")
    who = text[: text.index("Hours at a glance")]
    assert proposal.bookings
    for line in proposal.bookings:
        name = names.activity(line.activity) if by == "person" else names.person(line.person)
        assert re.search(rf"  {re.escape(name[:30])}.*\s{line.hours}\s+{line.role}", who)


def test_the_grid_shows_all_hours(proposal: Proposal) -> None:
    """The grid adds up to everybody's hours, and is left out where it does not fit."""
    text = shown(CASE, proposal, 120)
    grid = text[text.index("Hours at a glance") : text.index("What stays unfilled")]
    totals = re.search(r"total +([\d ]+)", grid)
    assert totals
    assert [int(hours) for hours in totals[1].split()] == [line.hours for line in proposal.people if line.hours]
    assert "Hours at a glance" not in shown(CASE, proposal, 50)


def test_missing_talents_come_first(proposal: Proposal) -> None:
    """The talent balance begins with what is missing, then what is short."""
    balance = shown(CASE, proposal).partition("Talent balance")[2]
    assert balance.index("Persuading") < balance.index("Connecting") < balance.index("In balance:")
    assert re.search(r"Persuading .* missing", balance)
    assert re.search(r"Connecting .* short", balance)


def test_in_dutch_everything_but_the_sentences_is_dutch(proposal: Proposal) -> None:
    """Headings, status, labels of terms, titles of rules and their units follow the language."""
    text = shown(CASE, proposal, language="nl")
    for words in ("Wie doet wat", "Wat open blijft", "Scorekaart", "Talentbalans", "Overtuigen", "ontbreekt"):
        assert words in text
    assert "Persuading " not in text[text.index("Talentbalans") :]
    assert re.search(r"Werk naast hoe mensen het best werken +750,48 uren", text)
    assert "1 zwakke plek" in shown(CASE, proposal, 60, language="nl")
    assert re.search(r"kosten van het plan \([\d.]+ geld\)", " ".join(text.split()))


def test_without_unicode_plain_signs_are_used(proposal: Proposal) -> None:
    """A terminal of ASCII gets signs it can show: no question marks in place of bars."""
    text = shown(CASE, proposal, 120, encoding="ascii")
    assert "?" not in text
    assert PLAIN.full * 5 in text
    assert UNICODE.full not in text


def test_an_unproven_plan_says_how_far_it_can_be_off(proposal: Proposal) -> None:
    """The headline of a FEASIBLE plan has the gap and the bound; an OPTIMAL one says that it is proven."""
    run = proposal.run.model_copy(
        update={"status": "FEASIBLE", "gap": 0.0312, "bound": 15000.5, "settings": {"seed": 1}}
    )
    text = shown(CASE, proposal.model_copy(update={"run": run}))
    assert "at most 3.1 % from the best possible" in text
    assert "no plan costs less than 15,000.5" in text
    run = proposal.run.model_copy(update={"status": "OPTIMAL", "settings": {"seed": 1}})
    assert "proven" in shown(CASE, proposal.model_copy(update={"run": run}))


def test_with_tiers_the_cost_is_that_of_all_rules(proposal: Proposal) -> None:
    """The headline has the total of the score card; objective, bound and gap are said to be of the last tier."""
    tiers = CASE.policy.model_copy(update={"tiers": (("talent_coverage",),)})
    numbers = {"status": "FEASIBLE", "objective": 900.5, "gap": 0.0312, "bound": 872.4, "settings": {"seed": 1}}
    made = proposal.model_copy(update={"run": proposal.run.model_copy(update=numbers)})
    assert made.score_card is not None
    text = shown(CASE.model_copy(update={"policy": tiers}), made)
    total = f"cost {made.score_card.total:,.10g} · of which 900.5 in the last tier"
    assert f"{total} · where no plan costs less than 872.4" in text
    assert "at most 3.1 % from the best possible in the last tier" in text


def test_a_conflict_is_told_in_words() -> None:
    """INFEASIBLE names the rules by their titles and their items in sentences."""
    data = portfolio_data([person("ana")], [activity("talks")], [booking("ana", "talks", 60)])
    portfolio = parse(data)
    text = shown(portfolio, solve(portfolio, Settings(seconds=10, workers=2)))
    assert "There is no plan" in text
    assert "Pinned, frozen and forbidden" in text
    assert "Ana on Talks is pinned at 60 h" in text


def test_a_broken_rule_comes_first() -> None:
    """The score card of a plan that breaks a rule begins with that rule and its sentence."""
    portfolio, plan = scored(portfolio_data([person("ana")], [activity("talks", 16)]), [("ana", "talks", 24)])
    console = Console(file=io.StringIO(), width=100)
    show_score(console, portfolio, plan)
    assert isinstance(console.file, io.StringIO)
    card = console.file.getvalue().partition("Score card")[2]
    assert "No more than asked" in card.splitlines()[2]
    assert "hard rules hold" not in card


def test_names_are_shown_as_they_are() -> None:
    """Markup is not obeyed, signs that act on a terminal are taken out, and two people of one name are told apart."""
    people = [{**person("p1"), "name": "[b]Jo[/b]"}, {**person("p2"), "name": "[b]Jo[/b]"}]
    portfolio, plan = scored(portfolio_data(people, [activity("talks")]), [("p1", "talks", 40)])
    assert "[b]Jo[/b] (p1)" in shown(portfolio, plan)
    assert plain("a\x9bb\u202ec\nd") == "a b c d"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", True),  # a family
        ("\u2764\ufe0f\u200d\U0001f525", True),  # a heart on fire
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb", True),  # a woman of some colour behind a computer
        ("\u0dc1\u0dca\u200d\u0dbb\u0dd3", True),  # Sri, in Sinhala
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", True),  # Alireza, in Persian
        ("a\u200db", False),
        ("\U0001f469\u200d", False),
        ("\u200d\u200d", False),
    ],
)
def test_what_joins_signs_stays_within_them(text: str, kept: bool) -> None:
    """A joiner that is part of an emoji or a letter is shown with it; elsewhere a space stands in its place."""
    assert (plain(text) == text) == kept
    assert kept or not set(plain(text)) & {"\u200c", "\u200d"}


def test_nothing_to_show_is_no_trouble() -> None:
    """A portfolio without people and work has a page, too."""
    portfolio, plan = scored(portfolio_data())
    assert "Tiny" in shown(portfolio, plan, 80)


def test_an_empty_plan_can_be_the_best() -> None:
    """Where nothing is asked for, nothing is proven to be best, and that is good."""
    portfolio = parse(portfolio_data())
    text = shown(portfolio, solve(portfolio, Settings(seconds=5)))
    assert UNICODE.yes in text
    assert UNICODE.no not in text


def test_both_languages_say_the_same_things() -> None:
    """Every key has words in both languages, with the same blanks to fill in."""
    for key, words in WORDS.items():
        assert len(words) == len(Language), key
        assert len({frozenset(re.findall(r"{\w+}", one)) for one in words}) == 1, key


def test_percents_are_cut_and_never_rounded_up() -> None:
    """What is nearly all is not all, and what is hardly anything is not nothing."""
    words = Words("en")
    shares = {0: "0 %", 0.0002: "< 0.1 %", 0.0312: "3.1 %", 0.559: "55 %", 0.99987: "99.9 %", 1: "100 %"}
    assert {share: words.percent(share) for share in shares} == shares
    assert Words("nl").percent(0.0312) == "3,1 %"


def test_numbers_are_written_as_the_language_does() -> None:
    """Thousands apart, at most two decimals."""
    assert [Words("en").number(value) for value in (15649.36, 1000, 0.5)] == ["15,649.36", "1,000", "0.5"]
    assert Words("nl").number(15649.36) == "15.649,36"
