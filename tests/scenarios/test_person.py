"""The explanation for one person: it is true, it says where everything comes from, and it knows no colleague."""

from __future__ import annotations

import json
import math
import re
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.could import Could
from scenarios.library import ENTRIES, Entry
from scenarios.person import MONEY, explanation
from scenarios.person_record import Change, PersonExplanation
from scenarios.person_text import as_markdown
from scenarios.phrases import LANGUAGES, PHRASES
from solver.portfolio import Ambition, Person, Portfolio, PortfolioInvalid, Training
from solver.rules import RULES
from solver.settings import Settings
from solver.solve import solve
from solver.tables import Tables
from solver.vocabulary import HALF_LIFE_YEARS, TRUST
from tests.builders import activity, booking, only, person, portfolio, random_portfolio
from tests.scenarios.proposals import at_random, proposed, without_plan

seeds = st.integers(0, 10_000)
languages = st.sampled_from(LANGUAGES)


def whole(told: PersonExplanation) -> str:
    """Everything that is shown: the JSON and the text."""
    return json.dumps(told.model_dump(mode="json", by_alias=True), ensure_ascii=False) + as_markdown(told)


def with_person(made: Portfolio, changed: Person) -> Portfolio:
    """The portfolio with somebody changed."""
    return made.model_copy(update={"people": tuple(changed if p.id == changed.id else p for p in made.people)})


def changes(told: PersonExplanation, sort: str) -> list[Change]:
    """The changes of one sort."""
    return [one for one in told.changes if one.sort == sort]


# --- no colleague's data


@settings(max_examples=60)
@given(seeds, languages)
def test_no_colleague_is_named(seed: int, language: str) -> None:
    """Neither the JSON nor the text holds any colleague's id or name, whatever the portfolio and the plan."""
    made, proposal = at_random(seed)
    for me in made.people:
        shown = whole(explanation(made, proposal, me.id, language))
        for colleague in made.people:
            assert colleague is me or (colleague.id not in shown and colleague.name not in shown)
        assert me.name in shown


@settings(max_examples=60)
@given(seeds)
def test_nothing_depends_on_a_colleague(seed: int) -> None:
    """With every colleague's data, bookings and hours gone, the explanation is the same to the letter."""
    made, proposal = at_random(seed)
    for me in made.people:
        alone = made.model_copy(
            update={
                "people": tuple(p if p is me else Person(id=p.id, name="Nobody") for p in made.people),
                "bookings": tuple(one for one in made.bookings if one.person == me.id),
                "relations": (),
            }
        )
        mine = proposal.model_copy(
            update={
                "bookings": tuple(one for one in proposal.bookings or () if one.person == me.id),
                "learning": tuple(one for one in proposal.learning if me.id in (one.person, one.mentor)),
                "score_card": None,
                "unfilled": (),
                "people": (),
                "talent_balance": (),
                "hires": (),
            }
        )
        assert explanation(alone, mine, me.id) == explanation(made, proposal, me.id)


@settings(max_examples=60)
@given(seeds)
def test_what_hr_alone_may_show_cannot_be_told_from_it(seed: int) -> None:
    """The explanation is the same whatever somebody's performance, potential, rate and price of hiring are."""
    made, proposal = at_random(seed)
    me = made.people[0]
    hidden = {"performance": 3, "potential": 3, "rate": 12345.67}
    if me.candidate is not None:
        hidden["candidate"] = me.candidate.model_copy(update={"cost": 54321.0})  # type: ignore[assignment]
    told = explanation(with_person(made, me.model_copy(update=hidden)), proposal, me.id)
    assert told == explanation(
        with_person(made, me.model_copy(update={"potential": None, "rate": None})), proposal, me.id
    )


