"""Edits that several changes make; each gives a copy, and leaves the checking to `Change.apply`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from scenarios.changes.base import cannot
from solver.portfolio import Activity, Booking, FixedCost, Person, Portfolio

LONGEST_NAME = 1000


def person_of(portfolio: Portfolio, wanted: str) -> Person:
    """The person with that id, which is known to exist."""
    return next(person for person in portfolio.people if person.id == wanted)


def activity_of(portfolio: Portfolio, wanted: str) -> Activity:
    """The activity with that id, which is known to exist."""
    return next(activity for activity in portfolio.activities if activity.id == wanted)


def with_person(portfolio: Portfolio, person: Person) -> Portfolio:
    """A copy in which `person` stands for whoever had that id."""
    people = tuple(person if one.id == person.id else one for one in portfolio.people)
    return portfolio.model_copy(update={"people": people})


def with_cost(portfolio: Portfolio, what: str, money: float) -> Portfolio:
    """A copy with one more fixed cost, unless it is nothing."""
    if not money:
        return portfolio
    costs = (*portfolio.policy.fixed_costs, FixedCost.model_construct(what=what[:LONGEST_NAME], money=money))
    return portfolio.model_copy(update={"policy": portfolio.policy.model_copy(update={"fixed_costs": costs})})


def with_booking(portfolio: Portfolio, booking: Booking) -> Portfolio:
    """A copy in which `booking` is the only one of its pair, in the place of the one it replaces, else last."""
    pair = (booking.person, booking.activity)
    bookings = {(one.person, one.activity): one for one in portfolio.bookings} | {pair: booking}
    return portfolio.model_copy(update={"bookings": tuple(bookings.values())})


def booking_of(portfolio: Portfolio, person: str, activity: str) -> Booking | None:
    """The booking of a pair."""
    return next((one for one in portfolio.bookings if (one.person, one.activity) == (person, activity)), None)


def worked_hours(portfolio: Portfolio, booking: Booking) -> int:
    """Hours of a frozen booking before `now`; 0 of any other."""
    if booking.status != "frozen" or booking.by_period is None:
        return 0
    first = activity_of(portfolio, booking.activity).window.first
    return sum(booking.by_period[: max(0, portfolio.calendar.now - first)])


def refuse_worked(portfolio: Portfolio, person: str, activity: str) -> None:
    """Refuse a pair of which hours were worked: a pair has one booking, and what was worked stays."""
    booking = booking_of(portfolio, person, activity)
    worked = 0 if booking is None else worked_hours(portfolio, booking)
    if worked:
        expected = f"a person who has not worked on this activity yet; {worked} h are frozen, and what was worked stays"
        cannot(("person",), "already_worked", person, expected)


def without_activities(portfolio: Portfolio, gone: Collection[str]) -> Portfolio:
    """A copy without these activities, their bookings and wishes for them; what came after one comes after its `after`.

    Hours that were worked on them are gone with them, but what they cost stays, as a fixed cost.
    """
    activities = {activity.id: activity for activity in portfolio.activities}

    def before(activity: Activity) -> Iterable[str]:
        for one in activity.after:
            yield from before(activities[one]) if one in gone else (one,)

    kept = tuple(
        activity.model_copy(update={"after": tuple(dict.fromkeys(before(activity)))})
        for activity in portfolio.activities
        if activity.id not in gone
    )
    people = tuple(
        person.model_copy(update={"wishes": tuple(wish for wish in person.wishes if wish not in gone)})
        for person in portfolio.people
    )
    bookings = tuple(booking for booking in portfolio.bookings if booking.activity not in gone)
    paid = portfolio
    rates = {person.id: round(100 * (person.rate or 0)) for person in portfolio.people}
    for activity in portfolio.activities:
        if activity.id in gone:
            own = (booking for booking in portfolio.bookings if booking.activity == activity.id)
            cents = sum(rates[booking.person] * worked_hours(portfolio, booking) for booking in own)
            paid = with_cost(paid, f"Worked already: {activity.name}", cents / 100)
    return paid.model_copy(update={"activities": kept, "people": people, "bookings": bookings})
