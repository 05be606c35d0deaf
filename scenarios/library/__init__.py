"""The bundled library: small invented portfolios with a story, for the demo, the tests and the page.

Each one is a folder here: `portfolio.json`, its page `README.md` (English) and `README.nl.md` (Dutch), and what may be
asked of it: `scenarios.json`, the base first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from scenarios.scenario import Scenario, parse_scenario
from solver.portfolio import Portfolio, parse_json

#: language → file name of the page
PAGES = {"en": "README.md", "nl": "README.nl.md"}


@dataclass(frozen=True)
class Entry:
    """One portfolio of the library; `title` and `summary` (one sentence) are given per language."""

    slug: str
    title: Mapping[str, str]
    summary: Mapping[str, str]

    def story(self, language: str = "en") -> str:
        """The page that tells the story, in Markdown; KeyError for a language that is not in `PAGES`."""
        return self._read(PAGES[language]).decode()

    def text(self) -> str:
        """The portfolio as it stands in its file."""
        return self._read("portfolio.json").decode()

    def portfolio(self) -> Portfolio:
        """The portfolio, parsed."""
        return parse_json(self.text())

    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios that are told of it, the base first; their names are the English titles."""
        told = json.loads(self._read("scenarios.json"))
        return tuple(parse_scenario({"name": one["title"]["en"], "portfolio": self.slug, **one}) for one in told)

    def _read(self, name: str) -> bytes:
        return files(__name__).joinpath(self.slug, name).read_bytes()


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "adviesbureau",
        {"en": "A consultancy with two teams", "nl": "Een adviesbureau met twee teams"},
        {
            "en": "One team has the knowledge its client asks for, but nobody in it who connects and persuades.",
            "nl": "Het ene team weet alles wat de opdrachtgever vraagt, maar heeft niemand die verbindt en overtuigt.",
        },
    ),
    Entry(
        "bedrijfsbureau",
        {"en": "A support team of three municipalities", "nl": "Een bedrijfsbureau van drie gemeenten"},
        {
            "en": "HR, communication and finance have merged: good procurement advice takes two of them.",
            "nl": "HR, communicatie en financiën zijn samengevoegd: goed inkoopadvies vraagt er twee.",
        },
    ),
    Entry(
        "kenniswerkers",
        {"en": "Three experts leave within the year", "nl": "Drie experts vertrekken binnen een jaar"},
        {
            "en": "Each knows what nobody else does, and colleagues can learn it only while they are there.",
            "nl": "Elk weet iets wat niemand anders weet, en collega's kunnen dat alleen leren zolang zij er zijn.",
        },
    ),
)


def entry(slug: str) -> Entry:
    """The entry of that name; KeyError, naming the ones there are, if there is none."""
    for found in ENTRIES:
        if found.slug == slug:
            return found
    raise KeyError(f"the library has no {slug!r}, only {', '.join(found.slug for found in ENTRIES)}")
