"""Best hires: the profiles that the study proposes, against as many random ones and ones of the most demanded terms.

    python -m benchmarks.best_hires --people 30 --activities 40 --seeds 1 2 --profiles 4 --seconds 20

A portfolio (of the library, or made up) is solved, and the study asked for profiles. Then each profile of the three
sorts, of three terms at most, is hired for certain and solved from the same base in the same time. Random ones draw
terms that the work asks for and a unit; demanded ones take the terms with the most hours asked for, the first three,
then one further, each in the unit whose work asks for most of them. Their levels are the highest asked for, so that
nobody fails for a level. Printed as Markdown: how much less the plan costs, the best and the mean of each sort.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.make_portfolio import make
from scenarios.changes.hire import Hire
from scenarios.library import entry
from scenarios.runs import Order, run, run_many
from scenarios.studies import parse_study, run_study
from scenarios.studies.best_hires import HiresFound
from scenarios.studies.desk import StudyProgress, plan_in
from scenarios.studies.profiles import Estimate, Newcomer, Profile
from solver.portfolio import Person, Portfolio, parse
from solver.proposal import Proposal
from solver.settings import Settings
from solver.tables import Tables

SORTS = ("study", "random", "demanded")
TERMS = 3


def gains(portfolio: Portfolio, profiles: int, settings: Settings, seed: int) -> dict[str, list[float]]:
    """Per sort how much less the plan costs with each of its profiles."""
    base = run(portfolio, (), settings).proposal
    if base is None or base.bookings is None:
        raise SystemExit("the portfolio as it stands has no plan")
    asked = parse_study({"kind": "best_hires", "profiles": profiles, "terms": TERMS})
    found = run_study(portfolio, asked, settings, tell, base=base).found
    assert isinstance(found, HiresFound)
    sys.stderr.writelines(f"    study: {one.name}, {one.gain:,.0f}\n" for one in found.profiles)
    people = {"study": [Hire.model_validate(one.change).person for one in found.profiles]}
    hours = people["study"][0].hours_per_period if people["study"] else 40
    newcomer = Newcomer(hours if isinstance(hours, int) else hours[0], 0, None)
    tables = Tables.of(portfolio)
    units: list[str | None] = [unit.id for unit in portfolio.units] or [None]
    estimate = Estimate(portfolio, tables, plan_in(tables, base), newcomer, units)
    for sort, made in (("random", random(estimate, seed)), ("demanded", demanded(estimate))):
        some = [next(made) for _ in people["study"]]
        people[sort] = [newcomer.person(portfolio, one, f"{sort}-{n}") for n, one in enumerate(some)]
    return {sort: list(hired(portfolio, people[sort], base, settings)) for sort in SORTS}


def hired(portfolio: Portfolio, people: Sequence[Person], base: Proposal, settings: Settings) -> Iterator[float]:
    """How much less the plan costs with each of them."""
    orders = [
        Order(portfolio, (Hire.model_validate({"person": one}),), settings, base, str(n))
        for n, one in enumerate(people)
    ]
    before = total(base)
    for one in sorted(run_many(orders), key=lambda done: int(done.id)):
        yield 0.0 if one.proposal is None else before - total(one.proposal)


def total(proposal: Proposal) -> float:
    """The cost of a plan."""
    assert proposal.score_card is not None
    return proposal.score_card.total


def random(estimate: Estimate, seed: int) -> Iterator[Profile]:
    """Terms that the work asks for, at the highest level, in any unit."""
    rng, highest = np.random.default_rng(seed), sorted(estimate.demanded)
    while True:
        atoms = rng.choice(highest, size=min(TERMS, len(highest)), replace=False).tolist()
        yield estimate.profile(atoms, int(rng.integers(len(estimate.units))))


def demanded(estimate: Estimate) -> Iterator[Profile]:
    """The terms with the most hours asked for, where they are asked for most."""
    top, tables = estimate.demanded, estimate.tables
    for n in range(len(top)):
        atoms = top[n : n + TERMS]
        terms = [estimate.atoms[i][0] for i in atoms]
        hours = np.zeros(len(estimate.units))
        for r in np.flatnonzero(np.isin(tables.requirement_term, terms)).tolist():
            a = tables.requirement_activity[r]
            if tables.activity_unit[a] >= 0:
                hours[tables.activity_unit[a]] += tables.asked[a]
        yield estimate.profile(atoms, int(hours.argmax()))


def tell(progress: StudyProgress) -> None:
    """Say on standard error how far it is."""
    if progress.run is None:
        sys.stderr.write(f"    {progress.stage} {progress.done}/{progress.total}\n")


def main() -> None:
    """Run the comparison and print the table."""
    parser = argparse.ArgumentParser(description="the study's profiles against random and most demanded ones")
    parser.add_argument("--library", nargs="*", default=[], help="bundled portfolios")
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--activities", type=int, default=40)
    parser.add_argument("--seeds", type=int, nargs="*", default=[])
    parser.add_argument("--profiles", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--repeatable", action="store_true", help="the solver's own seconds, whatever else is running")
    given = parser.parse_args()
    settings = Settings(seconds=given.seconds, workers=given.workers, repeatable=given.repeatable)
    cases = [(slug, 1, entry(slug).portfolio()) for slug in given.library]
    for seed in given.seeds:
        made = parse(make(given.people, given.activities, seed=seed))
        cases.append((f"{given.people} × {given.activities}, seed {seed}", seed, made))
    head = ["portfolio", "profiles", *(f"{sort}: {what}" for sort in SORTS for what in ("best", "mean"))]
    sys.stdout.write(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}\n")
    for name, seed, portfolio in cases:
        sys.stderr.write(f"{name}\n")
        found = gains(portfolio, given.profiles, settings, seed)
        cells = [f"{max(found[sort], default=0):,.0f} | {statistics.fmean(found[sort] or [0]):,.0f}" for sort in SORTS]
        sys.stdout.write(f"| {name} | {len(found['study'])} | {' | '.join(cells)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
