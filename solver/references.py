"""What must hold between the parts of a portfolio: ids that exist, terms, windows, bookings, the policy.

The checks read decoded JSON, not models, so that they also run on a portfolio whose parts are not all right: what is
of a wrong kind stands there as `WRONG` and is passed over. So every problem comes in one answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from solver.fields import MOST_MONEY, Hundredths, Kind, Whole, refused
from solver.report import Place, Report

WRONG = object()  # what the models have refused already

DIMENSIONS = ("expertise", "talent")
MODES = ("soft", "hard", "off")

_WEIGHT = Whole(0, 100_000)
_TOLERANCE = Hundredths(0, MOST_MONEY, f"a number from 0 to {MOST_MONEY:,} with at most two decimals")
_SECTIONS = {
    "vocabulary": "a term",
    "goals": "a goal",
    "units": "a unit",
    "people": "a person",
    "projects": "a project",
    "activities": "an activity",
}


def fold(name: str) -> str:
    """What two spellings of one alias have in common."""
    return unicodedata.normalize("NFC", name).casefold()


class TermNames:
    """What the names of terms mean: ids exactly, aliases in any case. Reads any vocabulary, right or wrong."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.dimension: dict[str, str | None] = {}  # None where it is neither of the two
        self._alias: dict[str, str] = {}
        self.by_label: dict[str, str] = {}  # no names of terms, but often taken for one
        for _, term in _items(data, "vocabulary"):
            if isinstance(term.get("id"), str):
                dimension = term.get("dimension")
                known = isinstance(dimension, str) and dimension in DIMENSIONS
                self.dimension.setdefault(term["id"], dimension if known else None)
                for _, alias in _entries(term.get("aliases")):
                    if isinstance(alias, str):
                        self._alias.setdefault(fold(alias), term["id"])
                labels = term.get("labels")
                for label in labels.values() if isinstance(labels, dict) else ():
                    if isinstance(label, str):
                        self.by_label.setdefault(fold(label), term["id"])

    def __call__(self, name: str) -> str:
        """The id of the term that `name` means, or `name` itself where it means none."""
        return name if name in self.dimension else self._alias.get(fold(name), name)