def test_the_use_of_the_talent_review_is_told_without_its_value() -> None:
    """Where the policy looks at potential, the explanation says so, and leaves out what would give it away."""
    someone = person("sanne", potential=3, expertise={"law": 2}, ambitions=[{"term": "law", "level": 4}])
    rules = {**only(stretch=4), "stretch": {"weight": 4, "for": "potential"}}
    made = portfolio([someone], [activity("a", 40, expertise={"law": 3})], rules=rules)
    told = explanation(made, proposed(made, {("sanne", "a"): 40}), "sanne")
    assert any("talent review" in fact for fact in told.facts)
    assert told.weighed_against == ()
    assert "potential" not in [one.what for one in told.not_used]


# --- what weighed


@settings(max_examples=60)
@given(seeds)
def test_what_weighed_against_is_what_the_score_card_says(seed: int) -> None:
    """The findings about a person, with their amounts, are those of the rules on the whole plan."""
    made, proposal = at_random(seed)
    assert proposal.score_card is not None
    for me in made.people:
        told = explanation(made, proposal, me.id)
        for rule in proposal.score_card.rules:
            if rule.hard or rule.mode != "soft" or not rule.weight or rule.name in (*MONEY, "stretch"):
                continue
            found = sorted(one.amount for one in rule.findings if one.about.get("person") == me.id)
            assert found == sorted(one.amount for one in told.weighed_against if one.rule == rule.name), rule.name


def test_what_weighed_for_is_priced_by_the_rules() -> None:
    """Hours, a requirement met, a wish and today's work count at the weights of the policy, the heaviest first."""
    made = portfolio(
        [person("sanne", expertise={"law": 3}, wishes=["a"])],
        [activity("a", 40, expertise={"law": 3})],
        [booking("sanne", "a", 8, "incumbent")],
        rules=only(staffing=20, expertise_coverage=400, wishes=25, stability=5),
    )
    told = explanation(made, proposed(made, {("sanne", "a"): 16}), "sanne")
    points = [(one.rule, one.points, one.at_most) for one in told.weighed_for]
    assert points == [
        ("expertise_coverage", 400, True),
        ("staffing", 320, True),
        ("stability", 40, False),
        ("wishes", 25, False),
    ]
    assert told.weighed_for[0].about == {"activity": "a", "term": "law"}


def test_every_rule_about_a_person_has_its_sentence() -> None:
    """A finding of a rule is told in the second person, in both languages."""
    for rule in RULES:
        if not rule.hard and rule.about[:1] == ("person",) and rule.name not in MONEY:
            assert f"against_{rule.name}" in PHRASES or f"against_{rule.name}_high" in PHRASES, rule.name


# --- where levels come from


@settings(max_examples=60)
@given(seeds)
def test_levels_follow_from_the_observations_shown(seed: int) -> None:
    """The shares of the observations add up to one, and their weighted mean is the level that was used."""
    made, proposal = at_random(seed)
    for me in made.people:
        for used in explanation(made, proposal, me.id).levels:
            weights = [seen.weight for seen in used.observations]
            if not used.observations or not sum(weights):
                continue
            assert math.isclose(sum(seen.share for seen in used.observations), 1, abs_tol=0.01)
            mean = sum(seen.weight * seen.level for seen in used.observations) / sum(weights)
            assert abs(mean - used.level) <= 0.06


def test_an_observation_is_shown_with_its_source_date_and_weight() -> None:
    """A manager's level of two years ago counts for 0.4, a person's own of today for 0.5."""
    law = [
        {"term": "law", "level": 4, "source": "manager", "on": "2025-01-04"},
        {"term": "law", "level": 2, "source": "self", "on": "2027-01-04"},
        {"term": "tax", "level": 5, "source": "test"},
    ]
    made = portfolio([person("sanne", expertise=law)], [activity("a", expertise={"law": 3})])
    told = explanation(made, proposed(made, {("sanne", "a"): 40}), "sanne")
    (used,) = told.levels
    assert (used.term, used.level, used.through) == ("law", 2.9, None)
    assert [(seen.source, round(seen.weight, 2)) for seen in used.observations] == [("manager", 0.4), ("self", 0.5)]
    assert used.observations[0].text == "level 4 by your manager, 4 Jan 2025: 44 % of this level"
    assert "tax" in [one.what for one in told.not_used]


