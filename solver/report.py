"""The report of what is wrong: problems with their paths, collected until all are known.

Values and names in a report come from outside: they are cut short and made fit for JSON, whatever they are.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

Place = tuple[str | int, ...]

LONGEST_TEXT = 200
DEEPEST = 32  # steps; the contract has 7, so what lies deeper is in a value that is refused anyway
MOST_PROBLEMS = 10_000  # nobody reads more, and each takes a kilobyte
MOST_LOOKED_AT = 100_000  # names in one value that is refused anyway
MOST_SUGGESTIONS = 100  # a suggestion costs up to a millisecond, and a broken file may need a million of them

PROTECTED = (
    "nothing: decisions about work may not rest on age, birth, gender, origin, religion, health, family, sexual "
    "orientation, politics or union membership, so no field for them exists; leave it out"
)

# English and Dutch: whole words of a name, and parts that are telling wherever in it they stand.
_PROTECTED_WORD = re.compile(
    r"""ages? | sexe? | races? | origins? | faith | beliefs? | church | caste | skin | dob | unions? | famil(y|ies)
    | ill(ness(es)?)? | sick(ness)? | diseases? | medical | diagnos[ei]s | minority | (im)?migrant | refugee | veteran
    | married | spouse | husband | wife | divorced
    | child(ren|care)? | kids? | parent(s|al|hood)? | maternity | paternity
    | lgbt[iq]? | queer | gay | lesbian | transgender
    | ras | ziek | kinderen | ouders? | ouderschap | gezin | familie | gehuwd | getrouwd | gescheiden | echtgeno(o?t|te)
    | kerk | beperking | lhbti?""",
    re.VERBOSE,
)
_PROTECTED_PART = re.compile(
    r"""birth | gender | pronoun | ethnic | racial | nationalit | citizenship | religi | disab | handicap | pregnan
    | marital | civilstatus | sexual | politic | health | sick(leave|day|note) | (trade|labou?r)union | unionmember
    | age(group|band|range|class) | yearsold | family(status|situation) | skincolo | (country|place)oforigin
    | leeftijd | geslacht | geboorte | herkomst | afkomst | geloof | godsdienst | levensovertuiging | gezondheid
    | ziek(te|melding|verlof|verzuim) | arbeids(ongeschikt|beperking) | zwanger | etni[cs] | burgerlijkestaat | huwelijk
    | gezinss | seksue | geaardheid | voornaamwoord | politiek | vakbond | vakvereniging | huidskleur""",
    re.VERBOSE,
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    path: JSON pointer of the field ("" is the whole); code: stable slug; value: what was given, short and fit for
    JSON; expected: what would be right.
    """

    path: str
    code: str
    value: Any
    expected: str


