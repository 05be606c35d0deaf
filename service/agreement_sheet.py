"""What every form of the talent agreement has in common: its parts, in order."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.agreement import Agreement
from scenarios.phrases import Phrases
from service.words import plain

#: lines to write on
LINES = 4
#: columns of the work
COLUMNS = ("activity", "hours", "when", "role")


def lists(agreement: Agreement, say: Phrases) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The headed lists of the sheet, in order; one that is empty says so."""
    talents = (*agreement.talents_used, *agreement.talents_unused)
    yield say("agree_talents"), talents or (say("no_top_talents"),)
    yield say("agree_learning"), tuple(one.text for one in agreement.learning) or (say("no_learning"),)
    yield say("agree_energy"), agreement.energy or (say("no_energy"),)


def about(agreement: Agreement) -> str:
    """Whose unit, which plan, which days and how many hours, in one line."""
    parts = (agreement.unit, agreement.plan, agreement.period, agreement.load)
    return " · ".join(plain(part) for part in parts if part)
