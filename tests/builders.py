"""Portfolios for tests: tiny ones by hand, with defaults for what a test does not care about, and random ones.

The random ones use every part of the contract, and plans for them are drawn so that every rule is kept in some cases
and broken in others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from solver.plan import Learning, Plan, plan_of
from solver.portfolio import Portfolio, parse
from solver.rules import RULES
from solver.rules.base import IntArray
from solver.tables import Tables

Json = dict[str, Any]
Random = np.random.Generator


# --- by hand ----------------------------------------------------------------------------------------------------------


def person(id: str, **fields: Any) -> Json:
    """A person of 40 hours a period, named by the id with a capital; `expertise={"law": 3}` is the short form."""
    return {"id": id, "name": id.capitalize(), **fields}


def activity(id: str, hours: int = 40, window: tuple[int, int] = (0, 0), **fields: Any) -> Json:
    """An activity of project x, kind work; requirements as {term: level} or in full, team as (min, max)."""
    for dimension in ("expertise", "talents"):
        if isinstance(fields.get(dimension), Mapping):
            fields[dimension] = [{"term": term, "level": level} for term, level in fields[dimension].items()]
    if "team" in fields:
        fields["team"] = dict(zip(("min", "max"), fields["team"], strict=True))
    first, last = window
    made = {"project": "x", "name": id.capitalize(), "kind": "work", "hours": hours}
    return {"id": id, **made, "window": {"first": first, "last": last}, **fields}


def booking(person: str, activity: str, hours: int | None = None, status: str = "pinned", **fields: Any) -> Json:
    """A booking, pinned unless said otherwise."""
    given = {} if hours is None else {"hours": hours}
    return {"person": person, "activity": activity, "status": status, **given, **fields}


def portfolio_data(
    people: Sequence[Json] = (),
    activities: Sequence[Json] = (),
    bookings: Sequence[Json] = (),
    *,
    periods: int = 1,
    now: int = 0,
    rules: Json | None = None,
    policy: Json | None = None,
    broader: Mapping[str, str] | None = None,
    **fields: Any,
) -> Json:
    """A portfolio as JSON; projects, units and terms that are used and not given are made.

    broader: narrower term → broader one. rules: the policy's, on top of `policy`.
    """
    broader = broader or {}
    dimension: dict[str, str] = {}
    for key, sort in (("expertise", "expertise"), ("talents", "talent")):
        for holder in (*people, *activities):
            held = holder.get(key, ())
            for term in held if isinstance(held, Mapping) else [one["term"] for one in held]:
                dimension.setdefault(term, sort)
    for narrow, broad in broader.items():
        sort = dimension.get(narrow) or dimension.get(broad) or "expertise"
        dimension.setdefault(narrow, sort)
        dimension.setdefault(broad, sort)
    terms = [
        {"id": term, "dimension": sort, "labels": {"en": term.capitalize()}, "broader": broader.get(term)}
        for term, sort in dimension.items()
    ]
    projects = [{"id": one, "name": one.upper()} for one in dict.fromkeys(a["project"] for a in activities)]
    made = {
        "id": "tiny",
        "name": "Tiny",
        "calendar": {"start": "2027-01-04", "period": "week", "periods": periods, "now": now},
        "block_hours": 4,
        "vocabulary": terms,
        "projects": projects,
        **fields,
    }
    used = [one["unit"] for one in (*people, *made["projects"]) if one.get("unit")]
    made.setdefault("units", [{"id": unit, "name": unit.capitalize()} for unit in dict.fromkeys(used)])
    made["policy"] = {**(policy or {}), "rules": {**(policy or {}).get("rules", {}), **(rules or {})}}
    return {**made, "people": list(people), "activities": list(activities), "bookings": list(bookings)}


def portfolio(people: Sequence[Json] = (), activities: Sequence[Json] = (), *rest: Any, **fields: Any) -> Portfolio:
    """`portfolio_data`, parsed."""
    return parse(portfolio_data(people, activities, *rest, **fields))


def only(*names: str, **weights: int) -> Json:
    """Policy rules in which only the named soft rules count: by default weight, or `name=weight`."""
    quiet = {rule.name: {"weight": 0} for rule in RULES if not rule.hard and rule.name not in names}
    return {**quiet, **{name: {"weight": weight} for name, weight in weights.items()}}


def plan(
    tables: Tables,
    hours: Mapping[tuple[str, str], int | Sequence[int]],
    learning: Sequence[tuple[str, str, str, str | None]] = (),
) -> Plan:
    """A plan by ids.

    hours: per (person, activity), or a list over the activity's window; learning: (learner, activity, term, mentor).
    """
    total, splits = {}, {}
    for (who, what), given in hours.items():
        pair = (tables.person_index[who], tables.activity_index[what])
        if isinstance(given, int):
            total[pair] = given
        else:
            split = np.zeros(tables.T, dtype=np.int64)
            split[tables.first[pair[1]] : tables.first[pair[1]] + len(given)] = given
            splits[pair], total[pair] = split, int(split.sum())
    learned = [
        Learning(
            tables.person_index[who],
            requirement(tables, what, term),
            None if mentor is None else tables.person_index[mentor],
        )
        for who, what, term, mentor in learning
    ]
    return plan_of(tables, total, learned, splits)


def requirement(tables: Tables, activity: str, term: str) -> int:
    """The index of an activity's requirement on a term."""
    every = tables.requirements_of(tables.activity_index[activity])
    return next(int(r) for r in every if tables.requirements[r].term == term)


