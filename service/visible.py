"""What of an answer a role may see; everything else is left out, not nulled.

Everything here is pure: JSON in, new JSON out. Rates are for HR and for planners of the person's unit; performance and
potential for HR; energy, ambitions, wishes, levels and where they come from for HR and the person, for leads and
planners only as the fit that results; a lead sees the own projects, an employee the own part. Sums over a whole plan
stay, but not where they have money in them that the role may not see: from those a rate could be worked out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from scenarios.changes import ChangeInvalid, parse_changes
from scenarios.changes.base import unknown_names
from scenarios.scenario import apply
from service.who import Who
from solver.portfolio import Portfolio, Problem, parse
from solver.proposal import reason
from solver.rules import rules_of
from solver.tables import Tables

Json = dict[str, Any]

#: of a person: the talent review, which HR alone sees
REVIEW = frozenset({"performance", "potential"})
#: of a person: levels, where they come from, and the person's own words
OWN_WORDS = frozenset({"expertise", "talents", "energy", "ambitions", "wishes", "trained"})
#: of a person: what everybody who plans with them needs to know
NAME = ("id", "name", "unit")
#: rules whose findings tell what somebody said, can do, or is thought of
PRIVATE_RULES = frozenset({"wishes", "stretch", "talent_use"})
#: rules that measure the fit
FIT_RULES = frozenset({"expertise_fit", "talent_fit", "energy"})
#: rules in money
RATE_RULES = frozenset({"cost", "budget"})
MONEY_RULES = RATE_RULES | {"hiring"}
#: of a policy and of changes: money, for those who see money
MONEY = frozenset({"budget", "fixed_costs", "max_hires", "cost", "price"})
#: fields of a policy that set money, whatever stands in them
POLICY_MONEY = frozenset({"budget", "fixed_costs"})
#: fields of changes, of the people in them and of studies that hold an amount of money
AMOUNTS = POLICY_MONEY | {"cost", "price", "rate"}

_PRIVATE_WORDS = tuple(sorted(rule.replace("_", " ") for rule in PRIVATE_RULES))
_MONEY_WORDS = (*sorted(MONEY_RULES), "is taken on for")
#: paths of errors at which the value tells what is kept from some roles, or holds such a value
_HIDDEN_PATH = re.compile(
    r"(?:/people/[^/]+|/person)/(?:" + "|".join(sorted(REVIEW | OWN_WORDS | {"rate", "candidate"})) + r")(?:/|$)"
    r"|(?:^|/)(?:people|people/[^/]+|person|portfolio|value)$|^$"
)


# --- portfolios


def visible_portfolio(data: Json, who: Who, portfolio: Portfolio) -> Json:
    """A portfolio's canonical JSON; without what is left out it still is a portfolio."""
    if who.role == "hr":
        return data
    own = who.activities(portfolio)
    shown = {**data, "people": [visible_person(one, who) for one in data["people"]]}
    if who.role == "planner":
        return shown
    shown["relations"] = []
    shown["policy"] = _without(data["policy"], MONEY | {"lending"})
    if who.role not in ("lead", "auditor"):
        mine = {one["activity"] for one in data["bookings"] if one["person"] == who.person}
        own = frozenset(mine) if who.role == "employee" else frozenset()
        shown["people"] = [one for one in shown["people"] if who.role == "employee" and one["id"] == who.person]
    there = {one["id"] for one in shown["people"]}
    activities = [one for one in data["activities"] if one["id"] in own]
    projects = {one["project"] for one in activities}
    shown["activities"] = [{**one, "after": [id for id in one["after"] if id in own]} for one in activities]
    shown["projects"] = [
        _without(one, () if one["lead"] in there else ("lead",)) for one in data["projects"] if one["id"] in projects
    ]
    shown["bookings"] = [one for one in data["bookings"] if one["activity"] in own and one["person"] in there]
    shown["people"] = [_within(one, own, projects) for one in shown["people"]]
    return shown


def _within(person: Json, activities: frozenset[str], projects: set[str]) -> Json:
    """The own record, where it names work, with the work that is shown."""
    kept: Json = {}
    if "wishes" in person:
        kept["wishes"] = [one for one in person["wishes"] if one in activities]
    if "energy" in person:
        others = [one for one in person["energy"] if one["of"].startswith("project:")]
        kept["energy"] = [
            one for one in person["energy"] if one not in others or one["of"].removeprefix("project:") in projects
        ]
    return {**person, **kept}


