"""A person taken out of stored JSON: a pseudonym stands in their place, and what is said of them is gone.

What stays is what others' plans hang on: hours, unit, bookings. Levels, statements, reviews, rates and absences go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ERASED = "Erased person"
#: what is left of a person's record beside id and name
KEPT = ("unit", "hours_per_period", "leaves", "lent", "rotation_share", "candidate")
#: fields whose ids are not those of people
_OTHERS = frozenset({"activity", "project", "term", "unit", "kind", "phase", "group", "portfolio", "scenario", "rule"})
_A_PERSON = frozenset({"hours_per_period", "expertise", "talents", "energy", "ambitions", "wishes", "rate"})


@dataclass(frozen=True)
class Erasing:
    """Who is erased: the id, every name they had, and the pseudonym."""

    person: str
    names: frozenset[str]
    pseudonym: str
    _pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        id = re.escape(self.person)
        names = [re.escape(name) for name in sorted(self.names, key=len, reverse=True)]
        told = [*names, rf"(?<=\(){id}(?=\))", rf"(?<=/people/){id}"]
        object.__setattr__(self, "_pattern", re.compile(rf"(?<![^\W_])(?:{'|'.join(told)})(?![^\W_])"))

    def of(self, data: Any, name: str = "") -> Any:
        """`data` without the person; `name`: of the field it stands in."""
        if isinstance(data, str):
            if data == self.person and name not in _OTHERS and name != "id":
                return self.pseudonym
            return self.text(data)
        if isinstance(data, list):
            return [self.of(one, name) for one in data]
        if not isinstance(data, dict):
            return data
        if data.get("id") == self.person and (name in ("people", "person") or _A_PERSON & data.keys()):
            return self._record(data)
        return {self.pseudonym if key == self.person else key: self.of(one, key) for key, one in data.items()}

    def text(self, text: str) -> str:
        """A sentence with the pseudonym in place of the name."""
        return self._pattern.sub(lambda found: self.pseudonym if found[0] == self.person else ERASED, text)

    def words(self, text: str) -> str:
        """The same of what somebody wrote by hand, who may have used a first name."""
        first = sorted({name.split()[0] for name in self.names if len(name.split()[0]) > 2})
        text = self.text(text)
        return re.sub(rf"\b(?:{'|'.join(map(re.escape, first))})\b", ERASED, text) if first else text

    def _record(self, data: Json) -> Json:
        return {"id": self.pseudonym, "name": ERASED, **{key: data[key] for key in KEPT if key in data}}


def names_of(data: Any, person: str) -> Iterator[str]:
    """The names that a person has in stored JSON."""
    if isinstance(data, dict):
        if data.get("id") == person and isinstance(data.get("name"), str):
            yield data["name"]
        for one in data.values():
            yield from names_of(one, person)
    elif isinstance(data, list):
        for one in data:
            yield from names_of(one, person)


def mentions(texts: Iterable[str | None], person: str) -> bool:
    """Whether the id stands in any of the JSON texts."""
    return any(text is not None and f'"{person}"' in text for text in texts)