# --- random -----------------------------------------------------------------------------------------------------------

EXPERTISE = ("law", "tax", "levy", "audit", "data")
TALENTS = ("relating", "empathy", "harmony", "order")
TREE = {"tax": "law", "levy": "tax", "empathy": "relating", "harmony": "relating"}
SOURCES = (None, "self", "manager", "peers", "test", "certificate", "observed")
DATES = (None, "2027-02-01", "2026-10-01", "2024-06-30", "2019-03-15")


def _some(rng: Random, values: Sequence[Any], low: int, high: int) -> list[Any]:
    """`low` to `high` different ones of the values, in random order."""
    count = min(len(values), int(rng.integers(low, high + 1)))
    return [values[i] for i in rng.permutation(len(values))[:count]]


def _one(rng: Random, values: Sequence[Any]) -> Any:
    return values[int(rng.integers(len(values)))]


def _window(rng: Random, periods: int) -> Json:
    first, last = sorted(rng.integers(0, periods, 2).tolist())
    return {"first": first, "last": last}


def random_data(seed: int, *, people: int = 5, activities: int = 5, calm: bool = False) -> Json:
    """A random portfolio as JSON that uses every part of the contract; calm: without what no plan can fulfil easily.

    people, activities: the most there are; there are at least two of each.
    """
    rng = np.random.default_rng([seed, people, activities, calm])
    periods, block = int(rng.integers(2, 6)), int(_one(rng, (1, 2, 4, 8)))
    now = int(_one(rng, (0, 0, 1, 2)))
    units = ["north", "south", "west"][: int(_one(rng, (0, 2, 3, 3)))]
    P, A = int(rng.integers(2, people + 1)), int(rng.integers(2, activities + 1))
    names = [f"p{n}" for n in range(P)]
    work = [f"a{n}" for n in range(A)]
    projects = [
        {
            "id": f"j{n}",
            "name": f"Project {n}",
            "unit": _one(rng, [*units, *units, None]) if units else None,
            "lead": _one(rng, [*names, None]),
            "goals": _some(rng, ["trust", "growth"], 0, 2),
        }
        for n in range(int(rng.integers(1, 4)))
    ]
    kinds = ["interview", "analysis", "writing"]
    made = {
        "id": f"random-{seed}",
        "name": f"Random {seed}",
        "calendar": {
            "start": "2027-01-04",
            "period": _one(rng, ["day", "week", "month"]),
            "periods": periods,
            "now": now,
        },
        "block_hours": block,
        "vocabulary": [
            {
                "id": term,
                "dimension": "expertise" if term in EXPERTISE else "talent",
                "aliases": [f"the {term}"],
                "broader": TREE.get(term),
            }
            for term in _some(rng, EXPERTISE + TALENTS, 9, 9)
        ],
        "goals": [{"id": "trust", "name": "Trust", "weight": int(rng.integers(1, 6))}, {"id": "growth", "name": "G"}],
        "units": [{"id": unit, "name": unit, "lend_share": _one(rng, (0, 0.1, 0.35, 1.0))} for unit in units],
        "projects": projects,
        "people": [_random_person(rng, name, periods, units, work, kinds, projects) for name in names],
        "activities": [_random_activity(rng, name, periods, work[:n], kinds, projects) for n, name in enumerate(work)],
        "relations": [
            {"people": _some(rng, names, 2, 3), "kind": _one(rng, ["apart", "together"])}
            for _ in range(int(_one(rng, (0, 1, 2))))
        ],
    }
    made["bookings"] = _random_bookings(rng, made, calm)
    made["policy"] = _random_policy(rng, units, calm)
    return made