def visible_person(data: Json, who: Who) -> Json:
    """A person of a portfolio."""
    own = who.person is not None and data["id"] == who.person
    if who.role not in ("hr", "planner") and not own:
        return {name: data[name] for name in NAME if name in data}
    return _without(data, hidden_fields(data, who))


def hidden_fields(person: Json, who: Who) -> frozenset[str]:
    """Fields of a person's record that HR, a planner or the person are not shown, and so may not change."""
    if who.role == "hr":
        return frozenset()
    own = who.person is not None and person["id"] == who.person
    hidden = REVIEW if own else REVIEW | OWN_WORDS
    if not who.sees_rates_of(person.get("unit")):
        hidden |= {"rate"}
    return hidden if who.role == "planner" else hidden | {"candidate"}


def with_hidden(data: Json, stored: Json, who: Who) -> Json:
    """A portfolio that somebody changed as they saw it, with what they were not shown as it is stored."""
    there = {one["id"]: one for one in stored["people"]}
    people = []
    for one in data["people"]:
        before = there.get(one["id"])
        kept = {} if before is None else {name: before[name] for name in hidden_fields(before, who) if name in before}
        people.append({**one, **kept})
    return {**data, "people": people}


def uncovered(after: Portfolio, before: Portfolio, who: Who) -> list[str]:
    """Ids of people of whom the role would be shown what it was not: somebody was moved into one of its own units."""
    was, now = (
        {one.id: hidden_fields({"id": one.id, "unit": one.unit}, who) for one in portfolio.people}
        for portfolio in (before, after)
    )
    return [id for id, hidden in now.items() if was.get(id, hidden) - hidden]


def with_hidden_of(after: Portfolio, before: Portfolio, who: Who) -> Portfolio:
    """`with_hidden` of portfolios; raises PortfolioInvalid where what was hidden does not fit what is new."""
    return after if who.role == "hr" else parse(with_hidden(after.canonical(), before.canonical(), who))


# --- proposals


def visible_proposal(data: Json, who: Who, portfolio: Portfolio) -> Json:
    """A proposal."""
    if who.role == "hr":
        return data
    own = who.activities(portfolio)
    shown = {**data, "run": visible_progress(data["run"], who, portfolio)}
    shown["people"] = [_without(one, ("top_talents_used", "top_talents_unused")) for one in data["people"]]
    if who.role not in ("lead", "planner", "auditor"):
        for name in ("unfilled", "hires", "score_card", "warnings", "conflict", "talent_balance"):
            del shown[name]
        shown["bookings"] = [one for one in data["bookings"] or () if one["person"] == who.person]
        shown["learning"] = [
            _without(one, ("mentor", "mentor_hours_by_period"))
            for one in data["learning"]
            if one["person"] == who.person
        ]
        shown["people"] = [one for one in data["people"] if one["person"] == who.person]
        return shown
    if data["bookings"] is not None:
        shown["bookings"] = _bookings(data, who, portfolio, own)
    shown["learning"] = [_without(one, ("from",)) for one in data["learning"] if one["activity"] in own]
    shown["hires"] = data["hires"]
    shown["score_card"] = _score_card(data["score_card"], who, portfolio, own)
    shown["warnings"] = [one for one in data["warnings"] if _warning_is_shown(one["path"], who, portfolio, own)]
    shown["conflict"] = _conflict(data["conflict"], who, portfolio, own)
    if who.role != "planner" and shown["conflict"] is not None:
        shown["conflict"] = _without(shown["conflict"], ("ways_out",))
    if who.role != "planner":
        shown["hires"] = [_without(one, ("cost",)) for one in data["hires"]]
    if who.role == "lead":
        booked = {one["person"] for one in shown["bookings"] or ()}
        shown["hires"] = [one for one in shown["hires"] if one["person"] in booked]
        shown["unfilled"] = [one for one in data["unfilled"] if one["activity"] in own]
        del shown["people"], shown["talent_balance"]
    return shown


