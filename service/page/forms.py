"""Forms for scenario changes, made from their JSON schema: a new kind of change has its form the day it is written.

Fields are named by their path in the change, `person.expertise.0.term`, which is also how errors name them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios.changes import BY_NAME, Change, parse_changes
from scenarios.studies import BY_KIND, Study
from service.page.dutch import FIELDS, HINTS, RULE_TITLES, TITLES
from service.page.sentences import expected_in
from service.page.tongue import Tongue
from service.words import Names
from solver.portfolio import Portfolio, PortfolioInvalid
from solver.rules import RULES
from solver.rules.base import Rule

Schema = Mapping[str, Any]
#: rows that a list of records offers to fill in
ROWS = 4
#: fields of a record that are asked for at once; the others are folded away
FIRST = (
    "id",
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
    "candidate",
)
#: every record that there is a form for, by its name
RECORDS: Mapping[str, type[Change] | type[Study]] = {**BY_NAME, **BY_KIND}


@dataclass(frozen=True)
class Field:
    """A field of a form.

    sort: `select`, `many` (several of a list), `each` (exactly `low` of a list), `number`, `text`, `date`, `yes-no`,
    `record` (of `parts`), `rows` (several records) or `json`. more: folded away at first.
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
    high: float | None = None
    step: str = "1"
    wrong: str = ""
    more: bool = False


@dataclass(frozen=True)
class RecordForm:
    """The form of one kind of change, or of one kind of study."""

    name: str
    title: str
    about: str
    fields: Sequence[Field]
    wrong: Sequence[str] = field(default=())


def kinds(t: Tongue) -> list[tuple[str, str]]:
    """Name and title of every kind of change."""
    return [(name, title_of(name, t)) for name in BY_NAME]


def title_of(name: str, t: Tongue) -> str:
    """What a kind of change or of study is called."""
    return t(RECORDS[name].title, TITLES.get(name, RECORDS[name].title))


def form_of(
    name: str,
    portfolio: Portfolio,
    t: Tongue,
    given: Mapping[str, Any] | None = None,
    wrong: PortfolioInvalid | None = None,
) -> RecordForm:
    """The form of a change or a study, filled with what was given, errors next to the fields they are about."""
    record = RECORDS[name]
    said: dict[str, str] = {}
    for one in () if wrong is None else wrong.problems:
        place = one.path.removeprefix("/changes/0").removeprefix("/").replace("/", ".")
        said[place] = expected_in(t, one.expected)
    maker = _Maker(portfolio, t, record.model_json_schema(by_alias=True), said)
    fields = list(maker.fields(maker.schema, "", given or {}))
    rest = [f"{place}: {text}" if place else text for place, text in said.items() if place not in maker.named]
    about = record.description().split("\n\n")[0]
    return RecordForm(name, title_of(name, t), " ".join(about.split()), fields, rest)


def read_form(name: str, sent: Mapping[str, Any]) -> Change:
    """The change that a form says; raises ChangeInvalid."""
    return parse_changes([given_in(name, sent)])[0]


