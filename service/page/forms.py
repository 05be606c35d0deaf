"""Forms for scenario changes and studies, made from their JSON schema: a new kind has its form the day it is written.

Fields are named by their path in the record, `person.expertise.0.term`, which is also how errors name them. `sent.py`
reads what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from scenarios.changes import BY_NAME
from service.page.dutch_forms import ABOUT, FIELDS, HINTS, TITLES, VALUES
from service.page.sent import RECORDS, SAME, Schema, plain, schema_of
from service.page.sentences import expected_in
from service.page.tongue import Tongue
from service.words import Names
from solver.portfolio import ENERGY_SOURCES, Portfolio, PortfolioInvalid
from solver.rules import RULES
from solver.rules.base import Rule

#: rows that a list of short records offers to fill in
ROWS = 2
#: places that rules can be given
RANKS = 6
#: fields of a record that are asked for at once; the others are folded away
FIRST = (
    "name",
    "unit",
    "hours_per_period",
    "expertise",
    "talents",
    "rate",
    "project",
    "kind",
    "hours",
    "window",
)
#: what one of several is called
ONE = {"people": "person", "activities": "activity", "axes": "what", "options": "options", "changes": "change"}
#: settings that every rule has
SETTINGS = ("weight", "mode", "tolerance")


@dataclass(frozen=True)
class Field:
    """A field of a form.

    sort: `select`, `many` (several of a list), `each` (exactly `low` of a list), `ranks` (each of a list a place),
    `number`, `text` (with options: what is in use already), `date`, `yes-no`, `record` (of `parts`), or `rows` (several
    records, each on a line of its own, or where `deep` in a box of its own). more: folded away at first. emptied:
    whether leaving it open is not the same as taking away what stands there. said: it holds another value than at
    first.
    """

    name: str
    label: str
    hint: str
    sort: str
    required: bool
    value: Any = None
    options: Sequence[tuple[str, str]] = ()
    parts: Sequence[Field] = ()
    low: float | None = None
    wrong: str = ""
    more: bool = False
    deep: bool = False
    emptied: bool | None = None
    said: bool = False

    @property
    def id(self) -> str:
        """Its id in the page."""
        return "f-" + re.sub(r"[^A-Za-z0-9]", "-", self.name)

    @property
    def open(self) -> bool:
        """Whether there is something in it, or wrong with it, that should be seen."""
        return bool(self.wrong or self.said or self.emptied or any(part.open for part in self.parts))

    def faults(self) -> Iterator[Field]:
        """The fields in it with which something is wrong."""
        if self.wrong:
            yield self
        for part in self.parts:
            yield from part.faults()


@dataclass(frozen=True)
class RecordForm:
    """The form of one kind of change, or of one kind of study; wrong: what is wrong with no field in particular."""

    name: str
    title: str
    about: str
    fields: Sequence[Field]
    wrong: Sequence[str] = field(default=())

    @property
    def faults(self) -> list[Field]:
        """The fields with which something is wrong."""
        return [fault for one in self.fields for fault in one.faults()]


def kinds(t: Tongue) -> list[tuple[str, str]]:
    """Name and title of every kind of change."""
    return [(name, title_of(name, t)) for name in BY_NAME]


def title_of(name: str, t: Tongue) -> str:
    """What a kind of change or of study is called."""
    return t(RECORDS[name].title, TITLES.get(name, RECORDS[name].title))


def about_of(name: str, t: Tongue) -> str:
    """What a kind of change or of study does, in a sentence."""
    english = " ".join(RECORDS[name].description().split("\n\n")[0].split())
    return t(english, ABOUT.get(name, english)).replace("`", "")


def form_of(
    name: str,
    portfolio: Portfolio,
    t: Tongue,
    given: Mapping[str, Any] | None = None,
    wrong: PortfolioInvalid | None = None,
    rows: Mapping[str, int] | None = None,
) -> RecordForm:
    """The form of a change or a study, filled with what was given, errors next to the fields they are about.

    rows: how many rows the lists at these paths have at least.
    """
    said: dict[str, str] = {}
    missing = set()
    for one in () if wrong is None else wrong.problems:
        place = one.path.removeprefix("/changes/0").removeprefix("/").replace("/", ".")
        told = expected_in(t, one.expected)
        said[place] = f"{said[place]}; {told}" if place in said else told
        if one.code == "missing":
            missing.add(place)
    maker = _Maker(name, portfolio, t, given or {}, said, missing, rows or {})
    fields = list(maker.fields(maker.schema, "", given or {}))
    rest = [f"{place}: {text}" if place else text for place, text in said.items() if place not in maker.named]
    return RecordForm(name, title_of(name, t), about_of(name, t), fields, rest)


class _Maker:
    """Makes the fields of one form."""

    def __init__(
        self,
        record: str,
        portfolio: Portfolio,
        t: Tongue,
        given: Mapping[str, Any],
        wrong: Mapping[str, str],
        missing: Set[str],
        rows: Mapping[str, int],
    ) -> None:
        self.record, self.portfolio, self.t, self.wrong, self.rows = record, portfolio, t, wrong, rows
        self.missing, self.schema = missing, schema_of(record)
        self.names = Names(portfolio, t.language)
        #: the fields there are, so that errors elsewhere can be told above the form
        self.named: set[str] = set()
        #: activities that the form itself brings, which others in it may come after
        self.new = [
            (str(one["id"]), str(one.get("name") or one["id"])) for one in given.get("activities", ()) if "id" in one
        ] if record == "add_project" else []  # fmt: skip

    def fields(self, schema: Schema, before: str, given: Mapping[str, Any]) -> Iterator[Field]:
        parent = re.sub(r"(\.\d+)?\.$", "", before)
        for name, raw in schema.get("properties", {}).items():
            if "const" in raw or (self.record, parent, name) in SAME:
                continue
            made = name == "id" and "name" in schema["properties"]  # of the name, where it is left open
            required = name in schema.get("required", ()) and not made
            more = made or (bool(before) and not required and name not in FIRST)
            emptied = name in given and not given[name] if raw.get("x-absent-is-not-empty") else None
            yield self.field(f"{before}{name}", name, plain(raw, self.schema), required, given.get(name), more, emptied)

    def field(
        self,
        path: str,
        name: str,
        schema: Schema,
        required: bool,
        value: Any,
        more: bool = False,
        emptied: bool | None = None,
    ) -> Field:
        self.named.add(path)
        hint = str(schema.get("description", "")).partition("\n\n")[0]
        hint = "" if "." in path and "properties" in schema else self._hint(hint, emptied is None)
        said: dict[str, Any] = {
            "name": path,
            "label": self._label(name),
            "hint": hint,
            "required": required,
            "wrong": self.wrong.get(path, ""),
            "more": more,
            "emptied": emptied,
            "said": value not in (None, schema.get("default")),
        }
        if value is None:
            value = schema.get("default")
        if "properties" in schema:
            within = value if isinstance(value, Mapping) else {}
            return Field(**said, sort="record", parts=list(self.fields(schema, f"{path}.", within)))
        if schema.get("type") == "array":
            return self._list(path, name, schema, value or [], said)
        if schema.get("type") == "object":
            return Field(**said, sort="rows", parts=self._settings(path, value or {}))
        options = self._options(schema, path)
        if options:
            if path in self.missing:  # what it may be called is of no use to who chooses it from a list
                said["wrong"] = self.t("choose one", "kies er een")
            return Field(**said, sort="select", options=options, value=None if value is None else str(value))
        if schema.get("type") in ("integer", "number"):
            said["wrong"] = self._within(path)
            return Field(**said, sort="number", value=self._written(value))
        if schema.get("type") == "boolean":
            return Field(**said, sort="yes-no", value=value)
        sort = "date" if schema.get("format") == "date" else "text"
        return Field(**said, sort=sort, value=value, options=self._used(schema))

    def _label(self, name: str) -> str:
        english = name.replace("_", " ").capitalize()
        return self.t(english, FIELDS.get(name, english))

    def _hint(self, english: str, open_says: bool) -> str:
        shown = english if open_says else english.partition("; null")[0]
        shown = re.sub(r"\bnull (is|leaves)\b", r"left open \1", shown).replace("an empty list is", "no choice is")
        return self.t(shown, HINTS.get(english, shown)).replace("`", "")

    def _list(self, path: str, name: str, schema: Schema, value: Any, said: dict[str, Any]) -> Field:
        item = plain(schema["items"], self.schema)
        if "properties" in item:
            return self._rows(path, name, item, value, said)
        said["wrong"] = self._within(path)
        if item.get("type") == "array":
            places = {one: str(n) for n, tier in enumerate(value, 1) for one in tier}
            rules = self._options(plain(item["items"], self.schema), path)
            ranks = [(str(n), str(n)) for n in range(1, RANKS + 1)]
            parts = [Field(f"{path}.{id}", title, "", "select", False, places.get(id), ranks) for id, title in rules]
            return Field(**said, sort="ranks", parts=parts)
        options = self._options(item, path)
        if not options:
            return Field(**said, sort="number", value=self._written(value) if value else None)
        few = 0 < schema.get("maxItems", 0) == schema.get("minItems")
        chosen = [str(one) for one in value]
        return Field(**said, sort="each" if few else "many", options=options, value=chosen, low=schema.get("minItems"))

    def _rows(self, path: str, name: str, item: Schema, value: Any, said: dict[str, Any]) -> Field:
        """Records: short ones on lines, of which some are open, and long ones in boxes."""
        deep = any(_deep(part, self.schema) for part in item["properties"].values())
        least = max(self.rows.get(path, 0), 1 if deep else ROWS)
        rows = [*value, *[{}] * (least - len(value))]
        parts = []
        for n, row in enumerate(rows):
            one = self.field(f"{path}.{n}", name, {**item, "description": ""}, False, row)
            parts.append(Field(one.name, f"{self._label(ONE.get(name, name))} {n + 1}", "", "record", False,
                               parts=one.parts, wrong=one.wrong))  # fmt: skip
        return Field(**said, sort="rows", parts=parts, deep=deep)

    def _within(self, path: str) -> str:
        """What is wrong with a field or with one of the values in it."""
        within = [place for place in self.wrong if place == path or place.startswith(f"{path}.")]
        self.named.update(within)
        return "; ".join(dict.fromkeys(self.wrong[place] for place in within))

    def _written(self, value: Any) -> str | None:
        """A number, or a list of them, as people write it."""
        if isinstance(value, list | tuple):
            return "; ".join(self._written(one) or "" for one in value)
        if isinstance(value, int | float):
            return str(int(value) if value == int(value) else value).replace(".", self.t(".", ","))
        return None if value is None else str(value)

    def _settings(self, path: str, value: Mapping[str, Any]) -> list[Field]:
        """Settings of rules, one a row."""
        t, given = self.t, [(rule, name, one) for rule, settings in value.items() for name, one in settings.items()]
        rows = []
        rules = [(rule.name, self._rule(rule)) for rule in RULES]
        own = {f.alias or name for rule in RULES for name, f in rule.Settings.model_fields.items()}
        settings = [(one, one) for one in (*SETTINGS, *sorted(own))]
        least = max(ROWS, self.rows.get(path, 0))
        for n, (rule, name, one) in enumerate([*given, *[("", "weight", None)] * (least - len(given))]):
            at = f"{path}.{n}"
            wrong = self._within(f"{path}.{rule}.{name}") if rule else ""
            if rule and f"{path}.{rule}" in self.wrong:
                self.named.add(f"{path}.{rule}")
                wrong = self.wrong[f"{path}.{rule}"]
            parts = (
                Field(f"{at}.rule", t("Rule", "Regel"), "", "select", False, rule, rules),
                Field(f"{at}.setting", t("Setting", "Instelling"), "", "text", False, name, settings),
                Field(f"{at}.value", t("Value", "Waarde"), "", "number", False, self._written(one)),
            )
            rows.append(Field(at, t("Rule", "Regel"), "", "record", False, parts=parts, wrong=wrong))
        return rows

    def _rule(self, rule: type[Rule]) -> str:
        return self.t.word.rule(rule.name, rule.title)

    def _used(self, schema: Schema) -> list[tuple[str, str]]:
        """What is in use already, where others may be given."""
        if schema.get("x-suggests") == "kinds":
            return self._same(one.kind for one in self.portfolio.activities)
        if schema.get("x-suggests") == "groups":
            taken = (one.candidate.group for one in self.portfolio.people if one.candidate is not None)
            return self._same(one for one in taken if one is not None)
        return []

    @staticmethod
    def _same(values: Iterator[str]) -> list[tuple[str, str]]:
        return [(one, one) for one in dict.fromkeys(values)]

    def _options(self, schema: Schema, path: str) -> list[tuple[str, str]]:
        """The values to choose from."""
        if fixed := schema.get("enum", schema.get("examples")):
            return [(str(one), self.t(str(one), VALUES.get(str(one), str(one)))) for one in fixed]
        portfolio, names, sort = self.portfolio, self.names, schema.get("x-refers-to")
        if sort == "people":
            return [(one.id, names.person(one.id)) for one in portfolio.people]
        if sort == "activities":
            return [*((one.id, names.activity(one.id)) for one in portfolio.activities), *self.new]
        if sort == "projects":
            return [(one.id, names.project(one.id)) for one in portfolio.projects]
        if sort in ("units", "goals"):
            return [(one.id, one.name) for one in getattr(portfolio, sort)]
        if sort == "kinds":
            return self._same(one.kind for one in portfolio.activities)
        if sort == "vocabulary":
            wanted = re.search(r"\b(expertise|talent)s?\.\d+\.term$", path)
            terms = [one for one in portfolio.vocabulary if wanted is None or one.dimension == wanted[1]]
            return [(one.id, names.term(one.id)) for one in terms]
        if sort == "energy sources":
            return list(self._energy())
        if sort == "soft rules":
            return [(rule.name, self._rule(rule)) for rule in RULES if not rule.hard]
        if sort in ("periods", "periods and after"):
            calendar = portfolio.calendar
            after = [(str(calendar.periods), self.t("after the last", "na de laatste"))] if sort != "periods" else []
            return [*((str(n), f"{n} · {self.t.period(calendar, n)}") for n in range(calendar.periods)), *after]
        return []

    def _energy(self) -> Iterator[tuple[str, str]]:
        """What can give energy: kinds, terms, phases and projects."""
        portfolio, names = self.portfolio, self.names
        found: dict[str, list[tuple[str, str]]] = {
            "kind": self._same(one.kind for one in portfolio.activities),
            "phase": self._same(one.phase for one in portfolio.activities if one.phase is not None),
            "project": [(one.id, names.project(one.id)) for one in portfolio.projects],
        }
        for dimension in ("talent", "expertise"):
            found[dimension] = [
                (one.id, names.term(one.id)) for one in portfolio.vocabulary if one.dimension == dimension
            ]
        for sort in ENERGY_SOURCES:
            for id, name in found[sort]:
                yield f"{sort}:{id}", f"{self._label(sort)}: {name}"


def _deep(schema: Schema, root: Schema) -> bool:
    """Whether a field is a list of records or a record: too much for one line."""
    within = plain(schema, root)
    return "properties" in within or (within.get("type") == "array" and "properties" in plain(within["items"], root))
