"""A second opinion: every rule measured on a proposal and its portfolio, both as JSON, in slow and plain Python.

Written from the design documents alone and sharing nothing with the solver, so that an amount both agree on is an
amount the documents define. Hours, levels and weights are fractions: nothing is rounded but what the documents round.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations
from typing import Any

Json = dict[str, Any]
#: what an item is about, as sorted (word, id) pairs, the amount, and the item's weight
Line = tuple[tuple[tuple[str, str], ...], Fraction, Fraction]

WEIGHTS = {
    "staffing": 20,
    "expertise_coverage": 400,
    "talent_coverage": 200,
    "expertise_fit": 6,
    "talent_fit": 4,
    "energy": 3,
    "wishes": 20,
    "talent_use": 3,
    "role_width": 4,
    "responsibility": 3,
    "stretch": 4,
    "load_balance": 2,
    "focus": 30,
    "stability": 5,
    "continuity": 100,
    "lending": 1,
    "hiring": 1,
    "cost": 0,
}
PRESETS: dict[str, dict[str, int]] = {
    "balanced": {},
    "achievement": {"staffing": 30, "expertise_coverage": 600, "expertise_fit": 10, "stretch": 3, "energy": 2},
    "customer-centric": {"talent_coverage": 400, "talent_fit": 8, "continuity": 200, "stability": 10},
    "innovation": {"stretch": 10, "role_width": 8, "energy": 6, "focus": 15, "stability": 2},
    "one-team": {"talent_coverage": 300, "load_balance": 6, "talent_use": 6, "stretch": 6, "focus": 40},
    "greater-good": {"wishes": 60, "energy": 6, "responsibility": 6, "talent_use": 6},
}
SETTINGS: dict[str, dict[str, Any]] = {
    "eligibility": {"under_level": 0},
    "smallest_booking": {"hours": 8, "share": 0.1},
    "expert_hours": {"expert_share": 0.75},
    "mentoring": {"mentor_hours": 4},
    "stretch_cap": {"max_share": 0.3, "free": 16, "max_gap": 1},
    "talent_use": {"min_share": 0.4, "free": 16},
    "role_width": {"max_share": 0.6, "free": 16},
    "responsibility": {"min_share": 0.1, "free": 8},
    "stretch": {"min_share": 0.1, "for": "all"},
    "load_balance": {"low": 0.6, "high": 0.9},
    "focus": {"max_activities": 4},
}
TRUST = {"test": 10, "certificate": 10, "observed": 10, None: 10, "manager": 8, "peers": 8, "self": 5}


def hundredths(number: float) -> Fraction:
    """A share or an amount of money with at most two decimals, exactly."""
    return Fraction(round(number * 100), 100)


def half_up(fraction: Fraction) -> int:
    """Rounded half up to a whole number."""
    return math.floor(fraction + Fraction(1, 2))


def positive(amount: Fraction | int) -> Fraction:
    """max(0, amount)."""
    return Fraction(max(0, amount))


class Reference:
    """The measures of one plan; `portfolio` and `proposal` are decoded JSON and both taken for valid."""

    def __init__(self, portfolio: Json, proposal: Json) -> None:
        self.portfolio, self.policy = portfolio, portfolio.get("policy", {})
        calendar = portfolio["calendar"]
        self.start, self.periods = date.fromisoformat(calendar["start"]), calendar["periods"]
        self.now, self.block = calendar.get("now", 0), portfolio.get("block_hours", 4)
        self.terms = {term["id"]: term for term in portfolio.get("vocabulary", [])}
        self.alias = {alias.casefold(): term["id"] for term in self.terms.values() for alias in term.get("aliases", [])}
        self.people = {person["id"]: person for person in portfolio.get("people", [])}
        self.activities = {one["id"]: one for one in portfolio.get("activities", [])}
        self.projects = {one["id"]: one for one in portfolio.get("projects", [])}
        self.units = {one["id"]: one for one in portfolio.get("units", [])}
        self.given = {(one["person"], one["activity"]): one for one in portfolio.get("bookings", [])}
        self.mentor_hours = self.setting("mentoring", "mentor_hours")
        self._levels: dict[tuple[str, str], int] = {}
        self._read(proposal)

    def _read(self, proposal: Json) -> None:
        """h[p,a], by_period where given, and learning as (person, activity, term) → mentor."""
        self.h = {(b["person"], b["activity"]): b["hours"] for b in proposal["bookings"] if b["hours"]}
        self.split = {
            (b["person"], b["activity"]): b["by_period"] for b in proposal["bookings"] if b.get("by_period") is not None
        }
        self.learning: dict[tuple[str, str, str], str | None] = {}
        self.mentor_split: dict[tuple[str, str, str], list[int]] = {}
        for one in proposal.get("learning", []):
            self.learning[one["person"], one["activity"], self.term(one["term"])] = one["mentor"]
            if one["mentor"] is not None and one.get("mentor_hours_by_period"):
                key = (one["mentor"], one["person"], one["activity"])
                self.mentor_split[key] = one["mentor_hours_by_period"]
        #: a mentor gives the hours once per learner and activity
        self.mentoring = {(m, p, a) for (p, a, _), m in self.learning.items() if m is not None}

    # --- the portfolio

    def setting(self, rule: str, name: str) -> Any:
        """A rule's setting, by default the documents'."""
        value = self.policy.get("rules", {}).get(rule, {}).get(name, SETTINGS[rule][name])
        return hundredths(value) if name in ("low", "high") or name.endswith("share") else value

    def term(self, name: str) -> str:
        """The id of a term named by id or alias."""
        return name if name in self.terms else self.alias[name.casefold()]

    def broader(self, term: str) -> list[str]:
        """The term and all above it."""
        found = [term]
        while self.terms[found[-1]].get("broader"):
            found.append(self.term(self.terms[found[-1]]["broader"]))
        return found

    def own_level(self, p: str, term: str) -> int:
        """The combined observation in tenths, 0 where there is none."""
        if (p, term) not in self._levels:
            self._levels[p, term] = self._combined(p, term)
        return self._levels[p, term]

    def _combined(self, p: str, term: str) -> int:
        seen: list[tuple[int, int, int]] = []  # level, trust in tenths, age in days
        for field in ("expertise", "talents"):
            held = self.people[p].get(field, [])
            if isinstance(held, dict):
                held = [{"term": name, "level": level} for name, level in held.items()]
            for one in held:
                if self.term(one["term"]) == term:
                    on = date.fromisoformat(one["on"]) if one.get("on") else self.start
                    seen.append((one["level"], TRUST[one.get("source")], max(0, (self.start - on).days)))
        if not seen:
            return 0
        youngest = min(age for _, _, age in seen)
        with localcontext() as context:
            context.prec = 60
            halvings = [Decimal(age - youngest) / Decimal("730.5") for _, _, age in seen]
            weights = [trust * Decimal("0.5") ** n for (_, trust, _), n in zip(seen, halvings, strict=True)]
            mean = sum(w * level for w, (level, _, _) in zip(weights, seen, strict=True)) / sum(weights)
            return math.floor(10 * mean + Decimal("0.5"))

    def level(self, p: str, term: str, a: str | None = None) -> int:
        """L in tenths: over the term and its narrower ones, with the trainings before the activity's window."""
        best = max((self.own_level(p, t) for t in self.terms if term in self.broader(t)), default=0)
        for one in self.people[p].get("trained", []) if a is not None else []:
            begun = one["from"] <= self.activities[a or ""]["window"]["first"]
            if begun and term in self.broader(self.term(one["term"])):
                best = max(best, 10 * one["level"])
        return best

    def requirements(self, a: str, field: str) -> list[Json]:
        """An activity's requirements, `expertise` or `talents`, with defaults and term ids."""
        defaults = {"people": 1, "must": False, "weight": 1}
        return [
            {**defaults, **one, "term": self.term(one["term"]), "activity": a}
            for one in self.activities[a].get(field, [])
        ]

    def all_requirements(self, a: str) -> list[Json]:
        """Both sorts."""
        return self.requirements(a, "expertise") + self.requirements(a, "talents")

    def meets(self, p: str, r: Json) -> bool:
        """L ≥ 10 × level."""
        return self.level(p, r["term"], r["activity"]) >= 10 * r["level"]

    def near(self, p: str, r: Json) -> bool:
        """L ≥ max(1, 10 × (level − under_level))."""
        under = self.setting("eligibility", "under_level")
        return self.level(p, r["term"], r["activity"]) >= max(1, 10 * (r["level"] - under))

    def can_learn(self, p: str, r: Json) -> bool:
        """Not met, within the gap, and wanted."""
        level = self.level(p, r["term"], r["activity"])
        aims = [
            one["level"]
            for one in self.people[p].get("ambitions", [])
            if r["term"] in self.broader(self.term(one["term"])) or self.term(one["term"]) in self.broader(r["term"])
        ]
        gap = self.setting("stretch_cap", "max_gap")
        wanted = any(10 * aim > level for aim in aims)
        return not self.meets(p, r) and level >= 10 and level >= 10 * (r["level"] - gap) and wanted

    def expert(self, p: str, a: str) -> bool:
        """Meets an expertise requirement; everybody where there is none."""
        asked = self.requirements(a, "expertise")
        return not asked or any(self.meets(p, r) for r in asked)

    def able(self, p: str, a: str) -> bool:
        """Near an expertise requirement or meeting a talent one, or nothing is asked."""
        if not self.all_requirements(a):
            return True
        near = any(self.near(p, r) for r in self.requirements(a, "expertise"))
        return near or any(self.meets(p, r) for r in self.requirements(a, "talents"))

    def learns(self, p: str, a: str) -> bool:
        """Whether p learns something on a: booked there, and able to learn it."""
        terms = {t for (q, b, t) in self.learning if (q, b) == (p, a)}
        return (p, a) in self.h and any(r["term"] in terms and self.can_learn(p, r) for r in self.all_requirements(a))

    def unit_of(self, a: str) -> str | None:
        """The unit of an activity's project."""
        unit: str | None = self.projects[self.activities[a]["project"]].get("unit")
        return unit

    def foreign(self, p: str, a: str) -> bool:
        """Work of another unit than p's."""
        here, there = self.people[p].get("unit"), self.unit_of(a)
        return here is not None and there is not None and here != there

    def agreement(self, p: str, a: str) -> tuple[str, ...]:
        """Where p's hours on another unit's activity count: the way in which p may work there."""
        person, window = self.people[p], self.activities[a]["window"]
        for n, lent in enumerate(person.get("lent", [])):
            within = lent["first"] <= window["first"] and window["last"] <= lent["last"]
            if lent["unit"] == self.unit_of(a) and within:
                return ("lent", p, str(n))
        if person.get("rotation_share", 0) > 0:
            return ("rotation", p)
        for n, opened in enumerate(self.policy.get("lending", [])):
            if (opened["from"], opened["to"]) == (person["unit"], self.unit_of(a)):
                return ("opened", str(n))
        return ("unit", person["unit"])

    def share(self, agreement: tuple[str, ...]) -> Fraction:
        """The share of an agreement; rotation has no limit."""
        if agreement[0] == "lent":
            return hundredths(self.people[agreement[1]]["lent"][int(agreement[2])]["share"])
        if agreement[0] == "opened":
            return hundredths(self.policy["lending"][int(agreement[1])]["share"])
        return Fraction(1) if agreement[0] == "rotation" else hundredths(self.units[agreement[1]].get("lend_share", 0))

    def allowed(self, p: str, a: str) -> bool:
        """Whether p's unit may work there."""
        return not self.foreign(p, a) or self.share(self.agreement(p, a)) > 0

    def status(self, p: str, a: str) -> str | None:
        """What the planner said of the pair."""
        return self.given[p, a]["status"] if (p, a) in self.given else None

    def committed(self, p: str, a: str) -> bool:
        """Pinned or frozen."""
        return self.status(p, a) in ("pinned", "frozen")

    def bookable(self, p: str, a: str) -> bool:
        """Whether p could be booked on a."""
        brings = self.able(p, a) or any(self.can_learn(p, r) for r in self.all_requirements(a))
        return self.status(p, a) != "forbidden" and (self.committed(p, a) or (self.allowed(p, a) and brings))

    def available(self, p: str) -> list[int]:
        """Hours per period."""
        person = self.people[p]
        per_period = person.get("hours_per_period", 40)
        hours = list(per_period) if isinstance(per_period, list) else [per_period] * self.periods
        for absence in person.get("absences", []):
            for t in range(absence["first"], absence["last"] + 1):
                away = absence.get("hours")
                hours[t] = 0 if away is None else max(0, hours[t] - away)
        leaves = person.get("leaves")
        return [0 if leaves is not None and t >= leaves else hours[t] for t in range(self.periods)]

    def asked(self, a: str) -> int:
        """E: the hours rounded up to blocks."""
        return -(-int(self.activities[a]["hours"]) // self.block) * self.block

    def importance(self, a: str) -> Fraction:
        """priority / 3 × the heaviest goal / 3 in whole percents."""
        weights = {goal["id"]: goal.get("weight", 3) for goal in self.portfolio.get("goals", [])}
        goals = self.projects[self.activities[a]["project"]].get("goals", [])
        heaviest = max((weights[goal] for goal in goals), default=3)
        return Fraction(half_up(Fraction(100 * self.activities[a].get("priority", 3) * heaviest, 9)), 100)

    def fit(self, p: str, a: str, field: str) -> Fraction:
        """expertise_fit or talent_fit in whole percents."""
        asked = self.requirements(a, field)
        if not asked:
            return Fraction(1)
        reached = [
            r["weight"] * min(Fraction(1), Fraction(self.level(p, r["term"], a), 10 * r["level"])) for r in asked
        ]
        return Fraction(half_up(100 * sum(reached, Fraction()) / sum(r["weight"] for r in asked)), 100)

    def energy(self, p: str, a: str) -> Fraction:
        """The mean of the statements that touch a."""
        activity = self.activities[a]
        touching = {f"kind:{activity['kind']}", f"phase:{activity.get('phase')}", f"project:{activity['project']}"}
        touching |= {f"expertise:{r['term']}" for r in self.requirements(a, "expertise")}
        touching |= {f"talent:{r['term']}" for r in self.requirements(a, "talents")}
        said = []
        for one in self.people[p].get("energy", []):
            sort, _, name = one["of"].partition(":")
            if f"{sort}:{self.term(name) if sort in ('expertise', 'talent') else name}" in touching:
                said.append(one["value"])
        return Fraction(sum(said), len(said)) if said else Fraction()

    def drain(self, p: str, a: str) -> Fraction:
        """max(0, −energy) / 2 in whole percents."""
        return Fraction(half_up(100 * positive(-self.energy(p, a)) / 2), 100)

    def top_talents(self, p: str) -> list[str]:
        """Up to five own talents of 3.0 or more."""
        talents = [t for t, term in self.terms.items() if term["dimension"] == "talent" and self.own_level(p, t) >= 30]
        return sorted(talents, key=lambda t: -self.own_level(p, t))[:5]

    # --- the plan

    def H(self, p: str) -> int:
        """Hours of a person."""
        return sum(hours for (q, _), hours in self.h.items() if q == p)

    def T(self, a: str) -> int:
        """Hours on an activity."""
        return sum(hours for (_, b), hours in self.h.items() if b == a)

    def S(self, p: str) -> int:
        """Stretch hours of a person."""
        return sum(hours for (q, a), hours in self.h.items() if q == p and self.learns(p, a))

    def team(self, a: str) -> list[str]:
        """Who is on an activity."""
        return [p for p, b in self.h if b == a]

    def present(self, p: str) -> bool:
        """There, or taken on."""
        return self.people[p].get("candidate") is None or self.H(p) > 0

    def money(self) -> Fraction:
        """Σ rate × h + fixed costs."""
        paid = [hundredths(self.people[p].get("rate") or 0) * hours for (p, _), hours in self.h.items()]
        fixed = [hundredths(one["money"]) for one in self.policy.get("fixed_costs", [])]
        return sum(paid + fixed, Fraction())

    def missing(self, r: Json) -> int:
        """People missing for a requirement."""
        return max(0, int(r["people"]) - sum(self.meets(p, r) for p in self.team(r["activity"])))

    # --- hard rules

    def availability(self) -> list[Line]:
        """Hours over per person; without periods given, the smallest total shortfall over all splits."""
        lines = []
        for p in self.people:
            fixed = [0] * self.periods
            free: list[tuple[int, int, int]] = []

            def place(a: str, split: list[int] | None, hours: int, where: Any = (fixed, free)) -> None:
                first, last = self.activities[a]["window"]["first"], self.activities[a]["window"]["last"]
                for t, part in enumerate(split or []):
                    where[0][first + t] += part
                rest = hours - sum(split or [])
                open_from = max(first, self.now) if self.now <= last else first
                where[1].append((open_from, last, rest))

            for (q, a), hours in self.h.items():
                if q == p:
                    place(a, self.split.get((p, a), self._promised(p, a, hours)), hours)
            for mentor, learner, a in self.mentoring:
                if mentor == p:
                    split = self.mentor_split.get((mentor, learner, a))
                    place(a, split, sum(split) if split is not None else self.mentor_hours)
            lines.append(self.line(shortfall(free, fixed, self.available(p)), person=p))
        return lines

    def _promised(self, p: str, a: str, hours: int) -> list[int] | None:
        """The periods that the planner gave to a booking: all of a pinned one, what was worked of a frozen one."""
        given = self.given.get((p, a))
        if given is None or given.get("by_period") is None or given["status"] not in ("pinned", "frozen"):
            return None
        split = list(given["by_period"])
        if given["status"] == "frozen":
            first = self.activities[a]["window"]["first"]
            split = [part if first + t < self.now else 0 for t, part in enumerate(split)]
            return split if sum(split) <= hours else None
        return split if sum(split) == hours else None

    def worked(self, p: str, a: str) -> list[int]:
        """Per period of the window what a frozen booking says was worked before now."""
        window = self.activities[a]["window"]
        given = self.given.get((p, a), {})
        parts = given.get("by_period") or [] if given.get("status") == "frozen" else []
        length = window["last"] - window["first"] + 1
        return [parts[t] if t < len(parts) and window["first"] + t < self.now else 0 for t in range(length)]

    def window(self) -> list[Line]:
        """Hours before now that are not frozen (by_period cannot lie outside the window)."""
        lines = []
        for p, a in self.h:
            first, worked = self.activities[a]["window"]["first"], self.worked(p, a)
            past = [max(0, part - worked[t]) for t, part in enumerate(self.split[p, a]) if first + t < self.now]
            lines.append(self.line(sum(past), person=p, activity=a))
        return lines

    def eligibility(self) -> list[Line]:
        """Hours of bookings of somebody who brings and learns nothing, or may not work there."""
        return [
            self.line(hours, person=p, activity=a)
            for (p, a), hours in self.h.items()
            if not self.committed(p, a) and not (self.allowed(p, a) and (self.able(p, a) or self.learns(p, a)))
        ]

    def team_size(self) -> list[Line]:
        """People too many or too few."""
        lines = []
        for a, activity in self.activities.items():
            size, team = len(self.team(a)), {"min": 1, "max": 99, **activity.get("team", {})}
            wrong = max(0, size - team["max"]) + (max(0, team["min"] - size) if size else 0)
            lines.append(self.line(wrong, activity=a))
        return lines

    def smallest_booking(self) -> list[Line]:
        """Hours below the smallest booking."""
        lines = []
        for (p, a), hours in self.h.items():
            wanted = max(
                Fraction(self.setting("smallest_booking", "hours")),
                self.setting("smallest_booking", "share") * self.asked(a),
            )
            least = math.ceil(min(Fraction(self.asked(a)), wanted) / self.block) * self.block
            if not self.committed(p, a):
                lines.append(self.line(least - hours, person=p, activity=a))
        return lines

    def must_requirement(self) -> list[Line]:
        """People missing where hours are booked."""
        return [
            self.line(self.missing(r), activity=a, term=r["term"])
            for a in self.activities
            for r in self.all_requirements(a)
            if r["must"] and self.T(a)
        ]

    def expert_hours(self) -> list[Line]:
        """Hours by experts short."""
        share = self.setting("expert_hours", "expert_share")
        lines = []
        for a in self.activities:
            by_experts = sum(hours for (p, b), hours in self.h.items() if b == a and self.expert(p, a))
            lines.append(self.line(share * self.T(a) - by_experts, activity=a))
        return lines

    def overbooking(self) -> list[Line]:
        """Hours over what is asked."""
        return [self.line(self.T(a) - self.asked(a), activity=a) for a in self.activities]

    def mentoring_(self) -> list[Line]:
        """Terms learned without a mentor, at the learner; learners too many, at the mentor."""
        wrong: dict[str, int] = defaultdict(int)
        learners: dict[str, set[str]] = defaultdict(set)
        for (p, a, term), mentor in self.learning.items():
            asked = next((r for r in self.all_requirements(a) if r["term"] == term), None)
            taught = (
                asked is not None
                and (p, a) in self.h
                and self.can_learn(p, asked)
                and mentor is not None
                and mentor != p
                and (mentor, a) in self.h
                and self.meets(mentor, asked)
            )
            wrong[p] += not taught
            if mentor is not None:
                learners[mentor].add(p)
        for mentor, those in learners.items():
            most = self.people[mentor].get("mentoring", {}).get("max_learners", 2)
            wrong[mentor] += max(0, len(those) - most)
        return [self.line(amount, person=p) for p, amount in wrong.items()]

    def stretch_cap(self) -> list[Line]:
        """Stretch hours over the cap."""
        share, free = self.setting("stretch_cap", "max_share"), self.setting("stretch_cap", "free")
        return [self.line(self.S(p) - share * self.H(p) - free, person=p) for p in self.people]

    def commitment(self) -> list[Line]:
        """Bookings that are not as the planner said."""
        lines = []
        for (p, a), given in self.given.items():
            booked = self.h.get((p, a), 0)
            length = self.activities[a]["window"]["last"] - self.activities[a]["window"]["first"] + 1
            split = self.split.get((p, a)) or [0] * length
            wrong = False
            if given["status"] == "forbidden":
                wrong = booked > 0
            elif given["status"] == "pinned":
                wrong = booked != given["hours"]
                wrong |= given.get("by_period") is not None and list(given["by_period"]) != list(split)
            elif given["status"] == "frozen":
                past = max(0, min(length, self.now - self.activities[a]["window"]["first"]))
                wrong = list(split)[:past] != self.worked(p, a)[:past]
            lines.append(self.line(int(wrong), person=p, activity=a))
        return lines

    def relation(self) -> list[Line]:
        """Pairs on the wrong side."""
        lines = []
        for one in self.portfolio.get("relations", []):
            for a in self.activities:
                there = self.team(a)
                wrong = 0
                for p, q in combinations(one["people"], 2):
                    if one["kind"] == "apart":
                        wrong += p in there and q in there
                    elif self.present(p) and self.present(q):
                        wrong += (p in there) != (q in there)
                lines.append(self.line(wrong, relation="+".join(one["people"]), activity=a))
        return lines

    def lending_cap(self) -> list[Line]:
        """Hours over, per agreement."""
        taken: dict[tuple[str, ...], int] = defaultdict(int)
        for (p, a), hours in self.h.items():
            if self.foreign(p, a):
                taken[self.agreement(p, a)] += hours
        lines = []
        for agreement, hours in taken.items():
            if agreement[0] == "lent":
                lent = self.people[agreement[1]]["lent"][int(agreement[2])]
                whole = sum(self.available(agreement[1])[lent["first"] : lent["last"] + 1])
            elif agreement[0] == "rotation":
                continue
            else:
                unit = agreement[1] if agreement[0] == "unit" else self.policy["lending"][int(agreement[1])]["from"]
                those = [p for p, one in self.people.items() if one.get("unit") == unit and self.present(p)]
                whole = sum(sum(self.available(p)) for p in those)
            lines.append(self.line(hours - self.share(agreement) * whole, lending=" ".join(agreement)))
        return lines

    def rotation(self) -> list[Line]:
        """Hours for other units short."""
        lines = []
        for p, person in self.people.items():
            away = sum(hours for (q, a), hours in self.h.items() if q == p and self.foreign(p, a))
            lines.append(self.line(hundredths(person.get("rotation_share", 0)) * self.H(p) - away, person=p))
        return lines

    def hires(self) -> list[Line]:
        """Candidates too many, per group."""
        lines = []
        for limit in self.policy.get("max_hires", []):
            taken = [p for p, one in self.people.items() if (one.get("candidate") or {}).get("group") == limit["group"]]
            over = sum(self.H(p) > 0 for p in taken) - limit["most"]
            lines.append(self.line(over, group=limit["group"]))
        return lines

    def budget(self) -> list[Line]:
        """Money over."""
        budget = self.policy.get("budget")
        return [] if budget is None else [self.line(self.money() - hundredths(budget))]

    # --- soft rules

    def staffing(self) -> list[Line]:
        """Open hours."""
        return [self.line(self.asked(a) - self.T(a), self.importance(a), activity=a) for a in self.activities]

    def coverage(self, field: str) -> list[Line]:
        """People missing per requirement."""
        return [
            self.line(self.missing(r), self.importance(a) * r["weight"], activity=a, term=r["term"])
            for a in self.activities
            for r in self.requirements(a, field)
        ]

    def expertise_coverage(self) -> list[Line]:
        """Expertise missing."""
        return self.coverage("expertise")

    def talent_coverage(self) -> list[Line]:
        """Talent missing."""
        return self.coverage("talents")

    def per_hour(self, what: Any) -> list[Line]:
        """h × something."""
        return [self.line(hours * what(p, a), person=p, activity=a) for (p, a), hours in self.h.items()]

    def expertise_fit(self) -> list[Line]:
        """h × (1 − fit)."""
        return self.per_hour(lambda p, a: 1 - self.fit(p, a, "expertise"))

    def talent_fit(self) -> list[Line]:
        """h × (1 − fit)."""
        return self.per_hour(lambda p, a: 1 - self.fit(p, a, "talents"))

    def energy_(self) -> list[Line]:
        """h × drain."""
        return self.per_hour(self.drain)

    def lending(self) -> list[Line]:
        """Hours for another unit."""
        return self.per_hour(lambda p, a: int(self.foreign(p, a)))

    def wishes(self) -> list[Line]:
        """Wishes not met."""
        return [
            self.line(1, person=p, activity=a)
            for p, person in self.people.items()
            for a in person.get("wishes", [])
            if self.present(p) and self.bookable(p, a) and (p, a) not in self.h
        ]

    def talent_use(self) -> list[Line]:
        """Hours with top talents short."""
        share, free = self.setting("talent_use", "min_share"), self.setting("talent_use", "free")
        lines = []
        for p in self.people:
            named = {term for top in self.top_talents(p) for term in self.broader(top)}
            used = sum(
                hours
                for (q, a), hours in self.h.items()
                if q == p and any(r["term"] in named for r in self.requirements(a, "talents"))
            )
            if named:
                lines.append(self.line(share * self.H(p) - free - used, person=p))
        return lines

    def role_width(self) -> list[Line]:
        """Hours too many of a kind."""
        share, free = self.setting("role_width", "max_share"), self.setting("role_width", "free")
        in_kind: dict[tuple[str, str], int] = defaultdict(int)
        for (p, a), hours in self.h.items():
            in_kind[p, self.activities[a]["kind"]] += hours
        return [
            self.line(hours - share * self.H(p) - free, person=p, kind=kind) for (p, kind), hours in in_kind.items()
        ]

    def responsibility(self) -> list[Line]:
        """Responsible hours short."""
        share, free = self.setting("responsibility", "min_share"), self.setting("responsibility", "free")
        lines = []
        for p in self.people:
            own = sum(h for (q, a), h in self.h.items() if q == p and self.activities[a].get("responsibility"))
            lines.append(self.line(share * self.H(p) - free - own, person=p))
        return lines

    def stretch(self) -> list[Line]:
        """Stretch hours short."""
        share, whom = self.setting("stretch", "min_share"), self.setting("stretch", "for")
        lines = []
        for p, person in self.people.items():
            high = person.get("potential") == 3
            can = any(
                self.bookable(p, a) and any(self.can_learn(p, r) for r in self.all_requirements(a))
                for a in self.activities
            )
            if can and (high or whom != "potential"):
                weight = Fraction(2 if high and whom == "differentiated" else 1)
                lines.append(self.line(share * self.H(p) - self.S(p), weight, person=p))
        return lines

    def load_balance(self) -> list[Line]:
        """Hours outside the band."""
        low, high = self.setting("load_balance", "low"), self.setting("load_balance", "high")
        lines = []
        for p in self.people:
            whole, booked = sum(self.available(p)), self.H(p)
            if self.present(p):
                lines.append(self.line(positive(low * whole - booked) + positive(booked - high * whole), person=p))
        return lines

    def focus(self) -> list[Line]:
        """Activities too many."""
        most = self.setting("focus", "max_activities")
        return [self.line(sum(q == p for q, _ in self.h) - most, person=p) for p in self.people]

    def stability(self) -> list[Line]:
        """Hours taken away from incumbents."""
        return [
            self.line(given["hours"] - self.h.get((p, a), 0), person=p, activity=a)
            for (p, a), given in self.given.items()
            if given["status"] == "incumbent" and self.present(p)
        ]

    def continuity(self) -> list[Line]:
        """Requirements that hang on one person."""
        lines = []
        for a, activity in self.activities.items():
            team = {p for (p, b) in self.h if self.activities[b]["project"] == activity["project"]}
            for r in self.requirements(a, "expertise") if activity.get("critical") else []:
                alone = sum(self.meets(p, r) for p in team) < 2
                lines.append(self.line(int(alone), activity=a, term=r["term"]))
        return lines

    def hiring(self) -> list[Line]:
        """The cost of those taken on."""
        return [
            self.line(hundredths(person["candidate"].get("cost", 0)), person=p)
            for p, person in self.people.items()
            if person.get("candidate") is not None and self.H(p) > 0
        ]

    def cost(self) -> list[Line]:
        """The money."""
        return [self.line(self.money())]

    # --- the score card

    def line(self, amount: Fraction | int, weight: Fraction = Fraction(1), **about: str) -> Line:
        """One item; what is not above 0 is 0."""
        return tuple(sorted(about.items())), positive(amount), weight

    def items(self, rule: str) -> list[Line]:
        """The items of a rule that are not 0, in order."""
        measure = getattr(self, f"{rule}_" if rule in ("mentoring", "energy") else rule)
        return sorted(line for line in measure() if line[1])

    def weight(self, rule: str) -> int:
        """What the policy says the rule weighs."""
        preset = PRESETS[self.policy.get("preset", "balanced")].get(rule, WEIGHTS.get(rule, 0))
        return int(self.policy.get("rules", {}).get(rule, {}).get("weight", preset))

    def cost_of(self, rule: str) -> Fraction:
        """weight × Σ item weight × amount; 0 for hard rules and those that are off."""
        mode = self.policy.get("rules", {}).get(rule, {}).get("mode", "soft")
        if rule not in WEIGHTS or mode != "soft":
            return Fraction()
        return sum((self.weight(rule) * weight * amount for _, amount, weight in self.items(rule)), Fraction())

    # --- what the proposal says besides

    def role(self, p: str, a: str) -> str:
        """contributor, supporter or learner."""
        asked = self.requirements(a, "expertise")
        if not asked or any(self.near(p, r) for r in asked):
            return "contributor"
        return "supporter" if any(self.meets(p, r) for r in self.requirements(a, "talents")) else "learner"

    def unfilled(self) -> list[Json]:
        """Every activity with hours or people missing."""
        found = []
        for a in self.activities:
            hours = max(0, self.asked(a) - self.T(a))
            lacking: dict[str, list[Json]] = {
                field: [
                    {"term": r["term"], "level": r["level"], "missing": self.missing(r)}
                    for r in self.requirements(a, field)
                    if self.missing(r)
                ]
                for field in ("expertise", "talents")
            }
            if hours or lacking["expertise"] or lacking["talents"]:
                found.append({"activity": a, "hours": hours, **lacking})
        return found

    def talent_balance(self) -> dict[str, tuple[Fraction, int, str]]:
        """Per term demand, supply and state."""
        asked: dict[str, list[tuple[Json, Fraction]]] = defaultdict(list)
        for a in self.activities:
            for field in ("expertise", "talents"):
                those = self.requirements(a, field)
                for r in those:
                    asked[r["term"]].append((r, Fraction(self.asked(a) * r["people"], len(those))))
        there = [p for p in self.people if self.present(p)]
        found = {}
        for term in self.terms:
            if term not in asked and not any(self.own_level(p, term) >= 30 for p in there):
                continue
            demand = sum((hours for _, hours in asked[term]), Fraction()) if term in asked else Fraction()
            supply = self._supply(term, [r for r, _ in asked.get(term, [])], there)
            if term in asked and supply == 0:
                state = "missing"
            elif supply < demand:
                state = "short"
            elif term in asked and supply > 4 * demand:
                state = "surplus"
            elif not any(above in asked for above in self.broader(term)):
                state = "unused"
            else:
                state = "balanced"
            found[term] = (demand, supply, state)
        return found

    def _supply(self, term: str, asking: list[Json], there: list[str]) -> int:
        """Hours of those who reach the lowest level asked, in the periods of the activities that ask for it."""
        if not asking:
            return sum(sum(self.available(p)) for p in there if self.level(p, term) >= 30)
        lowest = 10 * min(r["level"] for r in asking)
        total = 0
        for p in there:
            periods: set[int] = set()
            for r in asking:
                if self.level(p, term, r["activity"]) >= lowest:
                    window = self.activities[r["activity"]]["window"]
                    periods |= set(range(window["first"], window["last"] + 1))
            total += sum(self.available(p)[t] for t in periods)
        return total


def shortfall(free: list[tuple[int, int, int]], fixed: list[int], available: list[int]) -> int:
    """The smallest total shortfall over all splits of the free hours (first, last, hours), by augmenting paths.

    fixed: hours that lie in given periods already.
    """
    over = sum(max(0, load - room) for load, room in zip(fixed, available, strict=True))
    room = [max(0, space - load) for load, space in zip(fixed, available, strict=True)]
    flow: list[dict[int, int]] = [defaultdict(int) for _ in free]
    unplaced = 0
    for i, (_, _, hours) in enumerate(free):
        left = hours
        while left:
            path = _path(i, free, flow, room)
            if path is None:
                break
            # path: task, period, task, period, …: the last period has room, each task in between gives way
            amount = min([left, room[path[-1]], *(flow[path[n]][path[n - 1]] for n in range(2, len(path), 2))])
            for n in range(0, len(path), 2):
                flow[path[n]][path[n + 1]] += amount
                if n:
                    flow[path[n]][path[n - 1]] -= amount
            room[path[-1]] -= amount
            left -= amount
        unplaced += left
    return over + unplaced


def _path(
    start: int, free: list[tuple[int, int, int]], flow: list[dict[int, int]], room: list[int]
) -> list[int] | None:
    """The way from a task over periods and tasks that could move to a period with room."""
    waiting, seen = [[start]], set()
    while waiting:
        way = waiting.pop(0)
        first, last, _ = free[way[-1]]
        for t in range(first, last + 1):
            if t in seen:
                continue
            seen.add(t)
            if room[t] > 0:
                return [*way, t]
            waiting += [[*way, t, j] for j, parts in enumerate(flow) if parts[t] > 0]
    return None