def visible_progress(data: Json, who: Who, *portfolios: Portfolio) -> Json:
    """One report of a run's progress, or of a study's, whose names tell limits; an event; the `run` of a proposal."""
    return _without(data, ("best", "objective", "bound", "name")) if _hides_totals(who, *portfolios) else data


def _bookings(data: Json, who: Who, portfolio: Portfolio, own: frozenset[str]) -> list[Json]:
    shown = [one for one in data["bookings"] if one["activity"] in own]
    if who.role == "auditor":
        return [_without(one, ("fit", "reason")) for one in shown]
    wishes = {person.id: set(person.wishes) for person in portfolio.people}
    asked_for = {(one["person"], one["activity"]) for one in shown if one["activity"] in wishes.get(one["person"], ())}
    if not asked_for:
        return shown
    reasons = _Reasons(data, portfolio)
    return [
        {**one, "reason": reasons.of(one)} if (one["person"], one["activity"]) in asked_for else one for one in shown
    ]


class _Reasons:
    """Reasons of bookings as they would be if nobody had asked for anything: a wish is the person's own word."""

    def __init__(self, data: Json, portfolio: Portfolio) -> None:
        silent = tuple(one.model_copy(update={"wishes": ()}) for one in portfolio.people)
        self.tables = Tables.of(portfolio.model_copy(update={"people": silent}))
        self.learning: list[Json] = data["learning"]
        self.people = {one.id: p for p, one in enumerate(portfolio.people)}

    def of(self, booking: Json) -> str:
        """The reason of one booking."""
        tables, p, a = self.tables, self.people[booking["person"]], self.tables.activity_index[booking["activity"]]
        terms = {
            one["term"]
            for one in self.learning
            if (one["person"], one["activity"]) == (booking["person"], booking["activity"])
        }
        learned = [int(r) for r in tables.requirements_of(a) if tables.requirements[r].term in terms]
        return reason(tables, p, a, booking["hours"], learned)


def _score_card(data: Json | None, who: Who, portfolio: Portfolio, own: frozenset[str]) -> Json | None:
    if data is None:
        return None
    hidden = _hidden_rules(who, portfolio)
    private = PRIVATE_RULES | (FIT_RULES if who.role == "auditor" else frozenset())
    rules = []
    for rule in data["rules"]:
        if rule["name"] in hidden:
            continue
        findings = [one for one in rule["findings"] if rule["name"] not in private and _is_own(one["about"], who, own)]
        rules.append({**rule, "findings": findings})
    shown = {**data, "rules": rules}
    return _without(shown, ("total",)) if _hides_totals(who, portfolio) else shown


def _conflict(data: Json | None, who: Who, portfolio: Portfolio, own: frozenset[str]) -> Json | None:
    if data is None:
        return None
    money = _hidden_rules(who, portfolio)
    hidden = money | PRIVATE_RULES | (FIT_RULES if who.role == "auditor" else frozenset())
    rules = [
        {
            **rule,
            "items": [one for one in rule["items"] if rule["name"] not in hidden and _is_own(one["about"], who, own)],
        }
        for rule in data["rules"]
    ]
    ways = data["ways_out"]
    if ways is not None:
        told = [one for one in ways if not (money and any("budget" in change for change in one["changes"]))]
        ways = [_way_out(one, who, portfolio) for one in told]
    return {**data, "rules": rules, "ways_out": ways}


def _way_out(data: Json, who: Who, portfolio: Portfolio) -> Json:
    """A way out of a conflict; its words tell of the money that its numbers leave out."""
    hidden = _hidden_rules(who, portfolio)
    left_out = {"money", "costs"} if hidden else set()
    if who.role != "planner" and any(MONEY & change.keys() for change in data["changes"]):
        left_out.add("text")
    if _hides_totals(who, portfolio):
        left_out |= {"objective", "bound"}
    return {**_without(data, left_out), "changes": visible_changes(data["changes"], who)}


def _is_own(about: Mapping[str, str], who: Who, own: frozenset[str]) -> bool:
    """Whether a finding is about work that the role is shown; a lead is not told of what lies beyond the own work."""
    return who.role != "lead" or about.get("activity") in own


def visible_warnings(found: Iterable[Problem], who: Who, portfolio: Portfolio) -> list[Problem]:
    """What is legal and yet odd in a portfolio, without what is about fields that the role is not shown."""
    own = who.activities(portfolio)
    return [one for one in found if who.role == "hr" or _warning_is_shown(one.path, who, portfolio, own)]