def test_a_level_through_a_narrower_term_says_so() -> None:
    """Having a part of what is asked counts, and the explanation names the part and its observation."""
    made = portfolio(
        [person("sanne", talents={"empathy": 4})],
        [activity("a", talents={"relating": 3})],
        broader={"empathy": "relating"},
    )
    told = explanation(made, proposed(made, {("sanne", "a"): 40}), "sanne")
    used = {one.term: one for one in told.levels}
    assert used["relating"].through == "empathy"
    assert [seen.level for seen in used["relating"].observations] == [4]
    assert "through Empathy" in as_markdown(told)
    assert [one.term for one in told.talents_used] == ["empathy"]


def test_a_training_shows_as_what_it_is() -> None:
    """A level that only a planned training gives is marked, and the training is named with its beginning."""
    someone = person("sanne", expertise={"law": 2}, trained=[{"term": "law", "level": 3, "from": 1}])
    made = portfolio([someone], [activity("a", 8, (1, 1), expertise={"law": 3})], periods=2)
    told = explanation(made, proposed(made, {("sanne", "a"): 8}), "sanne")
    (asked,) = told.activities[0].asks
    assert (asked.level, asked.met, asked.by_training) == (3, True, True)
    assert told.levels[0].trainings[0].text == "from 11 Jan 2027 on at least 3, by a planned training in Law"


# --- the person's own words


def test_own_words_and_what_came_of_them() -> None:
    """Energy, ambitions and wishes are each told with their effect, and whether they weighed."""
    someone = person(
        "sanne",
        expertise={"law": 2, "tax": 3},
        energy=[{"of": "kind:work", "value": -2}, {"of": "kind:talks", "value": 2}],
        ambitions=[{"term": "law", "level": 4}, {"term": "tax", "level": 2}],
        wishes=["b", "c", "d"],
    )
    work = [
        activity("a", 20, expertise={"law": 3, "tax": 3}),
        activity("b", 20, expertise={"law": 5}),
        activity("c", 20, expertise={"tax": 1}),
        activity("d", 20, expertise={"tax": 1}),
    ]
    made = portfolio([someone, person("noor", expertise={"law": 4})], work, [booking("sanne", "d", status="forbidden")])
    proposal = proposed(made, {("sanne", "a"): 20, ("noor", "a"): 8}, ("sanne", "a", "law", "noor"))
    told = {(one.sort, one.of): one for one in explanation(made, proposal, "sanne").statements}
    assert told["energy", "kind:work"].text == "work takes energy: it counts on A"
    assert not told["energy", "kind:talks"].used
    assert told["ambition", "law"].met
    assert told["ambition", "tax"].text.endswith("you are there already")
    wishes = [told["wish", one].text.partition(": ")[2] for one in "bcd"]
    assert wishes == [
        "by the levels used, nothing of what it asks for is met",
        "you could be on it, and are not",
        "the planner keeps you off it",
    ]


def beyond_reach() -> Portfolio:
    """In week 1 of six: a is work for Sanne, who leaves before the last week; the rest has no place for her.

    old is past; late and new (law 3) are done when she is gone; solo is for one and teaches her; short is too short to
    be divided; duo must have two of law 4; off has her pinned for 0 h.
    """
    someone = person(
        "sanne",
        leaves=5,
        expertise={"law": 3},
        ambitions=[{"term": "law", "level": 4}],
        wishes=["old", "late", "solo", "short", "duo", "off"],
    )
    two = [{"term": "law", "level": 4, "people": 2, "must": True}, {"term": "tax", "level": 3}]
    work = [
        activity("a", 40, (1, 3), expertise={"law": 3}),
        activity("old", 16, (0, 0), expertise={"law": 3}),
        activity("late", 40, (5, 5), expertise={"law": 4}),
        activity("new", 40, (5, 5), expertise={"law": 3}),
        activity("solo", 40, (1, 3), expertise={"law": 4}, team=(1, 1)),
        activity("short", 8, (1, 3), expertise={"law": 4}),
        activity("duo", 80, (1, 3), expertise=two, team=(1, 2)),
        activity("off", 16, (1, 3), expertise={"law": 3}),
    ]
    return portfolio([someone], work, [booking("sanne", "off", 0)], periods=6, now=1)