class References:
    """All checks on one portfolio. data: decoded JSON with `WRONG` for what is refused; given: the same untouched."""

    def __init__(self, data: dict[str, Any], given: dict[str, Any], names: TermNames, report: Report) -> None:
        self.data, self.given, self.names, self.report = data, given, names, report
        # An id that is itself malformed is reported where it stands, not again wherever it is used.
        self.known = {section: _ids(given, section) for section in _SECTIONS}
        calendar = data.get("calendar")
        calendar = calendar if isinstance(calendar, dict) else {"now": WRONG}
        self.periods = _whole(calendar.get("periods"))
        self.now = _whole(calendar.get("now", 0))

    def check(self) -> None:
        """Report everything."""
        for section in _SECTIONS:
            self._ids_once(section)
        self._calendar()
        self._vocabulary()
        self._people()
        for i, project in _items(self.data, "projects"):
            at: Place = ("projects", i)
            self._reference((*at, "unit"), project.get("unit"), "units")
            self._reference((*at, "lead"), project.get("lead"), "people")
            self._references((*at, "goals"), project.get("goals"), "goals")
        self._activities()
        self._bookings()
        self._relations()
        policy = self.data.get("policy")
        if isinstance(policy, dict):
            self._policy(policy)

    # --- what all sections share

    def _reference(self, at: Place, name: Any, section: str) -> None:
        known = self.known[section]
        if isinstance(name, str) and known is not None and name not in known:
            self.report.add(at, "unknown_id", name, f"the id of {_SECTIONS[section]}")

    def _references(self, at: Place, names: Any, section: str) -> None:
        self._once(at, names)
        for i, name in _entries(names):
            self._reference((*at, i), name, section)

    def _once(self, at: Place, names: Any) -> None:
        seen: set[str] = set()
        for i, name in _entries(names):
            if isinstance(name, str):
                if name in seen:
                    self.report.add((*at, i), "duplicate_id", name, "every id once")
                seen.add(name)

    def _ids_once(self, section: str) -> None:
        first: dict[str, int] = {}
        for i, item in _items(self.data, section):
            name = item.get("id")
            if isinstance(name, str) and first.setdefault(name, i) != i:
                expected = f"an id of its own: /{section}/{first[name]} has this one"
                self.report.add((section, i, "id"), "duplicate_id", name, expected)

    def _term(self, at: Place, name: Any, dimension: str | None = None) -> None:
        if not isinstance(name, str) or self.known["vocabulary"] is None:
            return
        what = f"a term of dimension {dimension}" if dimension else "a term"
        term = self.names(name)
        if term not in self.names.dimension:
            labelled = self.names.by_label.get(fold(name))
            close = f'; "{labelled}" has this label' if labelled else self.report.closest(name, self.names.dimension)
            self.report.add(at, "unknown_id", name, f"the id or an alias of {what}{close}")
        elif dimension and self.names.dimension[term] not in (dimension, None):
            self.report.add(at, "wrong_dimension", name, f"the id or an alias of {what}")

    def _span(self, at: Place, span: Any) -> None:
        if not isinstance(span, dict):
            return
        first, last = _whole(span.get("first")), _whole(span.get("last"))
        for field, period in (("first", first), ("last", last)):
            if period is not None and self.periods is not None and period >= self.periods:
                expected = f"a period of the calendar, 0 to {self.periods - 1}"
                self.report.add((*at, field), "outside_calendar", period, expected)
        if first is not None and last is not None and last < first:
            self.report.add((*at, "last"), "ends_before_begins", last, f"at least first, which is {first}")

    def _cycles(self, edges: list[tuple[str, str, Place]], what: str) -> None:
        """Report every edge that is part of a way back to where it starts."""
        nexts: dict[str, list[str]] = {}
        for source, target, _ in edges:
            nexts.setdefault(source, []).append(target)
        knot = _knots(nexts)
        for source, target, at in edges:
            if source == target:
                self.report.add(at, "self_reference", target, f"another {what} than itself")
            elif knot.get(source) is not None and knot.get(source) == knot.get(target):
                expected = f'{what} that does not lead back to "{source}"'
                self.report.add(at, "cycle", target, f"an {expected}" if what[0] in "aeiou" else f"a {expected}")

    # --- section by section

    def _calendar(self) -> None:
        if self.periods is not None and self.now is not None and self.now > self.periods:
            self.report.add(("calendar", "now"), "outside_calendar", self.now, f"a period from 0 to {self.periods}")

    def _vocabulary(self) -> None:
        edges: list[tuple[str, str, Place]] = []
        by_id: dict[str, list[str]] = {}  # by spelling, the terms whose id it is
        by_alias: dict[str, str] = {}  # by spelling, the first term of which it is an alias
        for name in self.names.dimension:
            by_id.setdefault(fold(name), []).append(name)
        for i, term in _items(self.data, "vocabulary"):
            own = term["id"] if isinstance(term.get("id"), str) else f"term {i}"  # no id has a space
            for j, alias in _entries(term.get("aliases")):
                if isinstance(alias, str):
                    spelling = fold(alias)
                    owners = by_id.get(spelling) or [by_alias.setdefault(spelling, own)]
                    owner = next((owner for owner in owners if owner != own), None)
                    if owner is not None:
                        expected = f'a word for this term alone; it means "{owner}" already'
                        self.report.add(("vocabulary", i, "aliases", j), "ambiguous_alias", alias, expected)
            broader, at = term.get("broader"), ("vocabulary", i, "broader")
            dimension = term.get("dimension")
            self._term(at, broader, dimension if isinstance(dimension, str) else None)
            if isinstance(broader, str):
                edges.append((own, self.names(broader), at))
        self._cycles(edges, "broader term")

    def _people(self) -> None:
        for i, person in _items(self.data, "people"):
            at: Place = ("people", i)
            self._reference((*at, "unit"), person.get("unit"), "units")
            hours = person.get("hours_per_period")
            if isinstance(hours, list | tuple) and self.periods is not None and len(hours) != self.periods:
                expected = f"{self.periods} numbers, one a period, or one number for all"
                self.report.add((*at, "hours_per_period"), "wrong_length", hours, expected)
            for field, dimension in (("expertise", "expertise"), ("talents", "talent")):
                observed = person.get(field)
                if isinstance(observed, dict):
                    for name in observed:
                        self._term((*at, field, name), name, dimension)
                for j, observation in _items(person, field):
                    self._term((*at, field, j, "term"), observation.get("term"), dimension)
            for j, energy in _items(person, "energy"):
                self._energy((*at, "energy", j, "of"), energy.get("of"))
            for field in ("ambitions", "trained"):
                for j, aim in _items(person, field):
                    self._term((*at, field, j, "term"), aim.get("term"))
            self._references((*at, "wishes"), person.get("wishes"), "activities")
            for j, absence in _items(person, "absences"):
                self._span((*at, "absences", j), absence)
            for j, lent in _items(person, "lent"):
                self._span((*at, "lent", j), lent)
                self._reference((*at, "lent", j, "unit"), lent.get("unit"), "units")

    def _energy(self, at: Place, of: Any) -> None:
        what, _, name = of.partition(":") if isinstance(of, str) else ("", "", "")
        if what in ("talent", "expertise"):
            self._term(at, name, what)
        elif what == "project":
            self._reference(at, name, "projects")

    def _activities(self) -> None:
        edges: list[tuple[str, str, Place]] = []
        for i, activity in _items(self.data, "activities"):
            at: Place = ("activities", i)
            self._reference((*at, "project"), activity.get("project"), "projects")
            self._span((*at, "window"), activity.get("window"))
            team = activity.get("team")
            if isinstance(team, dict):
                least, most = _whole(team.get("min", 1)), _whole(team.get("max", 99))
                if least is not None and most is not None and least > most:
                    field = "min" if "min" in team else "max"
                    expected = f"min at most max; min is {least} and max is {most}"
                    self.report.add((*at, "team", field), "min_above_max", team[field], expected)
            asked: set[str] = set()
            for field, dimension in (("expertise", "expertise"), ("talents", "talent")):
                for j, requirement in _items(activity, field):
                    name = requirement.get("term")
                    self._term((*at, field, j, "term"), name, dimension)
                    if isinstance(name, str):
                        if self.names(name) in asked:
                            expected = "one requirement a term; the activity has one on this already"
                            self.report.add((*at, field, j, "term"), "duplicate_requirement", name, expected)
                        asked.add(self.names(name))
            self._references((*at, "after"), activity.get("after"), "activities")
            if isinstance(activity.get("id"), str):
                for j, before in _entries(activity.get("after")):
                    if isinstance(before, str):
                        edges.append((activity["id"], before, (*at, "after", j)))
        self._cycles(edges, "activity")

    def _bookings(self) -> None:
        windows = {item["id"]: item.get("window") for _, item in _items(self.data, "activities") if _named(item)}
        first: dict[tuple[str, str], int] = {}
        for i, booking in _items(self.data, "bookings"):
            at: Place = ("bookings", i)
            person, activity = booking.get("person"), booking.get("activity")
            self._reference((*at, "person"), person, "people")
            self._reference((*at, "activity"), activity, "activities")
            if isinstance(person, str) and isinstance(activity, str):
                other = first.setdefault((person, activity), i)
                if other != i:
                    expected = f"one booking of a pair; /bookings/{other} has it already"
                    self.report.add(at, "duplicate_booking", self.given["bookings"][i], expected)
            status, by_period = booking.get("status"), booking.get("by_period")
            if status in ("pinned", "incumbent") and booking.get("hours") is None:
                self.report.add((*at, "hours"), "missing", None, f"required: the hours of a booking that is {status}")
            if status == "frozen" and by_period is None:
                self.report.add((*at, "by_period"), "missing", None, "required: the hours worked before now")
            if status in ("incumbent", "forbidden") and by_period is not None:
                expected = f"nothing: a booking that is {status} has no hours by period"
                self.report.add((*at, "by_period"), "not_allowed", by_period, expected)
            elif isinstance(by_period, list | tuple):
                window = windows.get(activity) if isinstance(activity, str) else None
                self._by_period((*at, "by_period"), booking, window if isinstance(window, dict) else {})

    def _by_period(self, at: Place, booking: dict[str, Any], window: dict[str, Any]) -> None:
        by_period = booking["by_period"]
        first, last = _whole(window.get("first")), _whole(window.get("last"))
        if first is not None and last is not None and last >= first:
            length = last - first + 1
            lengths, expected = {length}, f"{length} numbers, one a period of the activity's window"
            frozen = booking.get("status") == "frozen"
            if frozen and self.now is not None:
                past = min(length, max(0, self.now - first))
                lengths.add(past)
                expected += f", or {past}, one a period of it before now"
            if len(by_period) not in lengths and not (frozen and self.now is None):
                self.report.add(at, "wrong_length", by_period, expected)
        parts, hours = [_whole(part) for part in by_period], _whole(booking.get("hours"))
        total = None if None in parts else sum(part or 0 for part in parts)
        if booking.get("status") == "pinned" and hours is not None and total not in (None, hours):
            self.report.add(at, "wrong_sum", by_period, f"numbers that add up to hours, which is {hours}")

    def _relations(self) -> None:
        for i, relation in _items(self.data, "relations"):
            at: Place = ("relations", i, "people")
            people = relation.get("people")
            if not isinstance(people, list | tuple):
                continue
            if len({person if isinstance(person, str) else j for j, person in enumerate(people)}) < 2:
                self.report.add(at, "too_few_people", people, "at least two different people")
            else:
                self._once(at, people)
            for j, person in enumerate(people):
                self._reference((*at, j), person, "people")

    # --- the policy

    def _policy(self, policy: dict[str, Any]) -> None:
        # Rules read portfolios, so they can only be loaded once the portfolio's own modules are.
        from solver.presets import PRESETS
        from solver.rules import BY_NAME

        preset = policy.get("preset", "balanced")
        if isinstance(preset, str) and preset not in PRESETS:
            expected = f"one of {', '.join(PRESETS)}{self.report.closest(preset, PRESETS)}"
            self.report.add(("policy", "preset"), "unknown_preset", preset, expected)
        rules = policy.get("rules")
        for name, spec in rules.items() if isinstance(rules, dict) else ():
            at: Place = ("policy", "rules", name)
            if name not in BY_NAME:
                self.report.unknown(
                    at, "unknown_rule", spec if spec is not WRONG else None, "the name of a rule", BY_NAME
                )
            elif isinstance(spec, dict):
                self._rule(at, spec, BY_NAME[name].hard, BY_NAME[name].Settings)
        used: set[str] = set()
        for i, tier in _entries(policy.get("tiers")):
            for j, name in _entries(tier):
                if isinstance(name, str):
                    at = ("policy", "tiers", i, j)
                    if name not in BY_NAME:
                        expected = f"the name of a soft rule{self.report.closest(name, BY_NAME)}"
                        self.report.add(at, "unknown_rule", name, expected)
                    elif BY_NAME[name].hard:
                        self.report.add(at, "hard_rule", name, "the name of a soft rule; hard rules always hold")
                    elif name in used:
                        self.report.add(at, "duplicate_entry", name, "every rule in one place of one tier")
                    used.add(name)
        groups: set[str] = set()
        for i, limit in _items(policy, "max_hires"):
            group = limit.get("group")
            if isinstance(group, str):
                if group in groups:
                    self.report.add(("policy", "max_hires", i, "group"), "duplicate_entry", group, "every group once")
                groups.add(group)
        directions: set[tuple[str, str]] = set()
        for i, opened in _items(policy, "lending"):
            at = ("policy", "lending", i)
            source, target = opened.get("from"), opened.get("to")
            self._reference((*at, "from"), source, "units")
            self._reference((*at, "to"), target, "units")
            if isinstance(source, str) and isinstance(target, str):
                if source == target:
                    self.report.add((*at, "to"), "self_reference", target, "another unit than from")
                if (source, target) in directions:
                    value = self.given["policy"]["lending"][i]
                    self.report.add(at, "duplicate_entry", value, "every direction between two units once")
                directions.add((source, target))

    def _rule(self, at: Place, spec: dict[str, Any], hard: bool, settings: type[BaseModel]) -> None:
        general: dict[str, Kind | None] = {"weight": _WEIGHT, "mode": None, "tolerance": _TOLERANCE}
        own = {key: value for key, value in spec.items() if key not in general}
        for key in spec.keys() & general.keys():
            kind = general[key]
            try:
                if hard:
                    raise refused("hard_rule", f"nothing: a hard rule always holds, so it takes no {key}")
                if kind is not None:
                    kind.check(spec[key])
                elif not (isinstance(spec[key], str) and spec[key] in MODES):
                    raise refused("not_a_choice", f"one of {', '.join(MODES)}")
            except PydanticCustomError as error:
                self.report.add((*at, key), error.type, spec[key], error.message())
        known = {field.alias or name for name, field in settings.model_fields.items()}
        try:
            settings.model_validate(own)
        except ValidationError as invalid:
            for found in invalid.errors(include_url=False):
                place, value = (*at, *found["loc"]), found["input"]
                if found["type"] == "extra_forbidden":
                    what = f"a setting of this rule ({', '.join(sorted(known)) or 'it has none'})"
                    self.report.unknown(
                        place, "unknown_setting", value, what, known if hard else known | general.keys()
                    )
                else:
                    code, expected = plain(cast(dict[str, Any], found))
                    self.report.add(place, code, value, expected)
                    self.report.protected_within(place, value)