class PortfolioInvalid(Exception):
    """Something is not as the contract says; `problems` holds everything that is wrong, ordered by path."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        shown = [f"{problem.path or 'the whole'}: expected {problem.expected}" for problem in self.problems[:5]]
        more = len(self.problems) - len(shown)
        return "\n".join(shown + [f"and {more} more"] * (more > 0))


class Report:
    """Collects problems, MOST_PROBLEMS at most; the first to be found need not be the first in the portfolio."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place, str], Problem] = {}
        self._more = 0
        self._suggestions = MOST_SUGGESTIONS

    @property
    def full(self) -> bool:
        """Whether problems were found that are not kept: time to stop looking."""
        return self._more > 0

    def add(self, place: Place, code: str, value: Any, expected: str) -> None:
        """Report the field at `place`, once for each code."""
        if (place, code) in self._found:
            return
        if len(self._found) >= MOST_PROBLEMS:
            self._more += 1
        else:
            self._found[place, code] = Problem(pointer(place), code, brief(value), _clean(expected))

    def unknown(self, place: Place, code: str, value: Any, what: str, known: Collection[str]) -> None:
        """Report a key that means nothing there, naming the closest of `known`, and every protected trait within."""
        key = str(place[-1])
        if is_protected(key):
            self.add(place, "protected_trait", value, PROTECTED)
        else:
            self.add(place, code, value, what + self.closest(key, known))
        self.protected_within(place, value)

    def protected_within(self, place: Place, value: Any) -> None:
        """Report the keys about a protected trait in a value that is refused anyway."""
        left = MOST_LOOKED_AT
        for at, node in containers(place, value):
            if left <= 0 or self.full:
                return
            left -= 1
            for key in islice(node, left) if isinstance(node, dict) else ():
                left -= 1
                if is_protected(str(key)):
                    self.add((*at, str(key)), "protected_trait", node[key], PROTECTED)

    def closest(self, name: str, known: Collection[str]) -> str:
        """`; did you mean "…"?`, or nothing where no known name is close."""
        if self._suggestions <= 0 or len(name) > 64 or len(known) > 1000:
            return ""
        self._suggestions -= 1
        close = difflib.get_close_matches(name, known, n=1)
        return f'; did you mean "{close[0]}"?' if close else ""

    def problems(self) -> list[Problem]:
        """Those kept, ordered by path (names by the alphabet, indices by number); last, how many more there are."""

        def order(found: tuple[tuple[Place, str], Problem]) -> list[tuple[bool, int, str]]:
            place, _ = found[0]
            return [(False, step, "") if isinstance(step, int) else (True, 0, step) for step in place]

        found = [problem for _, problem in sorted(self._found.items(), key=order)]
        if self.full:
            expected = f"fewer problems; there are at least {self._more:,} more than these"
            found.append(Problem("", "too_many_problems", None, expected))
        return found


def containers(place: Place, value: Any) -> Iterator[tuple[Place, Any]]:
    """Every object and list in a value, itself included, with its place; not below what any portfolio needs."""
    if not isinstance(value, dict | list | tuple):
        return
    yield place, value
    ways = [(place, _steps(value))]
    while ways:
        at, steps = ways[-1]
        for step, child in steps:
            if isinstance(child, dict | list | tuple):
                here = (*at, step if isinstance(step, int) else str(step))
                yield here, child
                if child and len(here) < DEEPEST:
                    ways.append((here, _steps(child)))
                    break
        else:
            ways.pop()


def _steps(node: Any) -> Iterator[tuple[Any, Any]]:
    """The entries of an object or a list, each with its name or index."""
    return iter(node.items() if isinstance(node, dict) else enumerate(node))


def is_larger(value: Any, most: int) -> bool:
    """Whether there are more than `most` values in `value`, at whatever depth; looks no further than needed."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list | tuple):
            most -= len(node)
            if most < 0:
                return True
            waiting += node.values() if isinstance(node, dict) else node
    return False


def pointer(place: Place) -> str:
    """The JSON pointer (RFC 6901) of a place; very long names are cut."""
    return "".join("/" + _clean(str(step)).replace("~", "~0").replace("/", "~1") for step in place)


def is_protected(name: str) -> bool:
    """Whether a field of this name is about a protected trait, in any case and with any separators."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name[:1000]) if not unicodedata.combining(c))
    words = [word.lower() for word in _WORD.findall(plain)]
    return any(map(_PROTECTED_WORD.fullmatch, words)) or _PROTECTED_PART.search("".join(words)) is not None


def brief(value: Any, depth: int = 2) -> Any:
    """`value` if it is short, else its beginning or a word about its size; always fit for JSON."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, int):
        return value if abs(value) < 10**20 else "a number of more than 20 digits"
    if isinstance(value, float):
        return value if math.isfinite(value) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    if isinstance(value, dict):
        if len(value) > 8 or not depth:
            return f"an object with {len(value):,} fields"
        return {_clean(str(key)): brief(child, depth - 1) for key, child in value.items()}
    if isinstance(value, list | tuple):
        if len(value) > 8 or not depth:
            return f"a list of {len(value):,} items"
        return [brief(child, depth - 1) for child in value]
    return _clean(str(value)) if hasattr(value, "isoformat") else f"a {type(value).__name__}"


def _clean(text: str) -> str:
    """`text` cut short, without the half characters that UTF-8 cannot write."""
    cut = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
    return cut.encode("utf-8", "replace").decode()