def test_nobody_is_told_that_they_could_where_a_rule_forbids_it() -> None:
    """Past work, work without hours for it, and teams without a place are told as what they are, in both languages."""
    made = beyond_reach()
    proposal = proposed(made, {("sanne", "a"): 40})
    told = explanation(made, proposal, "sanne")
    place = "it has no place for you beside those it cannot do without"
    assert {one.of: one.text.partition(": ")[2] for one in told.statements} == {
        "law": "no work open to you asks for it one step above where you are",
        "old": "it is over",
        "late": "you have too few hours while it is done",
        "solo": place,
        "short": place,
        "duo": place,
        "off": "the planner keeps you off it",
    }
    # What the rule counts stays as it is, and so does what it weighs.
    unmet = [one for one in told.weighed_against if one.rule == "wishes"]
    assert {one.about["activity"] for one in unmet} == {"old", "late", "solo", "short", "duo", "off"}
    assert all(one.used for one in told.statements)
    assert all(one.text.endswith("and are not on it") and "could" not in one.text for one in unmet)
    assert [one.text for one in told.changes] == [
        "Law at level 4 instead of 3: you could be booked on Solo, Short and Duo as well.",
        "You have no hours in 8 Feb 2027 – 14 Feb 2027, when Late and New could use you.",
    ]
    assert "had erop gekund" not in whole(explanation(made, proposal, "sanne", "nl"))


def test_what_a_plan_does_could_be_done() -> None:
    """Nothing that a solver books counts as forbidden, but what is past or fixed."""
    seen = 0
    for made in (*(random_portfolio(seed, calm=True) for seed in range(12)), *(one.portfolio() for one in ENTRIES)):
        tables = Tables.of(made)
        booked = Could(tables).booked
        for line in solve(made, Settings(seconds=1, workers=1)).bookings or ():
            pair = tables.person_index[line.person], tables.activity_index[line.activity]
            assert booked[pair] or tables.committed[pair], line
            seen += not tables.committed[pair]
    assert seen > 50


@pytest.mark.parametrize(
    ("language", "when", "share"),
    [
        (
            "en",
            "In 11 Jan 2027 – 24 Jan 2027 you may do work of Policy that begins and ends then",
            "of your hours then",
        ),
        ("nl", "In 11 jan 2027 – 24 jan 2027 mag je werk van Policy doen dat dan begint en eindigt", "van je uren dan"),
    ],
)
def test_lending_is_told_with_its_time(language: str, when: str, share: str) -> None:
    """Somebody who is lent for some periods reads which those are, and what the share is a part of."""
    lent = [{"unit": "policy", "first": 1, "last": 2, "share": 0.5}]
    projects = [{"id": "x", "name": "X", "unit": "policy"}]
    made = portfolio([person("sanne", unit="advice", lent=lent)], [activity("a")], projects=projects, periods=4)
    [fact] = [one for one in explanation(made, proposed(made, {}), "sanne", language).facts if "Policy" in one]
    assert fact.startswith(f"{when}, ")
    assert fact.endswith(f" 50 % {share}.")


@pytest.mark.parametrize(
    ("language", "guides", "weighs", "wish"),
    [
        ("en", "at most 1 learner in", ": up to 1 point", "weighs 1 point;"),
        ("nl", "hooguit 1 lerende.", ": hooguit 1 punt", "weegt 1 punt;"),
    ],
)
def test_one_of_something_is_told_as_one(language: str, guides: str, weighs: str, wish: str) -> None:
    """A learner, a point: what there is one of has no plural."""
    rules = only(staffing=1, wishes=1)
    someone = person("sanne", mentoring={"max_learners": 1})
    made = portfolio([someone], [activity("a", 1), activity("b", 8)], rules=rules, block_hours=1)
    told = explanation(made, proposed(made, {("sanne", "a"): 1}), "sanne", language)
    shown = as_markdown(told)
    assert guides in shown
    assert f"{weighs}\n" in shown
    assert wish in shown


