"""This service, with its settings as they are."""

from __future__ import annotations

from benchmarks.peers.protocol import Task, tell
from solver.search import Progress
from solver.settings import Settings
from solver.solve import solve


def main() -> None:
    """Solve, and write the proposal."""
    task = Task.given()

    def on_progress(progress: Progress) -> None:
        tell(progress.best, progress.bound)

    proposal = solve(task.portfolio, Settings(seconds=round(task.left, 2), seed=task.seed), on_progress)
    tell(proposal.run.objective, proposal.run.bound)
    task.plan.write_text(proposal.model_dump_json(by_alias=True), encoding="utf-8")


if __name__ == "__main__":
    main()
