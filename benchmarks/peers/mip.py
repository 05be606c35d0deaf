"""The MIP solvers that OR-Tools carries on the whole model: HiGHS or SCIP, through MathOpt, as they come.

python -m benchmarks.peers.mip --solver highs …
"""

from __future__ import annotations

import sys
from datetime import timedelta

from ortools.math_opt.python import mathopt

from benchmarks.peers.protocol import Task, tell
from benchmarks.peers.whole_model import Program, WholeModel
from solver.rules.base import UNIT
from solver.tables import Tables

#: a plan this close to the bound is the best one
GAP = 1e-7
SOLVERS = {"highs": mathopt.SolverType.HIGHS, "scip": mathopt.SolverType.GSCIP}


def mathopt_model_of(program: Program) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    """The program as a MathOpt model whose objective is the cost, and its variables."""
    model = mathopt.Model()
    variables = [
        model.add_variable(lb=low, ub=high, is_integer=whole)
        for low, high, whole in zip(program.low, program.high, program.whole, strict=True)
    ]
    for expression, low, high in program.rows:
        row = model.add_linear_constraint(
            lb=float("-inf") if low is None else low, ub=float("inf") if high is None else high
        )
        for v, coefficient in expression.items():
            row.set_coefficient(variables[v], coefficient)
    for v, coefficient in program.cost.items():
        model.objective.set_linear_coefficient(variables[v], coefficient / UNIT)
    model.objective.offset = program.constant / UNIT
    return model, variables


def main() -> None:
    """Solve, and write the plan."""
    at = sys.argv.index("--solver")
    name = sys.argv[at + 1]
    del sys.argv[at : at + 2]
    task = Task.given()
    whole = WholeModel(Tables.of(task.portfolio))
    model, variables = mathopt_model_of(whole.program)
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=task.left), random_seed=task.seed, enable_output=True, relative_gap_tolerance=GAP
    )
    result = mathopt.solve(model, SOLVERS[name], params=parameters)
    bound = result.termination.objective_bounds.dual_bound
    if result.has_primal_feasible_solution():
        tell(result.objective_value(), bound)
        values = result.variable_values()
        task.write(*whole.plan(values[variable] for variable in variables))
    else:
        tell(bound=bound)


if __name__ == "__main__":
    main()
