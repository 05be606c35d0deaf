"""What an activity asks for."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, model_validator

from scenarios.changes.base import ActivityRef, Change, TermRef, cannot, malformed, term_id
from scenarios.changes.edits import activity_of
from scenarios.changes.sentences import count, listed, name_of
from solver.fields import Level, Whole
from solver.portfolio import Activity, Portfolio, Requirement


class SetRequirement(Change):
    """An activity asks for more, less or something else on one term, or no longer for it.

    What is given replaces what stood there; the rest stays. A term that was not asked for needs a level. Whether it is
    among the expertise or the talents follows from the vocabulary.
    """

    title: ClassVar[str] = "Change a requirement"
    change: Literal["set_requirement"] = "set_requirement"
    activity: Annotated[ActivityRef, Field(description="the activity that asks")]
    term: Annotated[TermRef, Field(description="the expertise or talent asked for")]
    level: Annotated[Level | None, Field(description="the level asked for")] = None
    people: Annotated[
        Annotated[int, Whole(1, 1_000_000)] | None, Field(description="how many team members must hold it")
    ] = None
    must: Annotated[StrictBool | None, Field(description="whether nothing is booked unless it is met")] = None
    weight: Annotated[Level | None, Field(description="how much it weighs")] = None
    remove: Annotated[StrictBool, Field(description="whether the activity no longer asks for it")] = False

    @model_validator(mode="after")
    def _says_something(self) -> SetRequirement:
        if self.remove and self._said():
            raise malformed("remove", "one_of", "either remove or what is asked for")
        if not self.remove and not self._said():
            raise malformed("level", "missing", "at least one of level, people, must and weight, or remove")
        return self

    def _said(self) -> dict[str, int | bool]:
        given = {"level": self.level, "people": self.people, "must": self.must, "weight": self.weight}
        return {name: value for name, value in given.items() if value is not None}

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The requirement is replaced in its place, added last, or removed."""
        activity, term = activity_of(portfolio, self.activity), term_id(portfolio, self.term)
        field = "expertise" if portfolio.terms[term].dimension == "expertise" else "talents"
        asked: dict[str, Requirement] = {one.term: one for one in getattr(activity, field)}
        if self.remove:
            if term not in asked:
                cannot(("term",), "not_asked", self.term, f"a term that {activity.name} asks for")
            del asked[term]
        elif term in asked:
            asked[term] = asked[term].model_copy(update=self._said())
        elif self.level is None:
            cannot(("level",), "missing", None, f"required: {activity.name} does not ask for this term yet")
        else:
            asked[term] = Requirement.model_validate({"term": term, **self._said()})
        changed = activity.model_copy(update={field: tuple(asked.values())})
        activities = tuple(changed if one.id == activity.id else one for one in portfolio.activities)
        return portfolio.model_copy(update={"activities": activities})

    def words(self, portfolio: Portfolio) -> str:
        """Which activity asks for what from now on."""
        term = term_id(portfolio, self.term)
        what = portfolio.label(term)
        where = name_of(portfolio.activities, self.activity)
        if self.remove:
            return f"{where} no longer asks for {what}"
        before = next((one for one in portfolio.activities if one.id == self.activity), None)
        was = None if before is None else _asked(before, term)
        parts = []
        if self.level is not None:
            instead = f" instead of {was.level}" if was is not None and was.level != self.level else ""
            parts.append(f"at level {self.level}{instead}")
        if self.people is not None:
            parts.append(f"of {count(self.people, 'person', 'people')}")
        if self.must is not None:
            parts.append("as a must" if self.must else "if possible")
        if self.weight is not None:
            parts.append(f"with weight {self.weight}")
        return f"{where} asks for {what} {listed(parts)}"


def _asked(activity: Activity, term: str) -> Requirement | None:
    return next((one for one in (*activity.expertise, *activity.talents) if one.term == term), None)