def _random_person(
    rng: Random, name: str, periods: int, units: Sequence[str], work: list[str], kinds: list[str], projects: list[Json]
) -> Json:
    def observed(terms: Sequence[str]) -> Any:
        held = _some(rng, terms, 1, 4)
        if rng.random() < 0.3:
            return {term: int(rng.integers(1, 6)) for term in held}
        return [
            {"term": term, "level": int(rng.integers(1, 6)), "source": _one(rng, SOURCES), "on": _one(rng, DATES)}
            for term in held
            for _ in range(int(_one(rng, (1, 1, 2, 3))))
        ]

    touched = [f"kind:{kind}" for kind in kinds] + [f"project:{project['id']}" for project in projects]
    touched += ["phase:start", "phase:end", *(f"expertise:{term}" for term in EXPERTISE)]
    touched += [f"talent:{term}" for term in TALENTS]
    hours = int(_one(rng, (8, 16, 24, 37)))
    there: Any = hours if rng.random() < 0.6 else rng.integers(0, hours + 1, periods).tolist()
    return {
        "id": name,
        "name": f"Person {name}",
        "unit": _one(rng, [*units, *units, None]) if units else None,
        "hours_per_period": there,
        "absences": [
            {**_window(rng, periods), "hours": _one(rng, (None, 4, 7))} for _ in range(int(_one(rng, (0, 0, 1, 2))))
        ],
        "expertise": observed(EXPERTISE),
        "talents": observed(TALENTS),
        "energy": [{"of": what, "value": int(rng.integers(-2, 3))} for what in _some(rng, touched, 0, 6)],
        "ambitions": [
            {"term": term, "level": int(rng.integers(2, 6))} for term in _some(rng, EXPERTISE + TALENTS, 0, 5)
        ],
        "wishes": _some(rng, work, 0, 2),
        "mentoring": {"max_learners": int(_one(rng, (0, 1, 2)))},
        "trained": [
            {
                "term": _one(rng, EXPERTISE + TALENTS),
                "level": int(rng.integers(1, 6)),
                "from": int(rng.integers(0, periods)),
            }
            for _ in range(int(_one(rng, (0, 0, 1))))
        ],
        "performance": _one(rng, (None, 1, 3)),
        "potential": _one(rng, (None, 1, 3, 3)),
        "rate": _one(rng, (None, 95.0, 60.25, 0)),
        "leaves": _one(rng, (None, None, None, int(rng.integers(0, periods + 2)))),
        "candidate": _one(rng, (None, None, {"cost": 400.5, "group": "new"}, {"cost": 10, "group": "other"})),
        "lent": [
            {"unit": _one(rng, units), **_window(rng, periods), "share": _one(rng, (0, 0.25, 0.5, 1))}
            for _ in range(int(_one(rng, (0, 0, 1, 2))) if units else 0)
        ],
        "rotation_share": _one(rng, (0, 0, 0, 0.2, 0.5)) if units else 0,
    }


