"""A grid of changes, all solved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from scenarios.changes import Change, ChangeInvalid, changes_to_json, parse_changes
from scenarios.scenario import apply, words
from scenarios.studies.base import MOST_KEPT, Finding, Solved, Study
from scenarios.studies.desk import Ask, Desk
from solver.difference import plain
from solver.fields import Label
from solver.portfolio import Part, Portfolio, Problem
from solver.proposal import Figure, Proposal
from solver.proposal import Part as Line

#: solves of one sweep at most
MOST_CELLS = 200


def _changes(given: Any) -> tuple[Change, ...]:
    there = isinstance(given, list | tuple) and all(isinstance(one, Change) for one in given)
    return tuple(given) if there else parse_changes(given)


class Option(Part):
    """One of the things that could be done; without changes, nothing is."""

    name: Annotated[Label, Field(description="what it is called in the table")]
    changes: Annotated[
        tuple[Change, ...],
        BeforeValidator(_changes),
        PlainSerializer(changes_to_json, return_type=list[dict[str, Any]]),
        Field(description="the changes; none is as it stands"),
    ] = ()


class Axis(Part):
    """Options of which one is taken at a time; the first is the one that others are reached from."""

    name: Annotated[Label, Field(description="what the options are about")]
    options: Annotated[tuple[Option, ...], Field(min_length=1, description="what could be done, one at a time")]


class Cell(Line):
    """One combination of options.

    changes: of all its options together, to be run again; words: each in a sentence. problem: why the changes cannot be
    made together, and then there is nothing else. same_as: the number of an earlier cell with the same portfolio, which
    was not solved again. The figures are null where there is no plan: difference in cost from the base (with
    `by_amount`, the part of it that does not come from other weights), verdict of that comparison, hours open, people
    missing, hours lent, money and its difference from the base (null where nobody has a rate). proposal: the
    plan, of the `MOST_KEPT` that cost least; null for others, and where it is that of an earlier cell.
    """

    options: tuple[str, ...]
    changes: list[dict[str, Any]]
    words: tuple[str, ...]
    problem: str | None
    same_as: int | None
    solved: Solved | None
    difference: Figure | None
    by_amount: Figure | None
    verdict: str | None
    hours_open: int | None
    people_missing: int | None
    hours_lent: int | None
    money: Figure | None
    money_difference: Figure | None
    proposal: Proposal | None


class Grid(Finding):
    """All combinations, the last axis changing fastest; best: the numbers of those that cost least, cheapest first.

    Cells whose changes touch the weights of rules are not among the best: other weights, other points.
    """

    axes: tuple[str, ...]
    cells: tuple[Cell, ...]
    best: tuple[int, ...]


class Sweep(Study):
    """A grid of changes: one option of each axis, every combination solved, and the key figures of all in a table.

    A combination starts from the plan of the one with its last choice undone (the first option of that axis), so that
    near ones share their search; the same portfolio is solved once, and one that is as it stands not at all.
    """

    title: ClassVar[str] = "A grid of changes, all solved"
    finding: ClassVar[type[Finding]] = Grid
    kind: Literal["sweep"] = "sweep"
    axes: Annotated[tuple[Axis, ...], Field(min_length=1, description="what is varied")]

    def problems(self, portfolio: Portfolio) -> Iterable[Problem]:
        """Not too many combinations, and no option that cannot be made in any of them."""
        cells = prod(len(axis.options) for axis in self.axes)
        if cells > MOST_CELLS:
            yield Problem("/axes", "too_many", cells, f"at most {MOST_CELLS} combinations")
            return
        made = {choice: self._made(portfolio, choice) for choice in self._choices()}
        told: dict[tuple[str, str], Problem] = {}
        for i, axis in enumerate(self.axes):
            for j in range(len(axis.options)):
                found = [one for choice, one in made.items() if choice[i] == j]
                if isinstance(found[0], ChangeInvalid) and all(isinstance(one, ChangeInvalid) for one in found):
                    told |= {
                        (one.path, one.code): one for one in found[0].problems if one.path.startswith(f"/axes/{i}/")
                    }
        if told:
            yield from told.values()
        elif all(isinstance(one, ChangeInvalid) for one in made.values()):
            yield from next(one.problems for one in made.values() if isinstance(one, ChangeInvalid))

    def _choices(self) -> list[tuple[int, ...]]:
        """Every combination, as the number of the option of each axis."""
        return list(product(*(range(len(axis.options)) for axis in self.axes)))

    def _options(self, choice: tuple[int, ...]) -> list[Option]:
        return [axis.options[j] for axis, j in zip(self.axes, choice, strict=True)]

    def _changes(self, choice: tuple[int, ...]) -> tuple[Change, ...]:
        return tuple(change for option in self._options(choice) for change in option.changes)

    def _made(self, portfolio: Portfolio, choice: tuple[int, ...]) -> Portfolio | ChangeInvalid:
        """The portfolio of a combination, or why there is none, with paths within the study."""
        for i, option in enumerate(self._options(choice)):
            try:
                portfolio = apply(portfolio, option.changes, ("axes", i, "options", choice[i], "changes"))
            except ChangeInvalid as invalid:
                return invalid
        return portfolio

    def answer(self, desk: Desk) -> tuple[Grid, Iterable[str]]:
        """All combinations: those nearest to the first of all first, each from the plan of a nearer one."""
        choices = self._choices()
        made = {choice: self._made(desk.portfolio, choice) for choice in choices}
        hashes = {choice: one.sha256() for choice, one in made.items() if isinstance(one, Portfolio)}
        first_of: dict[str, tuple[int, ...]] = {}
        for choice, sha in hashes.items():
            first_of.setdefault(sha, choice)
        as_it_stands = desk.portfolio.sha256()
        found: dict[tuple[int, ...], Proposal | None] = {}
        waiting = []
        for choice in first_of.values():
            if hashes[choice] == as_it_stands:
                found[choice] = desk.plan
            else:
                waiting.append(choice)
        desk.expect(len(waiting))
        for depth in range(len(self.axes) + 1):
            now = [choice for choice in waiting if sum(map(bool, choice)) == depth]
            asks = [
                Ask(self._name(choice), self._changes(choice), _nearer(choice, hashes, first_of, found))
                for choice in now
            ]
            if asks:
                found |= dict(zip(now, desk.find("grid", asks), strict=True))
        numbers = {choice: n for n, choice in enumerate(choices)}
        cells = []
        for choice in choices:
            one, first = made[choice], first_of.get(hashes.get(choice, ""))
            same_as = None if first is None or first == choice else numbers[first]
            cells.append(self._cell(desk, choice, one, None if first is None else found.get(first), same_as))
        best = [n for n, cell in enumerate(cells) if _comparable(cell)]
        best.sort(key=lambda n: cells[n].difference or 0)
        rest = [n for n, cell in enumerate(cells) if cell.proposal is not None and n not in best]
        for n in [*best, *rest][MOST_KEPT:]:
            cells[n] = cells[n].model_copy(update={"proposal": None})
        grid = Grid(axes=tuple(axis.name for axis in self.axes), cells=tuple(cells), best=tuple(best))
        return grid, _told(grid, [self._name(choice) for choice in choices])

    def _name(self, choice: tuple[int, ...]) -> str:
        """What of a combination is done, without what is left as it stands."""
        options = self._options(choice)
        done = [option.name for option in options if option.changes]
        return " + ".join(done or dict.fromkeys(option.name for option in options))

    def _cell(
        self,
        desk: Desk,
        choice: tuple[int, ...],
        made: Portfolio | ChangeInvalid,
        proposal: Proposal | None,
        same_as: int | None,
    ) -> Cell:
        changes = self._changes(choice)
        invalid = isinstance(made, ChangeInvalid)
        difference = None
        if isinstance(made, Portfolio) and proposal is not None:
            difference = desk.difference(self._name(choice), made, proposal)
        rules = () if difference is None else difference.rules
        return Cell(
            options=tuple(option.name for option in self._options(choice)),
            changes=changes_to_json(changes),
            words=() if invalid else words(desk.portfolio, changes),
            problem=str(made) if invalid else None,
            same_as=same_as,
            solved=Solved.of(proposal, made) if isinstance(made, Portfolio) and proposal is not None else None,
            difference=None if difference is None else difference.total.difference,
            by_amount=None if difference is None else round(sum(rule.cost_by_amount or 0 for rule in rules), 4),
            verdict=None if difference is None else difference.verdict.proven,
            hours_open=None if proposal is None else sum(one.hours for one in proposal.unfilled),
            people_missing=None if proposal is None else _missing(proposal),
            hours_lent=None if difference is None else int(sum(one.hours.after or 0 for one in difference.lending)),
            money=None if difference is None else difference.money.total.after,
            money_difference=None if difference is None else difference.money.total.difference,
            proposal=proposal if same_as is None else None,
        )


def _nearer(
    choice: tuple[int, ...],
    hashes: dict[tuple[int, ...], str],
    first_of: dict[str, tuple[int, ...]],
    found: dict[tuple[int, ...], Proposal | None],
) -> Proposal | None:
    """The plan of the combination with the last choice undone, or with the last two, and so on."""
    for i in reversed(range(len(choice))):
        choice = (*choice[:i], 0, *choice[i + 1 :])
        plan = found.get(first_of.get(hashes.get(choice, ""), ()))
        if plan is not None:
            return plan
    return None


def _missing(proposal: Proposal) -> int:
    return sum(one.missing for line in proposal.unfilled for one in (*line.expertise, *line.talents))


def _comparable(cell: Cell) -> bool:
    return cell.difference is not None and cell.verdict != "incomparable" and cell.same_as is None


def _told(grid: Grid, names: Sequence[str]) -> Iterable[str]:
    for n in grid.best[:3]:
        cell = grid.cells[n]
        if not cell.changes:
            if n == grid.best[0]:
                yield "Nothing that was compared costs less than it does as it stands"
            continue
        much = plain(abs(cell.difference or 0))
        how = f"{much} {'less' if (cell.difference or 0) < 0 else 'more'} than" if cell.difference else "the same as"
        yield f"{names[n]} costs {how} it does as it stands"
    failed = [name for name, cell in zip(names, grid.cells, strict=True) if cell.problem is not None]
    if failed:
        yield f"{len(failed)} of {len(grid.cells)} combinations cannot be made, as {failed[0]}"
