"""The solver's sentences, which are English, in Dutch.

Names of people, work and terms are set aside first, then phrases are replaced, then the names come back (those of terms
with their Dutch labels). A sentence that the phrases do not know wholly stays English; a test holds that none of the
library's does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from service.page.dutch_columns import HOLDS, MEANINGS
from service.page.dutch_forms import HINTS
from service.page.phrases import EXPECTED, PHRASES
from service.page.tongue import Tongue
from service.words import plain
from solver.portfolio import Activity, Person, Portfolio, Project, Unit
from solver.rules import RULES

_NUMBER = re.compile(r"(?<![\w\x02])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w\x03])")
#: words that no Dutch sentence has: where one is left, the sentence is not half in one language and half in another
_ENGLISH = re.compile(
    r"\b(?:the|with|and|work|works|hours|missing|people|person|instead|there|than|for|without|costs)\b"
)
_HOURS = re.compile(r"(?<=\d) h\b")


class Sentences:
    """`sentences(text)` is the text in the page's language; `also` are names besides those of the portfolios."""

    def __init__(self, portfolio: Portfolio, t: Tongue, *others: Portfolio, also: Iterable[str] = ()) -> None:
        self.portfolios, self.t, self.also = (portfolio, *others), t, also

    def __call__(self, text: str) -> str:
        """The sentence in the page's language."""
        if not self.t.dutch:
            return text
        kept: list[str] = []

        def aside(found: re.Match[str]) -> str:
            kept.append(self._names[found[0]])
            return f"\x02{len(kept) - 1}\x03"

        said = self._pattern.sub(aside, text) if self._names else text
        said = in_dutch(said)
        if _ENGLISH.search(said):
            return text
        said = _HOURS.sub(" u", _NUMBER.sub(_decimal, said))
        said = re.sub(r"\x02(\d+)\x03", lambda found: kept[int(found[1])], said)
        return said[:1].upper() + said[1:] if text[:1].isupper() else said

    def rule(self, name: str, title: str) -> str:
        """The title of a rule in the page's language."""
        return self.t.word.rule(name, title)

    def unit(self, unit: str) -> str:
        """The unit of a rule in the page's language."""
        return self.t.word.unit(unit)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Every name that may stand in a sentence, with what it is called in the page's language."""
        names: dict[str, str] = {}
        for rule in RULES:
            dutch = self.rule(rule.name, rule.title)
            names |= {rule.title: dutch, rule.title.lower(): dutch.lower()}
        for portfolio in self.portfolios:
            for term in portfolio.vocabulary:
                names[plain(portfolio.label(term.id))] = plain(portfolio.label(term.id, self.t.language))
            items: tuple[Unit | Person | Project | Activity, ...] = (
                *portfolio.units,
                *portfolio.people,
                *portfolio.projects,
                *portfolio.activities,
            )
            times = Counter(plain(item.name) for item in items)
            for item in items:
                names[plain(item.name)] = names[item.name] = plain(item.name)
                if times[plain(item.name)] > 1:  # then the id may stand behind it
                    both = f"{plain(item.name)} ({item.id})"
                    names[both] = both
            names |= {activity.kind: activity.kind for activity in portfolio.activities}
        names |= {name: name for name in self.also}
        return {name: shown for name, shown in names.items() if len(name) > 1}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest = sorted(self._names, key=len, reverse=True)
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)")


def in_dutch(said: str) -> str:
    """A sentence in which names stand as \x02n\x03, its phrases in Dutch."""
    for phrase, dutch in _PHRASES:
        said = phrase.sub(dutch, said)
    return said


def expected_in(t: Tongue, text: str) -> str:
    """What would be right, in the language; what the phrases do not know stays as it is."""
    if not t.dutch:
        return text
    if (found := _COLUMN.fullmatch(text)) is not None:
        return f"{_SAID[found['before']]} {found['name']}: {MEANINGS[found['meaning']]}"
    if (found := _CELL.fullmatch(text)) is not None:
        return HOLDS[found["holds"]] + (f": {MEANINGS[found['meaning']]}" if found["meaning"] else "")
    if (meaning := HINTS.get(text.removeprefix("required: "))) is not None:  # a field is told by what it means
        return f"nodig: {meaning}".replace("`", "") if text.startswith("required: ") else meaning.replace("`", "")
    for phrase, dutch in _EXPECTED:
        text = phrase.sub(dutch, text)
    return _NUMBER.sub(_decimal, in_dutch(text))


def _decimal(found: re.Match[str]) -> str:
    """A number as Dutch writes it: 1,234.5 → 1.234,5."""
    return found[0].translate({ord(","): ".", ord("."): ","})


#: what stands before the name of a column or key, and in Dutch
_SAID = {"a column": "een kolom", "a row": "een rij"}
_MEANING = "|".join(map(re.escape, MEANINGS))
_COLUMN = re.compile(rf"(?P<before>{'|'.join(_SAID)}) (?P<name>\S+?)(?::| with) (?P<meaning>{_MEANING})")
_CELL = re.compile(rf"(?P<holds>{'|'.join(map(re.escape, HOLDS))})(?:: (?P<meaning>{_MEANING}))?")
_EXPECTED = tuple((re.compile(phrase), dutch) for phrase, dutch in EXPECTED)
_PHRASES = tuple((re.compile(phrase), dutch) for phrase, dutch in PHRASES)