def _warning_is_shown(path: str, who: Who, portfolio: Portfolio, own: frozenset[str]) -> bool:
    section, _, rest = path.removeprefix("/").partition("/")
    if who.role == "planner":
        return not _HIDDEN_PATH.search(path)
    index = rest.partition("/")[0]
    return who.role == "lead" and section == "activities" and portfolio.activities[int(index)].id in own


# --- comparisons and explanations


def visible_comparison(data: Json, who: Who, *portfolios: Portfolio) -> Json:
    """A comparison; the portfolios are those of all that is compared, the base's first."""
    if who.role == "hr":
        return data
    totals = ("cost", "objective", "bound") if _hides_totals(who, *portfolios) else ()
    return {
        **data,
        "proposals": [_without(one, totals) for one in data["proposals"]],
        "differences": [_compared(one, who, *portfolios) for one in data["differences"]],
    }


def _compared(data: Json, who: Who, *portfolios: Portfolio) -> Json:
    own = who.activities(portfolios[0])
    hidden, no_total = _hidden_rules(who, *portfolios), _hides_totals(who, *portfolios)
    shown = _without(data, {"total", "verdict"} if no_total else ())
    if hidden:
        shown = _without(shown, ("money",))
    shown["rules"] = [one for one in data["rules"] if one["name"] not in hidden]
    shown["people"] = [_without(one, ("talents_used", "talents_unused")) for one in data["people"]]
    shown["activities"] = [one for one in data["activities"] if one["activity"] in own]
    words = (*_PRIVATE_WORDS, *(_MONEY_WORDS if hidden else ()))
    sentences = [
        one
        for one in data["moved"]["sentences"]
        if _is_own(one["about"], who, own) and not any(word in one["text"].lower() for word in words)
    ]
    kept = sentences if not no_total else [_without(one, ("cost",)) for one in sentences]
    shown["moved"] = _without({**data["moved"], "sentences": kept}, ("headline", "more_cost") if no_total else ())
    if who.role != "planner":
        shown = _without(shown, ("people", "units", "lending", "terms", "cautions"))
    if who.role not in ("lead", "planner"):
        shown = _without(shown, ("activities", "moved"))
    return shown


def _difference(data: Json, who: Who, portfolio: Portfolio) -> Json:
    """What differs between a plan and a changed one, as the explanations tell it."""
    own, hidden = who.activities(portfolio), _hidden_rules(who, portfolio)
    shown = {
        **data,
        "rules": [one for one in data["rules"] if one["name"] not in hidden],
        "moves": [one for one in data["moves"] if one["activity"] in own],
        "learning": [one for one in data["learning"] if one["activity"] in own],
    }
    return _without(shown, ("cost",)) if _hides_totals(who, portfolio) else shown


def visible_changes(data: Iterable[Json], who: Who) -> list[Json]:
    """A list of scenario changes."""
    return [_change(one, who) for one in data]


def _change(data: Json, who: Who) -> Json:
    if who.role == "hr":
        return data
    shown = data if who.role == "planner" else _without(data, MONEY)
    if isinstance(data.get("person"), dict):
        shown = {**shown, "person": visible_person(data["person"], who)}
    if isinstance(data.get("people"), list):
        people = [visible_person(one, who) if isinstance(one, dict) else one for one in data["people"]]
        shown = {**shown, "people": people}
    return shown


