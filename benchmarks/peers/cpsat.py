"""A plain CP-SAT solve, as tutorials write it: the whole model, eight workers, a time limit, and nothing else."""

from __future__ import annotations

from ortools.sat.python import cp_model

from benchmarks.peers.protocol import Task, tell
from benchmarks.peers.whole_model import Program, WholeModel
from solver.rules.base import UNIT
from solver.tables import Tables

#: more than there are cores, as CP-SAT wants: with one for each of two cores it does far worse
WORKERS = 8


class Progress(cp_model.CpSolverSolutionCallback):
    """Tells each plan as it is found."""

    def __init__(self, constant: int) -> None:
        super().__init__()
        self._constant = constant

    def on_solution_callback(self) -> None:
        """A better plan."""
        bound = (self.best_objective_bound + self._constant) / UNIT
        tell((self.objective_value + self._constant) / UNIT, bound)


def cp_model_of(program: Program) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """The program as a CpModel, and its variables."""
    model = cp_model.CpModel()
    variables = [model.new_int_var(low, high, "") for low, high in zip(program.low, program.high, strict=True)]
    for expression, low, high in program.rows:
        total = cp_model.LinearExpr.weighted_sum([variables[v] for v in expression], list(expression.values()))
        lowest = cp_model.INT_MIN if low is None else low
        model.add_linear_constraint(total, lowest, cp_model.INT_MAX if high is None else high)
    model.minimize(cp_model.LinearExpr.weighted_sum([variables[v] for v in program.cost], list(program.cost.values())))
    return model, variables


def main() -> None:
    """Solve, and write the plan."""
    task = Task.given()
    whole = WholeModel(Tables.of(task.portfolio))
    model, variables = cp_model_of(whole.program)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = task.left
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = task.seed
    constant = whole.program.constant
    solver.best_bound_callback = lambda bound: tell(bound=(bound + constant) / UNIT)
    status = solver.solve(model, Progress(constant))
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        tell((solver.objective_value + constant) / UNIT, (solver.best_objective_bound + constant) / UNIT)
        task.write(*whole.plan(solver.value(variable) for variable in variables))


if __name__ == "__main__":
    main()