def test_guiding_a_learner_is_time_and_nobody_is_named() -> None:
    """A mentor sees the hours that guiding takes; with two terms learned at once they count once."""
    made = portfolio(
        [
            person("noor", expertise={"law": 4, "tax": 4}),
            person(
                "sanne",
                expertise={"law": 2, "tax": 2},
                ambitions=[{"term": "law", "level": 3}, {"term": "tax", "level": 3}],
            ),
        ],
        [activity("a", 40, expertise={"law": 3, "tax": 3})],
    )
    learning = [("sanne", "a", term, "noor") for term in ("law", "tax")]
    proposal = proposed(made, {("noor", "a"): 32, ("sanne", "a"): 8}, *learning)
    told = explanation(made, proposal, "noor")
    assert [(one.activity, one.hours) for one in told.guiding] == [("a", 4)]
    assert "Sanne" not in whole(told)
    assert "Noor" not in whole(explanation(made, proposal, "sanne"))


# --- what would change the outcome


@settings(max_examples=60)
@given(seeds)
def test_what_would_change_the_outcome_does(seed: int) -> None:
    """On the whole portfolio, with the level or the ambition named, the work named is open or teaches."""
    made, proposal = at_random(seed)
    for me in made.people:
        p = made.people.index(me)
        before = Tables.of(made)
        for change in explanation(made, proposal, me.id).changes:
            where = [before.activity_index[one] for one in change.activities]
            if change.sort == "level":
                training = Training.model_validate({"term": change.term, "level": change.level, "from": 0})
                after = Tables.of(with_person(made, me.model_copy(update={"trained": (*me.trained, training)})))
                assert where
                could = Could(after).booked
                for a in where:
                    every = after.requirements_of(a)
                    assert could[p, a]
                    opened = not before.bookable[p, a]
                    assert opened or (after.meets[p, every] & ~before.meets[p, every]).any()
            elif change.sort == "ambition":
                ambition = Ambition.model_validate({"term": change.term, "level": change.level})
                after = Tables.of(with_person(made, me.model_copy(update={"ambitions": (*me.ambitions, ambition)})))
                for a in where:
                    every = after.requirements_of(a)
                    assert (after.can_learn[p, every] & ~before.can_learn[p, every]).any()


def test_a_level_that_opens_work_is_told_with_the_work() -> None:
    """Level 3 instead of 2.3 opens one activity, and makes the person count on another."""
    seen = [{"term": "law", "level": 3, "source": "self"}, {"term": "law", "level": 2, "source": "test"}]
    made = portfolio(
        [person("sanne", expertise=[*seen, {"term": "tax", "level": 3}])],
        [activity("a", expertise={"law": 3}), activity("b", expertise={"law": 3, "tax": 3})],
    )
    told = explanation(made, proposed(made, {("sanne", "b"): 8}), "sanne")
    (change,) = changes(told, "level")
    assert change.text == (
        "Law at level 3 instead of 2.3: you could be booked on A as well and you would count for what B asks."
    )
    assert (change.term, change.level, change.activities) == ("law", 3, ("a", "b"))
    (ambition,) = changes(told, "ambition")
    assert ambition.text.startswith("An ambition in Law above 2.3 would allow you to learn it on A and B")


