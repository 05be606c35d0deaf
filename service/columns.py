"""The portfolio as sheets with columns: what each is called, holds and means, and where it stands in the portfolio.

One page to change when the contract gets a field; `service/spreadsheet.py` reads and writes by it, the template's
explanations come from it, and a test holds `docs/spreadsheets.md` to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from service.sheets import Value

Kind = Literal["id", "text", "whole", "number", "date", "yes_no", "ids", "texts", "wholes", "hours", "setting"]

HOLDS: dict[Kind, str] = {
    "id": "an id",
    "text": "text",
    "whole": "a whole number",
    "number": "a number",
    "date": "a date, such as 2027-01-04",
    "yes_no": "TRUE or FALSE (yes or no)",
    "ids": "ids with ; between them",
    "texts": "texts with ; between them",
    "wholes": "whole numbers with ; between them",
    "hours": "a whole number, or one for each period with ; between them",
    "setting": "a number, text, TRUE or FALSE",
}


@dataclass(frozen=True)
class Column:
    """A column. `field` is its place in the record (`window/first`), the name itself where it is left out."""

    name: str
    kind: Kind
    meaning: str
    needed: bool = False
    field: str = ""
    choices: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the value stands in the record, as a JSON pointer without its first slash."""
        return self.field or self.name


@dataclass(frozen=True)
class Layout:
    """A sheet. Each row is a record of the list at `path`.

    With `owner` (a list of the portfolio) the first column names the record that the row belongs to, and `path` is the
    list inside that record. `plain`: the one column left is the list's item, not a field of it.
    """

    name: str
    path: str
    meaning: str
    columns: tuple[Column, ...]
    examples: tuple[tuple[Value, ...], ...]
    owner: str = ""
    plain: bool = False


def _needed(name: str, kind: Kind, meaning: str, field: str = "", choices: tuple[str, ...] = ()) -> Column:
    return Column(name, kind, meaning, True, field, choices)


LABEL = "label_"
"""A column for the labels in one language: label_en, label_nl, label_pt-BR."""

TERM = "term of the vocabulary: its id or an alias"
SOURCES = ("self", "manager", "peers", "test", "certificate", "observed")
PERSON = _needed("person", "id", "id of the person")
OBSERVATION = (
    PERSON,
    _needed("term", "text", TERM),
    _needed("level", "whole", "level (1–5)"),
    Column("source", "text", "who or what says so; left blank is unstated", choices=SOURCES),
    Column("on", "date", "when it was observed"),
)

KEYS: tuple[Column, ...] = (
    _needed("id", "id", "short id of the portfolio"),
    _needed("name", "text", "name of the portfolio"),
    _needed("start", "date", "first day of period 0", "calendar/start"),
    _needed("period", "text", "how long a period is: day, week or month", "calendar/period"),
    _needed("periods", "whole", "how many periods there are", "calendar/periods"),
    Column("now", "whole", "first period that is not past; blank is 0", field="calendar/now"),
    Column("block_hours", "whole", "bookings come in multiples of this; blank is 4"),
    Column("preset", "text", "named set of rule weights; blank is balanced", field="policy/preset"),
    Column("budget", "number", "money that the plan may cost; blank is no budget", field="policy/budget"),
)
"""The rows of the sheet `portfolio`, which has the columns key and value."""
KEY_EXAMPLES: tuple[Value, ...] = ("example", "Example", date(2027, 1, 4), "week", 12, 0, 4, "balanced", 50000)

RULES = (
    _needed("rule", "text", "name of a rule, such as role_width"),
    Column("setting", "text", "weight, mode, tolerance or a setting of the rule's own"),
    Column("value", "setting", "what it is set to"),
)
RULES_MEANING = "settings of rules that differ from the preset, one a row"
RULE_EXAMPLES: tuple[tuple[Value, ...], ...] = (("role_width", "weight", 6), ("role_width", "max_share", 0.5))
TIERS = (
    _needed("tier", "whole", "1 is solved first, then 2, …"),
    Column("rule", "text", "name of a soft rule in this tier"),
)
TIERS_MEANING = "soft rules that are solved one tier after the other"
TIER_EXAMPLES: tuple[tuple[Value, ...], ...] = ((1, "staffing"), (2, "expertise_fit"))