def given_in(name: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says, whether it is right or not."""
    schema = RECORDS[name].model_json_schema(by_alias=True)
    return {"kind" if name in BY_KIND else "change": name, **_Reader(schema, sent).record(schema, "")}


def _plain(schema: Schema, root: Schema) -> Schema:
    """A schema without references and without the choice of null."""
    if "$ref" in schema:
        return {
            **_plain(root["$defs"][schema["$ref"].rpartition("/")[2]], root),
            **{k: v for k, v in schema.items() if k != "$ref"},
        }
    options = [one for one in schema.get("anyOf", schema.get("oneOf", ())) if one.get("type") != "null"]
    return {**schema, **_plain(options[0], root)} if options else schema


class _Maker:
    """Makes the fields of one form."""

    def __init__(self, portfolio: Portfolio, t: Tongue, schema: Schema, wrong: Mapping[str, str]) -> None:
        self.portfolio, self.t, self.schema, self.wrong = portfolio, t, schema, wrong
        self.names = Names(portfolio, t.language)
        #: the fields there are, so that errors elsewhere can be told above the form
        self.named: set[str] = set()

    def fields(self, schema: Schema, before: str, given: Mapping[str, Any]) -> Iterator[Field]:
        for name, raw in schema.get("properties", {}).items():
            if "const" not in raw:
                made = name == "id" and "name" in schema["properties"]  # of the name, where it is left open
                required = name in schema.get("required", ()) and not made
                more = bool(before) and not required and name not in FIRST
                yield self.field(f"{before}{name}", name, _plain(raw, self.schema), required, given.get(name), more)

    def field(self, path: str, name: str, schema: Schema, required: bool, value: Any, more: bool = False) -> Field:
        self.named.add(path)
        label = self.t(name.replace("_", " ").capitalize(), FIELDS.get(name, name.replace("_", " ").capitalize()))
        hint = str(schema.get("description", "")).partition("\n\n")[0]
        hint = "" if before_last(path) and "properties" in schema else self.t(hint, HINTS.get(hint, hint))
        said: dict[str, Any] = {
            "name": path,
            "label": label,
            "hint": hint,
            "required": required,
            "wrong": self.wrong.get(path, ""),
            "more": more,
        }
        if value is None:
            value = schema.get("default")
        if "properties" in schema:
            return Field(**said, sort="record", parts=list(self.fields(schema, f"{path}.", value or {})))
        if schema.get("type") == "array":
            return self._list(path, name, schema, value or [], said)
        if schema.get("type") == "object":
            return Field(**said, sort="rows", parts=self._settings(path, value or {}))
        options = self._options(schema)
        if options:
            return Field(**said, sort="select", options=options, value=value)
        if schema.get("type") in ("integer", "number"):
            step = "1" if schema["type"] == "integer" else "0.01"
            return Field(
                **said, sort="number", value=value, low=schema.get("minimum"), high=schema.get("maximum"), step=step
            )
        if schema.get("type") == "boolean":
            return Field(**said, sort="yes-no", value=value)
        sort = "date" if schema.get("format") == "date" else "text"
        return Field(**said, sort=sort, value=value)

    def _list(self, path: str, name: str, schema: Schema, value: Any, said: dict[str, Any]) -> Field:
        item = _plain(schema.get("items", {}), self.schema)
        options = self._options(item)
        if options:
            within = [place for place in self.wrong if place.startswith(f"{path}.")]
            self.named.update(within)
            said["wrong"] = said["wrong"] or "; ".join(dict.fromkeys(self.wrong[place] for place in within))
            few = 0 < schema.get("maxItems", 0) == schema.get("minItems")
            return Field(
                **said,
                sort="each" if few else "many",
                options=options,
                value=[str(one) for one in value],
                low=schema.get("minItems"),
            )
        if "properties" in item and not any(_deep(part, self.schema) for part in item["properties"].values()):
            rows = [*value, *[{}] * max(1, ROWS - len(value))]
            parts = [
                self.field(f"{path}.{n}", name, {**item, "description": ""}, False, row) for n, row in enumerate(rows)
            ]
            return Field(**said, sort="rows", parts=parts)
        if "properties" in item:
            rows = value or [{}]
            parts = [self.field(f"{path}.{n}", name, item, False, row) for n, row in enumerate(rows)]
            return Field(**said, sort="rows", parts=parts)
        return Field(**said, sort="json", value=json.dumps(value) if value else "")

    def _settings(self, path: str, value: Mapping[str, Any]) -> list[Field]:
        """Settings of rules, one a row."""
        t, given = self.t, [(rule, name, one) for rule, settings in value.items() for name, one in settings.items()]
        rows = []
        rules = [(rule.name, self._rule(rule)) for rule in RULES]
        for n, (rule, name, one) in enumerate([*given, *[("", "weight", None)] * max(1, ROWS - len(given))]):
            at = f"{path}.{n}"
            parts = (
                Field(f"{at}.rule", t("Rule", "Regel"), "", "select", False, rule, rules),
                Field(f"{at}.setting", t("Setting", "Instelling"), "", "text", False, name),
                Field(f"{at}.value", t("Value", "Waarde"), "", "text", False, one),
            )
            rows.append(Field(at, t("Rule", "Regel"), "", "record", False, parts=parts))
        return rows

    def _rule(self, rule: type[Rule]) -> str:
        return self.t(rule.title, RULE_TITLES.get(rule.name, rule.title))

    def _options(self, schema: Schema) -> list[tuple[str, str]]:
        """The values to choose from."""
        if "enum" in schema:
            return [(str(one), str(one)) for one in schema["enum"]]
        if "examples" in schema:
            return [(str(one), str(one)) for one in schema["examples"]]
        portfolio, names, sort = self.portfolio, self.names, schema.get("x-refers-to")
        if sort == "people":
            return [(one.id, names.person(one.id)) for one in portfolio.people]
        if sort == "activities":
            return [(one.id, names.activity(one.id)) for one in portfolio.activities]
        if sort == "projects":
            return [(one.id, names.project(one.id)) for one in portfolio.projects]
        if sort == "units":
            return [(one.id, one.name) for one in portfolio.units]
        if sort == "kinds":
            return [(kind, kind) for kind in dict.fromkeys(one.kind for one in portfolio.activities)]
        if sort == "vocabulary" or schema.get("title") == "Term":
            return [(one.id, names.term(one.id)) for one in portfolio.vocabulary]
        if sort == "soft rules":
            return [(rule.name, self._rule(rule)) for rule in RULES if not rule.hard]
        if sort == "periods":
            calendar = portfolio.calendar
            return [(str(n), f"{n} · {self.t.period(calendar, n)}") for n in range(calendar.periods)]
        if schema.get("title") == "Unit":
            return [(one.id, one.name) for one in portfolio.units]
        return []


def before_last(path: str) -> bool:
    """Whether a path lies within a record."""
    return "." in path


def _deep(schema: Schema, root: Schema) -> bool:
    """Whether a field is a list of records or a record: too much for one line."""
    plain = _plain(schema, root)
    return "properties" in plain or plain.get("type") == "array"


class _Reader:
    """Reads what a form sent, as its schema says."""

    def __init__(self, root: Schema, sent: Mapping[str, Any]) -> None:
        self.root, self.sent = root, sent

    def record(self, schema: Schema, before: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, raw in schema.get("properties", {}).items():
            if "const" in raw:
                continue
            value = self.value(f"{before}{name}", _plain(raw, self.root))
            if value is not None:
                found[name] = value
        if "id" in schema.get("properties", {}) and "id" not in found and isinstance(found.get("name"), str):
            found["id"] = slug(found["name"])
        return found

    def value(self, path: str, schema: Schema) -> Any:
        if "properties" in schema:
            return self.record(schema, f"{path}.") or None
        if schema.get("type") == "array":
            return self.items(path, schema)
        if schema.get("type") == "object":
            return self.settings(path)
        text = self.text(path)
        if text == "":
            return None
        if schema.get("type") in ("integer", "number"):
            return _number(text)
        if schema.get("type") == "boolean":
            return {"yes": True, "no": False}.get(text, text)
        return text

    def items(self, path: str, schema: Schema) -> Any:
        item = _plain(schema.get("items", {}), self.root)
        if "properties" in item:
            rows = [self.record(item, f"{path}.{n}.") for n in self.rows(path)]
            return [row for row in rows if row] or None
        several = self.sent.get(path)
        if isinstance(several, list):
            return [one for one in several if one] or None
        text = self.text(path)
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            return [text]

    def settings(self, path: str) -> dict[str, dict[str, Any]] | None:
        """Settings of rules: `{rule: {setting: value}}`."""
        found: dict[str, dict[str, Any]] = {}
        for n in self.rows(path):
            rule, setting, value = (self.text(f"{path}.{n}.{part}") for part in ("rule", "setting", "value"))
            if rule and setting and value:
                found.setdefault(rule, {})[setting] = _number(value)
        return found or None

    def rows(self, path: str) -> list[int]:
        """The numbers of the rows that were sent."""
        place = re.compile(re.escape(path) + r"\.(\d+)\.")
        return sorted({int(match[1]) for name in self.sent if (match := place.match(name))})

    def text(self, path: str) -> str:
        """The text of a field; nothing where it was not sent."""
        value = self.sent.get(path, "")
        return str(value[-1] if isinstance(value, list) else value).strip()


def _number(text: str) -> Any:
    """A number as people write it, with a comma or a point; the text itself where it is none."""
    try:
        value = float(text.replace(",", ".")) if re.fullmatch(r"-?\d+([.,]\d+)?", text) else json.loads(text)
    except ValueError:
        return text
    return int(value) if isinstance(value, float) and value.is_integer() else value


def slug(name: str) -> str:
    """An id made of a name: `Vera Kok` → `vera-kok`."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:64] or "new"
