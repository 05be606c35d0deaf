"""The one way in which the packages know each other, and where the solver's library may be loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: what each package may import of the others: service → scenarios → solver
MAY_IMPORT = {"solver": {"solver"}, "scenarios": {"scenarios", "solver"}, "service": {"service", "scenarios", "solver"}}
#: the only files that name OR-Tools
SOLVING = {"solver/model.py", "solver/explain.py"}

LIGHT = [
    "solver.check",
    "solver.plan",
    "solver.portfolio",
    "solver.presets",
    "solver.proposal",
    "solver.rules",
    "solver.score",
    "solver.settings",
    "solver.tables",
    "solver.vocabulary",
]


def imports_of(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_in_one_direction(package: str) -> None:
    """No file of a package imports one that is built on it."""
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in imports_of(path)
        if name.partition(".")[0] in MAY_IMPORT.keys() - MAY_IMPORT[package]
    ]
    assert wrong == []


def test_only_what_solves_names_the_solver_library() -> None:
    """OR-Tools is imported by the model, the strategies and the explanations, and nowhere else."""
    naming = {
        path.relative_to(ROOT).as_posix()
        for package in MAY_IMPORT
        for path in (ROOT / package).rglob("*.py")
        if any(name.partition(".")[0] == "ortools" for name in imports_of(path))
    }
    assert {name for name in naming if not name.startswith("solver/strategies/")} <= SOLVING


def test_scoring_and_validating_load_no_solver() -> None:
    """In a fresh interpreter the modules that score, compare and validate do not load OR-Tools, together or alone."""
    code = f"import sys, {', '.join(LIGHT)}; sys.exit('ortools' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "OR-Tools is loaded"


def test_the_client_loads_neither_server_nor_solver() -> None:
    """Who only asks a service elsewhere does not wait for what that service is made of."""
    code = "import sys, service.client; sys.exit(bool({'fastapi', 'sqlalchemy', 'ortools'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "the server or the solver is loaded"


def test_the_process_with_highs_loads_nothing_of_the_solver() -> None:
    """Each solve starts several of them and waits for them: what they do not need is not loaded."""
    code = (
        "import sys, solver.strategies.highs; sys.exit(bool({'solver.model', 'pydantic', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "more than HiGHS is loaded"


@pytest.mark.parametrize("module", LIGHT)
def test_every_module_can_be_imported_first(module: str) -> None:
    """No module needs another to be imported before it."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
