"""What a run takes, by the size of its portfolio: `python -m benchmarks.sizing` writes it into docs/operations.md.

Each run is started as the service does it, in a process of its own, with the service's default settings.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import NamedTuple

from benchmarks import page
from benchmarks.machine import load, machine
from benchmarks.make_portfolio import make
from scenarios import runs
from solver.portfolio import parse
from solver.search import Progress
from solver.settings import Settings

OPERATING = Path(__file__).parent.parent / "docs" / "operations.md"
SIZES = ("12x20", "40x100", "100x300", "300x1000", "1000x3000")
LOOK_SECONDS = 0.1


class Size(NamedTuple):
    """What one run took; MB of all its processes at their highest; first: seconds to the first plan."""

    words: str
    portfolio_kb: float
    first: float | None
    seconds: float
    memory: float
    proposal_kb: float


def measure(words: str, seconds: float) -> Size:
    """One run."""
    people, activities = page.size_of(words)
    made = make(people, activities)
    firsts: list[float] = []

    def note(progress: Progress) -> None:
        if progress.best is not None:
            firsts.append(progress.seconds)

    memory = 0.0
    with runs.start(parse(made), (), Settings(seconds=seconds), on_progress=note) as handle:
        while True:
            memory = max(memory, tree_memory(server_of(handle.pid)))
            try:
                done = handle.result(LOOK_SECONDS)
                break
            except TimeoutError:
                pass
    assert done.proposal is not None, done.failure
    size = len(done.proposal.model_dump_json()) / 1000
    return Size(words, len(str(made)) / 1000, min(firsts, default=None), done.proposal.run.seconds, memory, size)


def server_of(pid: int) -> int:
    """The process that a run was forked off from, much of whose memory is the run's too."""
    return int(re.search(r"^PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])  # type: ignore[index]


def tree_memory(pid: int) -> float:
    """MB of a process and all below it, what they share counted once."""
    try:
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        below = [one for of in Path(f"/proc/{pid}/task").glob("*/children") for one in of.read_text().split()]
    except OSError:
        return 0.0  # it ended meanwhile
    return (int(found[1]) * 1024 / 1e6 if found else 0.0) + sum(tree_memory(int(one)) for one in below)


def row(size: Size) -> tuple[str, ...]:
    """One line of the table."""
    people, activities = page.size_of(size.words)
    return (
        f"{people:,} × {activities:,}",
        f"{size.portfolio_kb:,.0f} kB",
        "—" if size.first is None else f"{size.first:.1f} s",
        f"{size.seconds:.0f} s",
        f"{size.memory:,.0f} MB",
        f"{size.proposal_kb:,.0f} kB",
    )


def main() -> None:
    """Measure every size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", nargs="+", default=SIZES)
    asked.add_argument("--seconds", type=float, default=30)
    given = asked.parse_args()
    measured, before = [], load()
    for words in given.sizes:
        measured.append(measure(words, given.seconds))
        page.say(" ".join(row(measured[-1])))
    head = ("people × activities", "portfolio", "first plan", "took", "memory", "proposal stored")
    said = (
        f"One run each, limit {given.seconds:g} s, 12 weeks. {page.facts(machine() | {'load before': f'{before:.1f}'})}"
    )
    page.replace(OPERATING, "sizing", f"{said}\n\n{page.table(head, map(row, measured))}")


if __name__ == "__main__":
    main()
