"""What a form of `forms.py` sent, read as the schema of its record says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from scenarios.changes import BY_NAME, Change, parse_changes
from scenarios.studies import BY_KIND, Study

Schema = Mapping[str, Any]
Sent = Mapping[str, str | list[str]]
#: every record that there is a form for, by its name
RECORDS: Mapping[str, type[Change] | type[Study]] = {**BY_NAME, **BY_KIND}
#: fields of a change that are those of another one of it
SAME = {("add_project", "activities", "project"): ("project", "id")}
#: a field that was sent says that what stands there goes
NONE = ".none"
_NUMBER = re.compile(r"[-+]?\d+([.,]\d{1,2})?")


def schema_of(name: str) -> Schema:
    """The JSON schema of a change or a study."""
    return RECORDS[name].model_json_schema(by_alias=True)


def plain(schema: Schema, root: Schema) -> Schema:
    """A schema without references and without the choice of null; of several forms the first."""
    if "$ref" in schema:
        return {
            **plain(root["$defs"][schema["$ref"].rpartition("/")[2]], root),
            **{k: v for k, v in schema.items() if k != "$ref"},
        }
    options = [one for one in schema.get("anyOf", schema.get("oneOf", ())) if one.get("type") != "null"]
    lists = any(one.get("type") == "array" for one in options[1:])
    return {**schema, **plain(options[0], root), "or list": lists} if options else schema


def read_form(name: str, sent: Sent) -> Change:
    """The change that a form says; raises ChangeInvalid."""
    return parse_changes([given_in(name, sent)])[0]


def given_in(name: str, sent: Sent) -> dict[str, Any]:
    """What a form says, whether it is right or not."""
    schema = schema_of(name)
    found = _Reader(schema, sent).record(schema, "")
    for (record, many, field), (one, id) in SAME.items():
        for row in found.get(many, ()) if name == record else ():
            row.setdefault(field, found.get(one, {}).get(id, ""))
    return {"kind" if name in BY_KIND else "change": name, **found}


def rows_in(sent: Iterable[str]) -> dict[str, int]:
    """How many rows each list of a form has, by its path."""
    found: dict[str, int] = {}
    for name in sent:
        for place in re.finditer(r"\.(\d{1,4})(?=\.|$)", name):
            path = name[: place.start()]
            found[path] = max(found.get(path, 0), int(place[1]) + 1)
    return found


class _Reader:
    """Reads what a form sent, as its schema says."""

    def __init__(self, root: Schema, sent: Sent) -> None:
        self.root, self.sent = root, sent

    def record(self, schema: Schema, before: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, raw in schema.get("properties", {}).items():
            if "const" in raw:
                continue
            value = self.value(f"{before}{name}", plain(raw, self.root))
            if isinstance(value, dict) and name not in schema.get("required", ()) and not self.says(raw, value):
                continue
            if value is not None:
                found[name] = value
            elif self.text(f"{before}{name}{NONE}"):
                found[name] = [] if raw.get("type") == "array" else None
        if "id" in schema.get("properties", {}) and "id" not in found and isinstance(found.get("name"), str):
            found["id"] = slug(found["name"])
        return found

    def value(self, path: str, schema: Schema) -> Any:
        if "properties" in schema:
            return self.record(schema, f"{path}.") or None
        if schema.get("type") == "array":
            return self.items(path, plain(schema["items"], self.root))
        if schema.get("type") == "object":
            return self.settings(path)
        text = self.text(path)
        if text == "":
            return None
        if schema.get("type") in ("integer", "number"):
            return _numbers(text) if schema.get("or list") and _several(text) else _number(text)
        if schema.get("type") == "boolean":
            return {"yes": True, "no": False}.get(text, text)
        return text

    def says(self, schema: Schema, row: Mapping[str, Any]) -> bool:
        """Whether a record says anything but what the form itself put there."""
        fields = plain(schema, self.root).get("properties", {})
        return any(value != fields.get(name, {}).get("default") for name, value in row.items())

    def items(self, path: str, item: Schema) -> list[Any] | None:
        if "properties" in item:
            rows = [self.record(item, f"{path}.{n}.") for n in self.rows(path)]
            return [row for row in rows if self.says(item, row)] or None
        if item.get("type") == "array":
            return self.ranks(path)
        if item.get("type") == "integer":
            return _numbers(self.text(path)) or None
        return [one for one in self.values(path) if one] or None

    def ranks(self, path: str) -> list[list[str]] | None:
        """Names by their place: of `tiers.staffing` 1 and `tiers.cost` 2, `[["staffing"], ["cost"]]`."""
        placed: dict[int, list[str]] = {}
        for name in self.sent:
            if name.startswith(f"{path}.") and (place := self.text(name)).isdecimal():
                placed.setdefault(int(place), []).append(name.removeprefix(f"{path}."))
        return [placed[place] for place in sorted(placed)] or None

    def settings(self, path: str) -> dict[str, dict[str, Any]] | None:
        """Settings of rules: `{rule: {setting: value}}`."""
        found: dict[str, dict[str, Any]] = {}
        for n in self.rows(path):
            rule, setting, value = (self.text(f"{path}.{n}.{part}") for part in ("rule", "setting", "value"))
            if rule or value:  # what is not said yet is told to be missing
                found.setdefault(rule, {})[setting] = {"true": True, "false": False}.get(value, _number(value))
        return found or None

    def rows(self, path: str) -> list[int]:
        """The numbers of the rows that were sent."""
        place = re.compile(re.escape(path) + r"\.(\d{1,4})\.")
        return sorted({int(match[1]) for name in self.sent if (match := place.match(name))})

    def values(self, path: str) -> list[str]:
        """Every text of a field; none where it was not sent."""
        value = self.sent.get(path, [])
        return [value.strip()] if isinstance(value, str) else [one.strip() for one in value]

    def text(self, path: str) -> str:
        """The text of a field; nothing where it was not sent."""
        return next(reversed(self.values(path)), "")


def _several(text: str) -> list[str]:
    """The parts of a list, where it is one: `8; 8; 0` and `8 8 0`."""
    parts = [part for part in re.split(r"[;\s]+", text) if part]
    return parts if len(parts) > 1 else []


def _numbers(text: str) -> list[Any]:
    return [_number(part) for part in _several(text) or ([text] if text else [])]


def _number(text: str) -> Any:
    """A number as people write it, with a comma or a point; else the text itself, which is then told to be no number.

    Marks between thousands are not guessed at: 1.000 is one to some and a thousand to others.
    """
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text.replace(",", "."))
    return int(value) if value.is_integer() else value


def slug(name: str) -> str:
    """An id made of a name: `Vera Kok` → `vera-kok`."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:64] or "new"