def visible(data: Any, who: Who, portfolio: Portfolio, *others: Portfolio) -> Any:
    """Any answer about a portfolio: a run, an explanation, a study; documents within it are known by their `format`.

    others: what else is solved in it, so that money which counts in one of them tells nothing either.
    """
    if who.role == "hr":
        return data
    if isinstance(data, list):
        return [visible(one, who, portfolio, *others) for one in data]
    if not isinstance(data, dict):
        return data
    whole = _OF_FORMAT.get(data.get("format", ""))
    if whole is not None:
        return whole(data, who, portfolio)
    if isinstance(data.get("change"), str):
        return _change(data, who)
    if {"cost", "rules", "moves", "learning"} <= data.keys():
        return _difference(data, who, portfolio)
    if {"rules", "ways_out"} == data.keys():
        return _conflict(data, who, portfolio, who.activities(portfolio))
    if {"moved", "rules", "people", "money"} <= data.keys():
        return _compared(data, who, portfolio, *others)
    if "stage" in data or ("gap" in data and "bound" in data):
        data = visible_progress(data, who, portfolio, *others)
    if isinstance(data.get("sentences"), list) and not _tells_all(data, who, portfolio):
        data = _without(data, ("sentences", "limit"))
    if isinstance(data.get("reasons"), list):
        hidden = _hidden_rules(who, portfolio, *others)
        data = {**data, "reasons": [one for one in data["reasons"] if one["rule"] not in hidden]}
    if who.role == "lead":
        data = _of_own_work(data, who.activities(portfolio))
    plans: Json = {}
    if data.get("proposal") and "solved" in data and (made := data.get("changes") or data.get("change")):
        plans = _plan_of(data["proposal"], made if isinstance(made, list) else [made], who, portfolio)
    return plans | {
        name: visible(one, who, portfolio, *others)
        for name, one in data.items()
        if name not in plans
        and not (
            name in REVIEW
            or name == "rate"
            or (_is_money(name) and _hidden_rules(who, portfolio, *others))
            or (name in OWN_WORDS and isinstance(one, list) and _of_person(data))
        )
    }


def _plan_of(proposal: Json, changes: list[Json], who: Who, portfolio: Portfolio) -> Json:
    """The plan of a changed portfolio, with those who are hired in it; null where the changes cannot be made."""
    try:
        changed = apply(portfolio, parse_changes(changes))
    except ChangeInvalid:
        return {"proposal": None}
    return {"proposal": visible_proposal(proposal, who, changed)}


def visible_study(data: Json, who: Who, portfolio: Portfolio) -> Json:
    """A study: where its numbers have money in them that the role is not shown, only what was asked."""
    others = varied(data["study"], portfolio)
    if _hides_totals(who, portfolio, *others):
        data = _without(data, ("found", "base", "sentences", "cautions"))
    shown: Json = visible(_without(data, ("format",)), who, portfolio, *others)
    return {"format": data["format"], **shown}


def varied(asked: Json | None, portfolio: Portfolio) -> tuple[Portfolio, ...]:
    """What a study makes of a portfolio: each option of a sweep by itself, the two rules of a frontier with a weight.

    An option that cannot be made without another one is made as far as it can.
    """
    options = [option["changes"] for axis in (asked or {}).get("axes", ()) for option in axis["options"]]
    traded = {name: {"mode": "soft", "weight": 1} for name in (asked or {}).get("rules", ())}
    if traded:
        options.append([{"change": "set_policy", "rules": traded}])
    return tuple(edited(portfolio, changes) for changes in options)


def edited(portfolio: Portfolio, changes: Iterable[Json]) -> Portfolio:
    """A portfolio with changes that were checked when they were sent: enough to know who sees what, and quick."""
    for change in parse_changes(list(changes)):
        if not unknown_names(change, portfolio):
            with suppress(ChangeInvalid):
                portfolio = change.edited(portfolio)
    return portfolio


def _of_own_work(data: Json, own: frozenset[str]) -> Json:
    """An explanation without what it says of the work of others."""
    kept: Json = {}
    if isinstance(data.get("reasons"), list):
        kept["reasons"] = [one for one in data["reasons"] if one["about"].get("activity") in {*own, None}]
    if isinstance(data.get("freed"), list):
        kept["freed"] = [one for one in data["freed"] if one in own]
    return {**data, **kept}


def _of_person(data: Json) -> bool:
    return "hours_per_period" in data or "wishes" in data


def _tells_all(data: Json, who: Who, portfolio: Portfolio) -> bool:
    """Whether the sentences of an explanation tell of nothing that its numbers leave out."""
    if _hides_totals(who, portfolio):
        return False
    if who.role == "planner":
        return True
    own, told = who.activities(portfolio), [data, *data.get("alternatives", ())]
    differences = [one["difference"] for one in told if one.get("difference")]
    moved = {move["activity"] for one in differences for sort in ("moves", "learning") for move in one[sort]}
    about = {one["about"].get("activity") for one in data.get("reasons", ())}
    return who.role == "lead" and moved | about <= own


