"""Words that several changes say in the same way: names, periods, money, shares, lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from solver.portfolio import Activity, Booking, Person, Portfolio, Project, Unit


def name_of(items: Iterable[Person | Activity | Project | Unit], wanted: str) -> str:
    """The name of the item with that id; the id itself where there is none."""
    return next((item.name for item in items if item.id == wanted), wanted)


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join((*(", ".join(names[:-1]),) * (len(names) > 1), *names[-1:]))


def from_on(portfolio: Portfolio, period: int) -> str:
    """` from week 5 on`; nothing for the first period."""
    return f" from {portfolio.calendar.period} {period} on" if period else ""


def periods(portfolio: Portfolio, count: int) -> str:
    """`1 week`, `4 weeks`."""
    return f"{count} {portfolio.calendar.period}{'s' * (count != 1)}"


def span(portfolio: Portfolio, first: int, last: int) -> str:
    """` in week 2`, ` in weeks 2 to 5`; nothing for the whole calendar."""
    unit = portfolio.calendar.period
    if first == 0 and last == portfolio.calendar.periods - 1:
        return ""
    return f" in {unit} {first}" if first == last else f" in {unit}s {first} to {last}"


def unbound(portfolio: Portfolio, bookings: Iterable[Booking]) -> str:
    """`; Ana and Bob are no longer pinned by week`, of pinned bookings that lose their periods; nothing without any."""
    people = list(dict.fromkeys(name_of(portfolio.people, one.person) for one in bookings))
    if not people:
        return ""
    return f"; {listed(people)} {'are' if people[1:] else 'is'} no longer pinned by {portfolio.calendar.period}"


def cost(amount: float) -> str:
    """`, at a cost of 4,000`; nothing where it costs nothing."""
    return f", at a cost of {money(amount)}" if amount else ""


def money(amount: float) -> str:
    """`4,000`, `95.50`."""
    return f"{amount:,.2f}".removesuffix(".00")


def percent(share: float) -> str:
    """`40 %`."""
    return f"{round(100 * share)} %"


def count(number: int, one: str, many: str) -> str:
    """`1 activity`, `3 activities`."""
    return f"{number:,} {one if number == 1 else many}"