def _random_activity(
    rng: Random, name: str, periods: int, before: list[str], kinds: list[str], projects: list[Json]
) -> Json:
    def asked(terms: Sequence[str], most: int) -> list[Json]:
        return [
            {
                "term": term if rng.random() < 0.8 else f"THE {term}",
                "level": int(rng.integers(1, 6)),
                "people": int(_one(rng, (1, 1, 2))),
                "must": bool(rng.random() < 0.3),
                "weight": int(_one(rng, (1, 1, 2, 5))),
            }
            for term in _some(rng, terms, 0, most)
        ]

    least = int(_one(rng, (0, 1, 1, 2)))
    return {
        "id": name,
        "project": _one(rng, projects)["id"],
        "phase": _one(rng, (None, "start", "end")),
        "name": f"Activity {name}",
        "kind": _one(rng, kinds),
        "hours": int(_one(rng, (0, 6, 16, 30, 48, 80))),
        "window": _window(rng, periods),
        "team": {"min": least, "max": least + int(_one(rng, (0, 1, 3, 97)))},
        "priority": int(rng.integers(1, 6)),
        "expertise": asked(EXPERTISE, 3),
        "talents": asked(TALENTS, 2),
        "responsibility": bool(rng.random() < 0.4),
        "critical": bool(rng.random() < 0.5),
        "after": _some(rng, before, 0, 1),
    }


def _random_bookings(rng: Random, made: Json, calm: bool) -> list[Json]:
    """At most one a pair; pinned by period or not, frozen where something can have been worked, the others anywhere."""
    found = []
    now = made["calendar"]["now"]
    for who in made["people"]:
        for what in made["activities"]:
            if rng.random() < (0.75 if calm else 0.6):
                continue
            window = what["window"]
            length = window["last"] - window["first"] + 1
            past = max(0, min(length, now - window["first"]))
            status = _one(rng, ("incumbent", "forbidden", "pinned", "frozen"))
            line = {"person": who["id"], "activity": what["id"], "status": status}
            if status == "frozen":
                parts = rng.integers(0, 4 if calm else 9, length if rng.random() < 0.5 else past)
                line["by_period"] = parts.tolist()
            elif status == "pinned":
                parts = rng.integers(0, 4 if calm else 9, length)
                if calm:
                    parts[:past] = 0
                line["hours"] = int(parts.sum())
                if rng.random() < 0.5:
                    line["by_period"] = parts.tolist()
            elif status == "incumbent":
                line["hours"] = int(rng.integers(0, 25))
            found.append(line)
    return found