_OF_FORMAT: Mapping[str, Callable[[Json, Who, Portfolio], Json]] = {
    "staffing-portfolio/1": visible_portfolio,
    "staffing-proposal/1": visible_proposal,
    "staffing-comparison/1": visible_comparison,
    "staffing-study/1": visible_study,
}


# --- errors


def visible_errors(errors: Iterable[Json], who: Who | None) -> list[Json]:
    """Errors of a body; who sent a value knows it, but a stored one may be what this role is not shown."""
    if who is not None and who.role == "hr":
        return list(errors)
    return [_without(one, ("value",)) if _HIDDEN_PATH.search(one["path"]) else one for one in errors]


# --- money


def money_set(data: Any, who: Who, *portfolios: Portfolio) -> list[str]:
    """Paths in changes, or in a study, that would tell of money which the role is not shown in the portfolios.

    Who moves a limit or a weight of money, or an amount where the plan hangs on money, sees from plans what a rate is.
    """
    hidden = _hidden_rules(who, *portfolios)
    if not hidden:
        return []
    amounts = {"budget"} if who.role == "planner" and not _hangs_on_money(who, *portfolios) else AMOUNTS
    return list(_set(data, amounts, hidden, ""))


def _set(data: Any, amounts: Collection[str], rules: Collection[str], path: str) -> Iterator[str]:
    if isinstance(data, list):
        for i, one in enumerate(data):
            yield from _set(one, amounts, rules, f"{path}/{i}")
    elif isinstance(data, dict):
        for name, value in data.items():
            if name == "rules" and isinstance(value, dict):
                yield from (f"{path}/rules/{rule}" for rule in value if rule in rules)
            elif name in amounts and (value or name in POLICY_MONEY):
                yield f"{path}/{name}"
            else:
                yield from _set(value, amounts, rules, f"{path}/{name}")


def limits_changed(after: Portfolio, before: Portfolio, who: Who) -> list[str]:
    """Paths of the limits and weights of money that differ, where there is money that the role is not shown."""
    hidden = _hidden_rules(who, before, after)
    found = ["/policy/budget"] if hidden and after.policy.budget != before.policy.budget else []
    rules = zip(rules_of(before.policy), rules_of(after.policy), strict=True)
    return found + [f"/policy/rules/{old.name}" for old, new in rules if old.name in hidden and vars(old) != vars(new)]


def _is_money(name: str) -> bool:
    """Whether a number of that name is in money: `money`, `money_difference`."""
    return "money" in name.split("_")


def _hidden_rules(who: Who, *portfolios: Portfolio) -> frozenset[str]:
    """Rules in money whose numbers the role is not shown in one of the portfolios."""
    if who.role not in ("hr", "planner"):
        return MONEY_RULES
    rated = [one for portfolio in portfolios for one in portfolio.people if one.rate is not None]
    return frozenset() if all(who.sees_rates_of(one.unit) for one in rated) else RATE_RULES


def _hides_totals(who: Who, *portfolios: Portfolio) -> bool:
    """Whether the total cost of one of the portfolios has points for money that the role is not shown."""
    hidden = _hidden_rules(who, *portfolios)
    if not hidden:
        return False
    people = [one for portfolio in portfolios for one in portfolio.people]
    there = {"cost": any(one.rate for one in people) or any(one.policy.fixed_costs for one in portfolios)}
    there["hiring"] = any(one.candidate is not None for one in people)
    rules = [rule for portfolio in portfolios for rule in rules_of(portfolio.policy) if rule.name in hidden]
    return any(rule.counts and there.get(rule.name, False) for rule in rules)


def _hangs_on_money(who: Who, *portfolios: Portfolio) -> bool:
    """Whether a plan is another one where money that the role is not shown is another: it is weighed, or limited."""
    hidden = _hidden_rules(who, *portfolios)
    rules = [rule for portfolio in portfolios for rule in rules_of(portfolio.policy) if rule.name in hidden]
    limited = any(one.policy.budget is not None for one in portfolios) or any(
        one.binds and not one.hard for one in rules
    )
    return limited or _hides_totals(who, *portfolios)


def _without(data: Json, names: Iterable[str]) -> Json:
    left_out = set(names)
    return {name: one for name, one in data.items() if name not in left_out}
