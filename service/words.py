"""The words around a proposal in Dutch and English, and how names and numbers are written in each.

Labels of terms come from the portfolio's vocabulary. Sentences of findings and reasons are the solver's, in English.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from scenarios.plain import plain as plain
from solver.units import unit_of

if TYPE_CHECKING:
    from solver.portfolio import Portfolio


class Language(StrEnum):
    """The languages there are words in."""

    en = "en"
    nl = "nl"


#: key → the words in English and in Dutch
WORDS: Mapping[str, tuple[str, str]] = {
    # how a solve ended
    "OPTIMAL": ("The best plan there is, and proven to be", "Het beste plan dat er is, en dat is bewezen"),
    "FEASIBLE": ("A valid plan", "Een geldig plan"),
    "INFEASIBLE": (
        "There is no plan: rules that may not be broken contradict each other",
        "Er is geen plan: regels die vast staan spreken elkaar tegen",
    ),
    "NONE": ("No plan was found in this time; more seconds may find one", "Geen plan gevonden in deze tijd; geef meer"),
    "FAILED": ("The solve failed", "Het zoeken is mislukt"),
    "broken": ("A plan that breaks {n} rules that may not be broken", "Een plan dat {n} vaste regels breekt"),
    "broken_one": ("A plan that breaks a rule that may not be broken", "Een plan dat een vaste regel breekt"),
    "kept": ("A valid plan: it keeps all hard rules", "Een geldig plan: alle vaste regels worden gehouden"),
    "gap": ("at most {gap} from the best possible", "hooguit {gap} van het best mogelijke af"),
    "gap_tiers": (
        "at most {gap} from the best possible in the last tier",
        "voor de laatste plaats in de volgorde hooguit {gap} van het best mogelijke af",
    ),
    "gap_unknown": ("how far from the best is not known", "hoe ver van het beste is niet bekend"),
    # the headline
    "cost": ("cost", "kosten"),
    "bound": ("no plan costs less than", "geen plan kost minder dan"),
    "last_tier": ("of which {cost} in the last tier", "waarvan {cost} op de laatste plaats in de volgorde"),
    "bound_tiers": ("where no plan costs less than", "waar geen plan minder kost dan"),
    "value_captured": ("value captured", "waarde behaald"),
    "in_seconds": ("{n} s", "{n} s"),
    "staffed": ("{hours} of {asked} h staffed", "{hours} van {asked} u ingevuld"),
    "booked_people": ("{n} of {all} people", "{n} van {all} mensen"),
    "activities_of": ("{n} activities", "{n} activiteiten"),
    # what is wrong, and what is odd
    "is_right": (
        "{name} is right: {people} people, {activities} activities ({hours} h) in {projects} {project}, "
        "{periods} periods of a {period} from {start}.",
        "{name} klopt: {people} mensen, {activities} activiteiten ({hours} u) in {projects} {project}, "
        "{periods} perioden van een {period} vanaf {start}.",
    ),
    "projects": ("projects", "projecten"),
    "day": ("day", "dag"),
    "week": ("week", "week"),
    "month": ("month", "maand"),
    "wrong_one": ("1 thing is wrong with {source}:", "Er klopt 1 ding niet aan {source}:"),
    "wrong": ("{n} things are wrong with {source}:", "Er kloppen {n} dingen niet aan {source}:"),
    "wrong_value": ("{value} is not right, ", "{value} klopt niet, "),
    "given": ("given", "gegeven"),
    "expected": ("expected", "verwacht"),
    "no_value": ("nothing", "niets"),
    "the_whole": ("the whole", "het geheel"),
    # sections
    "bookings": ("Who works on what", "Wie doet wat"),
    "grid": ("Hours at a glance", "Uren in één oogopslag"),
    "learning": ("Who learns from whom", "Wie leert van wie"),
    "unfilled": ("What stays unfilled", "Wat open blijft"),
    "score_card": ("Score card", "Scorekaart"),
    "people": ("People", "Mensen"),
    "talent_balance": ("Talent balance", "Talentbalans"),
    "hires": ("Taken on", "Aangenomen"),
    "warnings": ("Legal, but odd", "Geldig, maar vreemd"),
    "conflict": ("These rules cannot all hold", "Deze regels gaan niet samen"),
    "ways_out": ("Ways out, the cheapest first", "Uitwegen, de goedkoopste eerst"),
    # columns
    "person": ("person", "persoon"),
    "activity": ("activity", "activiteit"),
    "project": ("project", "project"),
    "hours": ("hours", "uren"),
    "role": ("role", "rol"),
    "expertise_fit": ("knows", "kennis"),
    "talent_fit": ("talent", "talent"),
    "energy": ("energy", "energie"),
    "when": ("when", "wanneer"),
    "term": ("term", "begrip"),
    "level": ("level", "niveau"),
    "mentor": ("mentor", "mentor"),
    "missing": ("missing", "ontbreekt"),
    "rule": ("rule", "regel"),
    "amount": ("amount", "omvang"),
    "weight": ("weight", "gewicht"),
    "busy": ("busy", "bezet"),
    "mostly": ("mostly", "vooral"),
    "learns": ("learns", "leert"),
    "leads": ("decides", "draagt"),
    "talents_used": ("talents used", "benut"),
    "talents_unused": ("unused", "onbenut"),
    "demand": ("asked", "gevraagd"),
    "supply": ("there is", "er is"),
    "state": ("state", "stand"),
    "open": ("open", "open"),
    "total": ("total", "totaal"),
    # values
    "contributor": ("contributor", "uitvoerder"),
    "supporter": ("supporter", "ondersteuner"),
    "learner": ("learner", "lerende"),
    "expertise": ("expertise", "kennis"),
    "talent": ("talent", "talent"),
    "state_missing": ("missing", "ontbreekt"),
    "state_short": ("short", "te weinig"),
    "state_surplus": ("surplus", "ruim"),
    "state_unused": ("unused", "ongebruikt"),
    "state_balanced": ("balanced", "in balans"),
    "hours_short": ("{hours} h", "{hours} u"),
    # sentences
    "marks": (
        "{learns} learns there   {mentors} mentors there   {gives} gives energy   {drains} drains   * asked for it",
        "{learns} leert daar   {mentors} begeleidt daar   {gives} geeft energie   {drains} kost energie   * vroeg erom",
    ),
    "all_hold": ("All {n} hard rules hold.", "Alle {n} vaste regels worden gehouden."),
    "nothing": ("Nothing to report: {rules}.", "Niets te melden: {rules}."),
    "uncounted": ("Measured, but free of cost: {rules}.", "Gemeten, maar zonder kosten: {rules}."),
    "in_balance": ("In balance: {terms}.", "In balans: {terms}."),
    "more": ("and {n} more", "en nog {n}"),
    "no_way_out": ("None was found in the time.", "Geen gevonden in deze tijd."),
    "can_hold": ("The hard rules can all hold: there is a plan.", "De vaste regels gaan samen: er is een plan."),
    "not_known": (
        "Whether the hard rules can all hold was not found out in the time.",
        "Of de vaste regels samengaan is in deze tijd niet gevonden.",
    ),
    "fully_staffed": ("Nothing: all hours and all people asked for.", "Niets: alle gevraagde uren en mensen zijn er."),
    # what the demo says at the end
    "nobody_brings": ("Nobody brings {terms} as the work asks.", "Niemand brengt {terms} zoals het werk vraagt."),
    "too_few_bring": ("Too few hours of people with {terms}.", "Te weinig uren van mensen met {terms}."),
    "no_shuffling": (
        "No other staffing of the same people changes that: develop it, borrow it, or take somebody on.",
        "Geen andere verdeling over dezelfde mensen verandert dat: ontwikkel het, leen het, of neem iemand aan.",
    ),
    "next": ("What to do next", "Wat nu"),
    "next_story": ("the story of this case, and what it teaches", "het verhaal van deze casus, en wat die leert"),
    "next_scenarios": ("what could be done about it", "wat eraan te doen is"),
    "next_run": ("one of those, as a whole proposal", "een daarvan, als een heel voorstel"),
    "next_compare": ("all of those side by side", "die allemaal naast elkaar"),
    "next_preset": ("the same people and work, other weights", "dezelfde mensen en hetzelfde werk, andere gewichten"),
    "next_workbook": ("the whole proposal as a workbook", "het hele voorstel als werkmap"),
    "next_template": ("a workbook for people and work of your own", "een werkmap voor eigen mensen en werk"),
    "next_check": ("what is wrong with it, and what is odd", "wat eraan schort, en wat vreemd is"),
    "next_own": ("a proposal for it", "een voorstel ervoor"),
    "next_serve": ("the same over REST", "hetzelfde via REST"),
    # scenarios
    "changed": ("What changes", "Wat er verandert"),
    "as_it_stands": ("As it stands", "Zoals het nu is"),
    # the live line
    "model": ("building the model", "model opbouwen"),
    "again": ("trying again", "probeert opnieuw"),
    "queued": ("waiting for its turn", "wacht op zijn beurt"),
    "stopping": ("stopping, the best plan is kept", "stoppen, het beste plan blijft"),
    "best": ("best", "beste"),
    "best_tier": ("best in tier {n}", "beste op plaats {n} in de volgorde"),
    "bound_short": ("bound", "grens"),
    "captured": ("captured", "behaald"),
    "plans": ("plans", "plannen"),
    "of_seconds": ("{n} of {limit} s", "{n} van {limit} s"),
}

#: rule → title in Dutch; the English one is the rule's own
RULE_TITLES: Mapping[str, str] = {
    "availability": "Uren die iemand heeft",
    "window": "Binnen de periode",
    "eligibility": "Brengt iets in voor het werk",
    "team_size": "Grootte van het team",
    "smallest_booking": "Geen boeking voor de vorm",
    "must_requirement": "Onmisbare eis",
    "expert_hours": "Uren van deskundigen",
    "overbooking": "Niet meer dan gevraagd",
    "mentoring": "Een begeleider voor ieder die leert",
    "stretch_cap": "Niet alleen leren",
    "commitment": "Vastgezet, bevroren en verboden",
    "relation": "Apart en samen",
    "lending_cap": "Uitlenen binnen de afspraak",
    "rotation": "Rouleren",
    "hires": "Ruimte voor nieuwe mensen",
    "budget": "Binnen het budget",
    "staffing": "Uren die open blijven",
    "expertise_coverage": "Kennis die in een team ontbreekt",
    "talent_coverage": "Talent dat in een team ontbreekt",
    "expertise_fit": "Werk boven wat mensen weten",
    "talent_fit": "Werk naast hoe mensen het best werken",
    "energy": "Werk dat energie kost",
    "wishes": "Wensen die niet uitkomen",
    "talent_use": "Talenten die blijven liggen",
    "role_width": "Smalle rollen",
    "responsibility": "Te weinig eigen verantwoordelijkheid",
    "stretch": "Te weinig te leren",
    "load_balance": "Ongelijke belasting",
    "focus": "Te veel dingen tegelijk",
    "stability": "Werk weg bij wie het nu doet",
    "continuity": "Kennis bij één persoon",
    "lending": "Uren voor een andere afdeling",
    "hiring": "Kosten van nieuwe mensen",
    "cost": "Kosten van het plan",
}

#: unit of a rule → one and several of it in Dutch
UNITS: Mapping[str, tuple[str, str]] = {
    "activities": ("activiteit", "activiteiten"),
    "bookings": ("boeking", "boekingen"),
    "hours": ("uur", "uren"),
    "learners": ("lerende", "lerenden"),
    "money": ("geld", "geld"),
    "pairs": ("paar", "paren"),
    "people": ("persoon", "mensen"),
    "single points of failure": ("zwakke plek", "zwakke plekken"),
    "wishes": ("wens", "wensen"),
}


class Words:
    """The words of one language: `words("gap", gap="2 %")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._index = list(Language).index(Language(language))

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with the values filled in."""
        text = WORDS[key][self._index]
        return text.format(**values) if values else text

    def rule(self, name: str, title: str) -> str:
        """The title of a rule."""
        return title if self.language == "en" else RULE_TITLES.get(name, title)

    def unit(self, unit: str, amount: float = 0) -> str:
        """The unit of a rule as it stands after an amount: 1 activity, 2 activities."""
        if self.language == "en" or unit not in UNITS:
            return unit_of(amount, unit)
        return UNITS[unit][amount != 1]

    def number(self, value: float) -> str:
        """At most two decimals, thousands apart: 15,649.36 or 15.649,36; a dot for a number that is not told."""
        if math.isnan(value):
            return "·"
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
        return text if self.language == "en" else text.translate({ord(","): ".", ord("."): ","})

    def percent(self, share: float) -> str:
        """A share in percents, cut and never rounded: 99.98 % is not 100 %, nor is 0.02 % nothing."""
        percents = 100 * share
        whole = round(percents, 6)
        if 0 < whole < 0.1:
            return f"< {self.number(0.1)} %"
        if whole in (0, 100) or 10 <= whole < 99:
            return f"{math.floor(whole)} %"
        return f"{self.number(math.floor(10 * whole) / 10)} %"

    def best(self, stage: str) -> str:
        """Whose cost the best is that is known at a stage of the search: of all rules, or of those of a tier."""
        what, _, number = stage.partition(" ")
        return self("best_tier", n=number) if what == "tier" else self("best")

    def far(self, gap: float | None, tiers: bool = False) -> str:
        """How far a plan can be from the best there is; with tiers the gap is that of the last one."""
        if gap is None:
            return self("gap_unknown")
        return self("gap_tiers" if tiers else "gap", gap=self.percent(gap))


class Names:
    """What the ids of a portfolio are called in one language; where two people share a name, the id stands with it."""

    def __init__(self, portfolio: Portfolio, language: str) -> None:
        self.portfolio, self._language = portfolio, language

    @cached_property
    def _people(self) -> dict[str, str]:
        return _told_apart({person.id: plain(person.name) for person in self.portfolio.people})

    @cached_property
    def _activities(self) -> dict[str, str]:
        return _told_apart({activity.id: plain(activity.name) for activity in self.portfolio.activities})

    @cached_property
    def _projects(self) -> dict[str, str]:
        return _told_apart({project.id: plain(project.name) for project in self.portfolio.projects})

    def person(self, id: str) -> str:
        """The name of a person."""
        return self._people[id]

    def activity(self, id: str) -> str:
        """The name of an activity."""
        return self._activities[id]

    def project(self, id: str) -> str:
        """The name of a project."""
        return self._projects[id]

    def term(self, id: str) -> str:
        """The label of a term."""
        return plain(self.portfolio.label(id, self._language))


def _told_apart(names: dict[str, str]) -> dict[str, str]:
    times = Counter(names.values())
    return {id: name if times[name] == 1 else f"{name} ({id})" for id, name in names.items()}