REQUIREMENTS = Layout(
    "requirements",
    "",
    "what activities ask for, the WHAT and the HOW alike: the term's dimension decides which it is",
    (
        _needed("activity", "id", "id of the activity"),
        _needed("term", "text", TERM),
        _needed("level", "whole", "level asked for (1–5)"),
        Column("people", "whole", "how many different team members must hold it; blank is 1"),
        Column("must", "yes_no", "TRUE: no hours are booked unless it is met; blank is FALSE"),
        Column("weight", "whole", "weight among the activity's requirements (1–5); blank is 1"),
    ),
    (("a01", "public-finance", 3, 1, True, 1), ("a01", "relating", 4, 1, False, 1)),
    owner="activities",
)

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "vocabulary",
        "vocabulary",
        "the terms that people and activities are described in",
        (
            _needed("id", "id", "id of the term"),
            _needed("dimension", "text", "expertise (the WHAT) or talent (the HOW)", choices=("expertise", "talent")),
            Column(f"{LABEL}en", "text", "the term in English", field="labels/en"),
            Column(f"{LABEL}nl", "text", "the term in Dutch; likewise any other language", field="labels/nl"),
            Column("aliases", "texts", "other words for the term"),
            Column("broader", "id", "the wider term that this one is part of"),
            Column("uri", "text", "where the term is defined, such as ESCO"),
        ),
        (
            ("public-finance", "expertise", "Public finance", "Overheidsfinanciën", "gemeentefinanciën", None, None),
            ("relating", "talent", "Building relations", "Relaties bouwen", None, None, None),
            ("empathy", "talent", "Empathy", "Inleven", None, "relating", None),
        ),
    ),
    Layout(
        "goals",
        "goals",
        "what the organisation wants to reach",
        (
            _needed("id", "id", "id of the goal"),
            _needed("name", "text", "name of the goal"),
            Column("weight", "whole", "importance (1–5); blank is 3"),
        ),
        (("client-trust", "Clients come back", 3),),
    ),
    Layout(
        "units",
        "units",
        "teams or departments",
        (
            _needed("id", "id", "id of the unit"),
            _needed("name", "text", "name of the unit"),
            Column("lend_share", "number", "part of its hours (0–1) that may work for others; blank is 0"),
        ),
        (("advice", "Advice", 0.2), ("support", "Support", 0)),
    ),
    Layout(
        "people",
        "people",
        "who can be booked",
        (
            _needed("id", "id", "id of the person"),
            _needed("name", "text", "name of the person"),
            Column("unit", "id", "id of the person's unit; blank works anywhere"),
            Column("hours_per_period", "hours", "hours in a period; blank is 40"),
            Column("max_learners", "whole", "most learners to mentor; blank is 2", field="mentoring/max_learners"),
            Column("performance", "whole", "talent review (1–3), shown to HR alone"),
            Column("potential", "whole", "talent review (1–3), shown to HR alone"),
            Column("rate", "number", "money for an hour; blank counts as 0"),
            Column("leaves", "whole", "first period in which the person is gone; blank stays"),
            Column("candidate_cost", "number", "what taking on this candidate costs", field="candidate/cost"),
            Column("candidate_group", "id", "the group this candidate counts in", field="candidate/group"),
            Column("rotation_share", "number", "at least this part (0–1) of the hours is for other units; blank is 0"),
        ),
        (
            ("p01", "Ana", "advice", 32, 2, None, None, 95, None, None, None, 0),
            ("p02", "Bo", "support", "36;36;36;36;36;36;24;24;24;24;24;24", 2, None, None, 80, None, None, None, 0),
            ("c01", "Senior adviser", "advice", 32, 2, None, None, 100, None, 4000, "hires", 0),
        ),
    ),
    Layout(
        "expertise",
        "expertise",
        "what people know and can do now; several observations of one term are combined",
        OBSERVATION,
        (("p01", "public-finance", 3, "manager", date(2026, 10, 1)), ("c01", "public-finance", 4, None, None)),
        owner="people",
    ),
    Layout(
        "talents",
        "talents",
        "how people naturally work; several observations of one term are combined",
        OBSERVATION,
        (("p01", "empathy", 4, "test", date(2026, 9, 15)), ("p02", "relating", 4, "self", None)),
        owner="people",
    ),
    Layout(
        "energy",
        "energy",
        "what gives people energy and what drains them",
        (
            PERSON,
            _needed("of", "text", "kind:…, talent:…, expertise:…, phase:… or project:…"),
            _needed("value", "whole", "-2 (drains) to 2 (gives energy)"),
        ),
        (("p01", "kind:workshop", 2), ("p01", "phase:closing", -2)),
        owner="people",
    ),
    Layout(
        "ambitions",
        "ambitions",
        "terms that people want to grow in",
        (PERSON, _needed("term", "text", TERM), _needed("level", "whole", "level aimed at (1–5)")),
        (("p01", "public-finance", 4),),
        owner="people",
    ),
    Layout(
        "wishes",
        "wishes",
        "activities that people asked for",
        (PERSON, _needed("activity", "id", "id of the activity")),
        (("p01", "a01"),),
        owner="people",
        plain=True,
    ),
    Layout(
        "absences",
        "absences",
        "periods in which people are away",
        (
            PERSON,
            _needed("first", "whole", "first period, counted from 0"),
            _needed("last", "whole", "last period, itself included"),
            Column("hours", "whole", "hours away in each period; blank is all of it"),
        ),
        (("p01", 3, 3, None), ("p02", 5, 6, 8)),
        owner="people",
    ),
    Layout(
        "trained",
        "trained",
        "planned trainings",
        (
            PERSON,
            _needed("term", "text", TERM),
            _needed("level", "whole", "the level is at least this (1–5)"),
            _needed("from", "whole", "from this period on"),
        ),
        (("p02", "public-finance", 2, 6),),
        owner="people",
    ),
    Layout(
        "lent",
        "lent",
        "people who may work for another unit for a while",
        (
            PERSON,
            _needed("unit", "id", "id of the unit that borrows"),
            _needed("first", "whole", "first period, counted from 0"),
            _needed("last", "whole", "last period, itself included"),
            _needed("share", "number", "at most this part (0–1) of the hours available in them"),
        ),
        (("p02", "advice", 0, 5, 0.5),),
        owner="people",
    ),
    Layout(
        "projects",
        "projects",
        "the work, by project",
        (
            _needed("id", "id", "id of the project"),
            _needed("name", "text", "name of the project"),
            Column("unit", "id", "id of the unit it belongs to; blank is open to everybody"),
            Column("lead", "id", "id of the person who leads it"),
            Column("goals", "ids", "goals it serves"),
        ),
        (("x", "Project X", "advice", "p01", "client-trust"),),
    ),
    Layout(
        "activities",
        "activities",
        "the pieces of work that projects consist of",
        (
            _needed("id", "id", "id of the activity"),
            _needed("project", "id", "id of its project"),
            Column("phase", "text", "phase of the project, such as opening"),
            _needed("name", "text", "name of the activity"),
            _needed("kind", "text", "sort of work, such as interview or writing"),
            _needed("hours", "whole", "hours asked for"),
            _needed("first", "whole", "first period it can be worked in, counted from 0", "window/first"),
            _needed("last", "whole", "last period it can be worked in, itself included", "window/last"),
            Column("team_min", "whole", "fewest people on it; blank is 1", field="team/min"),
            Column("team_max", "whole", "most people on it; blank is 99", field="team/max"),
            Column("priority", "whole", "1–5; blank is 3"),
            Column("responsibility", "yes_no", "TRUE: work done on one's own account; blank is FALSE"),
            Column("critical", "yes_no", "TRUE: losing its expertise would stop the project; blank is FALSE"),
            Column("after", "ids", "activities whose windows must end before this one begins"),
        ),
        (
            ("a01", "x", "opening", "Interviews", "interview", 80, 0, 3, 1, 3, 3, True, False, None),
            ("a02", "x", "closing", "Report", "writing", 40, 4, 8, 1, 2, 3, False, False, "a01"),
        ),
    ),
    REQUIREMENTS,
    Layout(
        "bookings",
        "bookings",
        "what is booked already, or must not be",
        (
            PERSON,
            _needed("activity", "id", "id of the activity"),
            Column("hours", "whole", "hours; may be blank where forbidden or frozen"),
            _needed(
                "status",
                "text",
                "pinned (stays), incumbent (there today), forbidden, or frozen (worked before now)",
                choices=("pinned", "incumbent", "forbidden", "frozen"),
            ),
            Column("by_period", "wholes", "hours in each period of the activity's window"),
        ),
        (("p01", "a01", 16, "incumbent", None), ("p02", "a02", 8, "pinned", "8;0;0;0;0")),
    ),
    Layout(
        "relations",
        "relations",
        "people who never, or only, work together",
        (
            _needed("people", "ids", "two people or more"),
            _needed("kind", "text", "apart or together, on an activity's team", choices=("apart", "together")),
        ),
        (("p01;c01", "together"),),
    ),
    Layout(
        "max_hires",
        "policy/max_hires",
        "how many candidates may be taken on",
        (
            _needed("group", "id", "group of candidates"),
            _needed("most", "whole", "at most so many of them"),
        ),
        (("hires", 1),),
    ),
    Layout(
        "lending",
        "policy/lending",
        "directions between two units that are opened",
        (
            _needed("from", "id", "id of the unit that lends"),
            _needed("to", "id", "id of the unit that borrows"),
            _needed("share", "number", "at most this part (0–1) of the lender's hours"),
        ),
        (("support", "advice", 0.25),),
    ),
    Layout(
        "fixed_costs",
        "policy/fixed_costs",
        "costs that the plan has whatever it books",
        (_needed("what", "text", "what it is for"), _needed("money", "number", "what it costs")),
        (("Travel", 1500.5),),
    ),
)
"""The sheets whose rows are records, in the order of the workbook."""