def _random_policy(rng: Random, units: Sequence[str], calm: bool) -> Json:
    """Settings of rules drawn low enough that tiny plans come to both sides of them."""
    settings: Json = {
        "eligibility": {"under_level": int(_one(rng, (0, 0, 1, 2)))},
        "smallest_booking": {"hours": int(_one(rng, (0, 4, 8, 12))), "share": _one(rng, (0, 0.1, 0.55))},
        "expert_hours": {"expert_share": _one(rng, (0.75, 0.3, 0.5, 1))},
        "mentoring": {"mentor_hours": int(_one(rng, (4, 0, 1, 3)))},
        "stretch_cap": {
            "max_share": _one(rng, (0.3, 0, 0.57)),
            "free": int(_one(rng, (16, 0, 4))),
            "max_gap": int(_one(rng, (1, 2, 3))),
        },
        "talent_use": {"min_share": _one(rng, (0.4, 0.93)), "free": int(_one(rng, (0, 3, 16)))},
        "role_width": {"max_share": _one(rng, (0.6, 0.29)), "free": int(_one(rng, (0, 3, 16)))},
        "responsibility": {"min_share": _one(rng, (0.1, 0.57)), "free": int(_one(rng, (0, 3, 8)))},
        "stretch": {"min_share": _one(rng, (0.1, 0.58)), "for": _one(rng, ("all", "potential", "differentiated"))},
        "load_balance": {"low": _one(rng, (0.6, 0.14)), "high": _one(rng, (0.9, 0.28))},
        "focus": {"max_activities": int(_one(rng, (0, 1, 2, 4)))},
    }
    rules = {name: said for name, said in settings.items() if rng.random() < 0.7}
    for rule in RULES:
        if not rule.hard and rng.random() < 0.3:
            rules.setdefault(rule.name, {})["weight"] = int(_one(rng, (0, 1, 7, 300)))
        if not rule.hard and rng.random() < 0.1:
            rules.setdefault(rule.name, {})["mode"] = "off"
        elif not rule.hard and not calm and rng.random() < 0.1:
            said = rules.setdefault(rule.name, {})
            said["mode"], said["tolerance"] = "hard", _one(rng, (0, 1, 4.75, 30))
    directions = [(here, there) for here in units for there in units if here != there]
    return {
        "preset": _one(rng, ["balanced", "achievement", "customer-centric", "innovation", "one-team", "greater-good"]),
        "rules": rules,
        "budget": _one(rng, (None, 5000.5, 100000) if calm else (None, 2500.75, 9000)),
        "max_hires": [{"group": "new", "most": int(_one(rng, (0, 1)))}] if rng.random() < 0.6 else [],
        "lending": [
            {"from": here, "to": there, "share": _one(rng, (0, 0.15, 0.6))}
            for here, there in _some(rng, directions, 0, 2)
        ],
        "fixed_costs": [{"what": "room", "money": 120.25}] if rng.random() < 0.5 else [],
    }


def random_portfolio(seed: int, **fields: Any) -> Portfolio:
    """`random_data`, parsed."""
    return parse(random_data(seed, **fields))


def random_plan(tables: Tables, seed: int) -> Plan:
    """A plan that a model over all pairs has room for: committed hours kept or not, blocks anywhere, some learning."""
    rng = np.random.default_rng([seed, 7])
    tame, busy = rng.random() < 0.5, rng.uniform(0.05, 0.7)
    hours: dict[tuple[int, int], int] = {}
    for pair in np.ndindex(tables.P, tables.A):
        offset, asked = tables.offset(pair), int(tables.asked[pair[1]])
        blocks = int(rng.integers(1, max(2, min(asked, 40) // tables.block + 1)))
        if pair in tables.pinned:
            kept = tables.pinned[pair].hours or 0
            hours[pair] = kept if tame or rng.random() < 0.8 else offset + blocks * tables.block
        elif pair in tables.frozen:
            kept = tame or rng.random() < 0.8
            hours[pair] = offset + (int(rng.random() < busy) * blocks * tables.block if kept else 0) if kept else 0
        elif rng.random() < busy and not (tame and not tables.bookable[pair]):
            hours[pair] = blocks * tables.block
    hours = {pair: booked for pair, booked in hours.items() if booked}
    return plan_of(tables, hours, _random_learning(rng, tables, hours, tame))


def _random_learning(rng: Random, tables: Tables, hours: Mapping[tuple[int, int], int], tame: bool) -> list[Learning]:
    """Learners who are booked and can learn, one mentor each who meets what is learned: on the team, or not if wild."""
    found: list[Learning] = []
    for p, a in hours:
        every: IntArray = tables.requirements_of(a)
        learnable = every[tables.can_learn[p, every]]
        able = [q for q in range(tables.P) if q != p and tables.meets[q, learnable].any()]
        if tame:
            able = [q for q in able if (q, a) in hours]
        if not len(learnable) or not able or rng.random() < 0.3:
            continue
        if not tame and rng.random() < 0.1:
            found += [Learning(p, int(r), None) for r in learnable]
            continue
        mentor = int(_one(rng, able))
        found += [Learning(p, int(r), mentor) for r in learnable if tables.meets[mentor, r]]
    return found
