"""People who need not keep apart, or together, any more."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scenarios.changes.base import Change, PersonRef, cannot
from scenarios.changes.sentences import listed, name_of
from solver.portfolio import Portfolio


class DropRelation(Change):
    """A relation goes: these people need not work apart, or together, any more."""

    title: ClassVar[str] = "Drop a relation"
    change: Literal["drop_relation"] = "drop_relation"
    people: Annotated[tuple[PersonRef, ...], Field(min_length=2, description="everybody in the relation")]
    kind: Annotated[Literal["apart", "together"], Field(description="`apart` or `together`")]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """Every relation of that kind between exactly these people goes."""
        meant = (self.kind, frozenset(self.people))
        kept = tuple(one for one in portfolio.relations if (one.kind, frozenset(one.people)) != meant)
        if len(kept) == len(portfolio.relations):
            cannot(("people",), "no_relation", list(self.people), f"the people of a relation {self.kind}")
        return portfolio.model_copy(update={"relations": kept})

    def words(self, portfolio: Portfolio) -> str:
        """Who, and what they need not do."""
        names = listed([name_of(portfolio.people, person) for person in self.people])
        return f"{names} need not work {self.kind} any more"