def test_work_of_other_units_is_counted_and_not_named() -> None:
    """What the person could do for a unit that the own one does not lend to is told by its amount and the unit."""
    made = portfolio(
        [person("sanne", unit="advice", expertise={"law": 3})],
        [activity("a", 8, expertise={"law": 3}), activity("b", 8, project="y", name="Secret", expertise={"law": 3})],
        projects=[{"id": "x", "name": "X", "unit": "advice"}, {"id": "y", "name": "Y", "unit": "policy"}],
    )
    told = explanation(made, proposed(made, {("sanne", "a"): 8}), "sanne")
    (change,) = changes(told, "unit")
    assert change.text == "You bring something to work of Policy (1); your unit does not lend there."
    assert "Secret" not in whole(told)


def test_full_and_empty_periods_are_told() -> None:
    """Periods without room, and periods away while there is work, are named by their days; others away are not."""
    someone = person("sanne", hours_per_period=8, absences=[{"first": 2, "last": 5}])
    made = portfolio([someone], [activity("a", 16, (0, 1)), activity("b", 8, (2, 3))], periods=6)
    told = explanation(made, proposed(made, {("sanne", "a"): 16}), "sanne")
    full, away = changes(told, "hours")
    assert full.text.startswith("All your hours are planned in 4 Jan 2027 – 17 Jan 2027:")
    assert away.text == "You have no hours in 18 Jan 2027 – 31 Jan 2027, when B could use you."


# --- no plan, no such person, no such language


def test_without_a_plan_there_is_still_an_explanation() -> None:
    """Where no plan was found, what is known of the person is told, and that there is no plan."""
    made = portfolio([person("sanne", expertise={"law": 3})], [activity("a", expertise={"law": 3})])
    told = explanation(made, without_plan(made), "sanne")
    assert told.levels
    assert told.activities == told.weighed_for == ()
    assert "There is no plan" in as_markdown(told)


def test_wrong_questions_are_refused() -> None:
    """An unknown person is named with its path; a language without words is refused."""
    made = portfolio([person("sanne")], [activity("a")])
    proposal = proposed(made, {})
    with pytest.raises(PortfolioInvalid) as refused:
        explanation(made, proposal, "milan")
    assert [one.code for one in refused.value.problems] == ["unknown_id"]
    with pytest.raises(ValueError, match="no words in 'fr'"):
        explanation(made, proposal, "sanne", "fr")


def test_markdown_in_names_does_nothing() -> None:
    """Signs of Markdown and line ends in names are shown and not acted upon."""
    made = portfolio([person("sanne", name="*San*\nne <b>")], [activity("a", name="# a | _b_")])
    text = as_markdown(explanation(made, proposed(made, {("sanne", "a"): 8}), "sanne"))
    assert text.startswith("# \\*San\\* ne \\<b\\>: what the proposal says about you\n")
    assert "**# a \\| \\_b\\_**" in text


# --- languages, and the library


def test_both_languages_say_the_same_things() -> None:
    """Each phrase is there in both languages, with the same values to fill in."""
    for key, phrases in PHRASES.items():
        fields = [{field for _, field, _, _ in Formatter().parse(phrase) if field} for phrase in phrases]
        assert fields[0] == fields[1], key
        assert all(phrase.strip() for phrase in phrases), key


def test_what_is_said_of_trust_and_age_is_so() -> None:
    """Half after two years, and one's own word for half of a test: the numbers of the model."""
    assert HALF_LIFE_YEARS == 2
    assert TRUST["self"] == TRUST["test"] / 2


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.slug)
@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_in_the_library_can_be_told(entry: Entry, language: str) -> None:
    """Each person of each bundled portfolio gets a text with every section, without a colleague's name."""
    made = entry.portfolio()
    tables = Tables.of(made)
    hours = {
        (one.id, made.activities[a].id): 8
        for p, one in enumerate(made.people)
        for a in range(tables.A)
        if tables.bookable[p, a]
    }
    proposal = proposed(made, hours)
    for me in made.people:
        told = explanation(made, proposal, me.id, language)
        text = as_markdown(told)
        assert len(re.findall(r"^## ", text, re.MULTILINE)) == 10
        for colleague in made.people:
            assert colleague is me or colleague.name not in whole(told)
