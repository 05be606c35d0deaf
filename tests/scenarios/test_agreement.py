"""The talent agreement: what stands on the sheet, whom it names, and what it asks to talk about."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.agreement import MOST_QUESTIONS, Agreement, agreement
from scenarios.phrases import LANGUAGES
from solver.portfolio import Portfolio, PortfolioInvalid
from solver.proposal import Proposal
from tests.builders import activity, booking, only, person, portfolio
from tests.scenarios.proposals import at_random, proposed, without_plan


def office() -> tuple[Portfolio, Proposal]:
    """Sanne learns law from Noor, writes what takes her energy, and does not plan, which she is good at."""
    people = [
        person(
            "sanne",
            name="Sanne de Wit",
            unit="advice",
            expertise={"law": 2, "prose": 4, "tax": 1},
            talents={"planning": 4, "listening": 4},
            energy=[{"of": "kind:writing", "value": -2}, {"of": "kind:talks", "value": 1}],
            ambitions=[{"term": "law", "level": 3}, {"term": "tax", "level": 3}],
            wishes=["report"],
        ),
        person("noor", name="Noor Ali", expertise={"law": 4}),
        person("milan", name="Milan Bos", expertise={"law": 4}),
    ]
    work = [
        activity(
            "talks", 40, (0, 1), kind="talks", expertise={"law": 3}, talents={"listening": 3}, responsibility=True
        ),
        activity("letters", 60, (1, 3), kind="writing", expertise={"prose": 3}),
        activity("report", 20, (2, 3), kind="writing", expertise={"prose": 2}),
    ]
    made = portfolio(people, work, periods=4)
    hours = {("sanne", "talks"): 12, ("noor", "talks"): 16, ("milan", "talks"): 12, ("sanne", "letters"): 60}
    return made, proposed(made, hours, ("sanne", "talks", "law", "noor"))


def whole(sheet: Agreement) -> str:
    """Everything on the sheet."""
    return json.dumps(sheet.model_dump(mode="json", by_alias=True), ensure_ascii=False)


def test_the_sheet_says_what_was_proposed() -> None:
    """Work, talents, learning with its mentor, and energy, each as the proposal has it."""
    sheet = agreement(*office(), "sanne")
    assert [(one.activity, one.hours, one.when, one.role) for one in sheet.work] == [
        ("talks", 12, "4 Jan 2027 – 10 Jan 2027", "supporter, on own account"),
        ("letters", 60, "11 Jan 2027 – 31 Jan 2027", "contributor"),
    ]
    assert sheet.unit == "Advice"
    assert sheet.load == "72 of 160 h planned (45 %)"
    assert sheet.talents_used == ("Used: Listening (Talks)",)
    assert sheet.talents_unused == ("Not used here: Planning",)
    assert [one.text for one in sheet.learning] == ["Learns Law (2 → 3) from Noor Ali on Talks, 4 h of guidance"]
    assert sheet.energy == ("Gives energy: Talks (12 h)", "Takes energy: Letters (60 h)")


def test_the_questions_follow_from_the_findings() -> None:
    """Learning, unused talents and ambitions come first, then what weighs most, and an open question ends it."""
    assert agreement(*office(), "sanne").questions == (
        "Learning Law with Noor Ali: when is it a success, and what is needed for it?",
        "Planning: not used in this plan. Where could that come into its own?",
        "The wish to grow in Tax has no place in this plan. Where and when could it?",
        "Letters takes energy. What makes it lighter: shorter, shared, another form, or somebody else?",
        "45 % of the hours are planned. What should the rest be for?",
        "Report was asked for and is not in the plan. How important is it, and what instead?",
        "What do you look forward to, and what worries you?",
    )


def test_the_mentor_reads_whom_to_guide_and_not_how_far_they_are() -> None:
    """The mentor's sheet names the learner and the term; the learner's level is not on it."""
    sheet = agreement(*office(), "noor")
    (lesson,) = sheet.learning
    assert lesson.text == "Guides Sanne de Wit in Law on Talks, 4 h"
    assert [one.level for one in lesson.steps] == [None]
    assert sheet.questions[0].startswith("Guiding Sanne de Wit in Law: is there enough time")


def test_two_terms_from_one_mentor_are_one_lesson() -> None:
    """Guidance is given per learner and activity: its hours are told once."""
    ambitions = [{"term": term, "level": 3} for term in ("law", "tax")]
    made = portfolio(
        [
            person("sanne", expertise={"law": 2, "tax": 2}, ambitions=ambitions),
            person("noor", expertise={"law": 4, "tax": 4}),
        ],
        [activity("a", 40, expertise={"law": 3, "tax": 3})],
    )
    learning = [("sanne", "a", term, "noor") for term in ("law", "tax")]
    sheet = agreement(made, proposed(made, {("noor", "a"): 32, ("sanne", "a"): 8}, *learning), "sanne")
    assert [one.text for one in sheet.learning] == [
        "Learns Law (2 → 3) and Tax (2 → 3) from Noor on A, 4 h of guidance"
    ]


def test_a_narrow_role_and_lost_work_are_talked_about() -> None:
    """What is narrow, taken away or too much at once becomes a question; a trifle does not."""
    made = portfolio(
        [person("sanne")],
        [activity(f"a{n}", 8, (0, 0), kind="analysis") for n in range(5)] + [activity("b", 20)],
        [booking("sanne", "b", 8, "incumbent")],
        rules=only(role_width=4, stability=5, focus=30, load_balance=2),
    )
    sheet = agreement(made, proposed(made, {("sanne", f"a{n}"): 8 for n in range(5)}), "sanne", "nl")
    assert sheet.questions == (
        "8 u minder van het werk van vandaag aan B. Wat moet worden overgedragen?",
        "5 activiteiten naast elkaar. Welke kan wachten, of samen?",
        "100 % van de uren is gepland. Wat gaat voor als er iets tussendoor komt?",
        "Waar kijk je naar uit, en waar zie je tegen op?",
    )


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from(LANGUAGES))
def test_it_names_those_one_learns_with_and_nobody_else(seed: int, language: str) -> None:
    """Of colleagues the sheet has the names of mentors and learners of that person, and nothing of anybody else."""
    made, proposal = at_random(seed)
    for me in made.people:
        sheet = agreement(made, proposal, me.id, language)
        pairs = [(one.person, one.mentor) for one in proposal.learning if me.id in (one.person, one.mentor)]
        named = {one for pair in pairs for one in pair}
        for colleague in made.people:
            if colleague is not me:
                assert (colleague.name in whole(sheet)) == (colleague.id in named)
                assert colleague.id not in whole(sheet)
        assert 1 <= len(sheet.questions) <= MOST_QUESTIONS
        assert sum(one.hours for one in sheet.work) == sum(
            one.hours for one in proposal.bookings or () if one.person == me.id
        )


def test_without_a_plan_there_is_little_to_agree_on() -> None:
    """Where no plan was found the sheet is still made, with the open question alone."""
    made = portfolio([person("sanne")], [activity("a")])
    sheet = agreement(made, without_plan(made), "sanne")
    assert sheet.work == ()
    assert len(sheet.questions) == 1


def test_nobody_is_not_agreed_with() -> None:
    """An unknown person is refused with the place."""
    made, proposal = office()
    with pytest.raises(PortfolioInvalid, match="/person"):
        agreement(made, proposal, "nobody")
