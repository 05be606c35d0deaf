"""The rows of a model for the linear and mixed-integer solvers that OR-Tools carries.

All rows of the model are linear. Without whole numbers its optimum is a little below the best plan, and it books nearly
what the best plan books: a bound for the whole model and a guide to where good plans are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from solver.model import Model

#: rows and bounds of CP-SAT without an end are given with an end beyond this
ENDLESS = 2**62
#: relative error allowed for in a bound that was computed in floating point
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Relaxation:
    """bound: ten-thousandths, no plan costs less; on: (N,) the part of each pair that is booked, 0–1."""

    bound: int
    on: npt.NDArray[np.float64]


def relax(model: Model, seconds: float) -> Relaxation | None:
    """Solve the linear relaxation; None if it did not finish in time, or has no solution, which a search will prove."""
    linear = mathopt.Model.from_model_proto(linear_model(model, whole=False))
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=seconds))
    result = mathopt.solve(linear, mathopt.SolverType.HIGHS, params=parameters)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    values = np.array(result.variable_values(list(linear.variables())))
    bound = model.bound_of(result.objective_value(), TOLERANCE)
    return Relaxation(bound, values[[variable.index for variable in model.on]])


def linear_model(model: Model, *, whole: bool) -> model_pb2.ModelProto:
    """The rows of the model in OR-Tools' format for mathematical programs; `whole`: with whole variables."""
    source, target = model.cp.proto, model_pb2.ModelProto()
    variables = target.variables
    domains = [(variable.domain[0], variable.domain[len(variable.domain) - 1]) for variable in source.variables]
    variables.ids.extend(range(len(domains)))
    variables.lower_bounds.extend(float(low) for low, _ in domains)
    variables.upper_bounds.extend(float(high) for _, high in domains)
    variables.integers.extend([whole] * len(domains))
    factors = sorted(zip(source.objective.vars, source.objective.coeffs, strict=True))
    target.objective.linear_coefficients.ids.extend(index for index, _ in factors)
    target.objective.linear_coefficients.values.extend(float(factor) for _, factor in factors)
    constraints, matrix = target.linear_constraints, target.linear_constraint_matrix
    for number, constraint in enumerate(source.constraints):
        row = constraint.linear
        low, high = row.domain[0], row.domain[len(row.domain) - 1]
        constraints.ids.append(number)
        constraints.lower_bounds.append(float(low) if low > -ENDLESS else -np.inf)
        constraints.upper_bounds.append(float(high) if high < ENDLESS else np.inf)
        entries = sorted(zip(row.vars, row.coeffs, strict=True))
        matrix.row_ids.extend([number] * len(entries))
        matrix.column_ids.extend(index for index, _ in entries)
        matrix.coefficients.extend(float(factor) for _, factor in entries)
    return target