_PLAIN = {
    "model_type": ("not_an_object", "an object"),
    "dict_type": ("not_an_object", "an object"),
    "tuple_type": ("not_a_list", "a list"),
    "bool_type": ("not_a_boolean", "true or false"),
    "string_type": ("not_text", "text"),
    "string_unicode": ("bad_text", "text of whole Unicode characters"),
}
#: errors of Pydantic that have a limit, in words
_LIMITS = {
    "greater_than_equal": "at least {ge:,.10g}",
    "less_than_equal": "at most {le:,.10g}",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
}


def plain(found: dict[str, Any]) -> tuple[str, str]:
    """The code and the words of one error of Pydantic; those of `solver.fields` carry theirs."""
    code, context = found["type"], found.get("ctx", {})
    if code in _PLAIN:
        return _PLAIN[code]
    if code == "literal_error":
        return "not_a_choice", f"one of {context['expected'].replace(' or ', ', ')}".replace("'", "")
    if "error" in context:
        return code, str(context["error"])
    with suppress(KeyError):  # there are none, or the code is that of an error of ours, which has its own words
        return code, _LIMITS[code].format(**context)
    return code, found["msg"]


def _items(node: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in the list `node[key]`, with their indices; nothing where that is no list."""
    return ((i, item) for i, item in _entries(node.get(key)) if isinstance(item, dict))


def _entries(value: Any) -> Iterator[tuple[int, Any]]:
    return enumerate(value) if isinstance(value, list | tuple) else enumerate(())


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _named(item: dict[str, Any]) -> bool:
    return isinstance(item.get("id"), str)


def _ids(data: dict[str, Any], section: str) -> set[str] | None:
    """The ids in a section; None where it is no list, so that nothing can be said of any id."""
    if not isinstance(data.get(section, []), list | tuple):
        return None
    return {item["id"] for _, item in _items(data, section) if _named(item)}


def _knots(nexts: dict[str, list[str]]) -> dict[str, str]:
    """Per node the name of its strongly connected component (Kosaraju's two passes, without recursion)."""
    done: set[str] = set()
    order: list[str] = []
    for start in nexts:
        stack = [(start, iter(nexts[start]))] if start not in done else []
        done.add(start)
        while stack:
            node, rest = stack[-1]
            following = next((n for n in rest if n not in done), None)
            if following is None:
                order.append(node)
                stack.pop()
            else:
                done.add(following)
                stack.append((following, iter(nexts.get(following, ()))))
    backs: dict[str, list[str]] = {}
    for source, targets in nexts.items():
        for target in targets:
            backs.setdefault(target, []).append(source)
    knot: dict[str, str] = {}
    for start in reversed(order):
        waiting = [start] if start not in knot else []
        while waiting:
            node = waiting.pop()
            if node not in knot:
                knot[node] = start
                waiting += backs.get(node, ())
    return knot
