"""What is written down about the packages agrees with what is in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("service", "scenarios", "solver")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """pyproject.toml, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    """The names of the packages in a list of requirements."""
    return {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in requirements}


def locked(lock: str) -> dict[str, str]:
    """Name → pinned version in one lock file."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))


def test_every_data_file_is_packaged(project: dict[str, Any]) -> None:
    """A file beside the code is also there when the project is installed from a wheel."""
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    suffixes = {Path(pattern).suffix for pattern in patterns}
    files = [f for package in PACKAGES for f in (ROOT / package).rglob("*") if f.is_file()]
    missing = {f.suffix for f in files if f.name != "py.typed"} - suffixes - {".py", ".pyc"}
    assert not missing, f"add these to [tool.setuptools.package-data]: {missing}"


def test_every_package_is_found(project: dict[str, Any]) -> None:
    """Each folder with code is a package of its own, or an installation would leave it out."""
    folders = {f.parent for package in PACKAGES for f in (ROOT / package).rglob("*.py")}
    assert not [folder for folder in folders if not (folder / "__init__.py").exists()]


def test_the_locks_hold_every_dependency(project: dict[str, Any]) -> None:
    """`make lock` was run after the last change of a dependency."""
    groups = project["dependency-groups"]
    runtime = names(project["project"]["dependencies"]) | names(groups["build"])
    assert runtime <= locked("run.lock").keys()
    optional = [one for extra in project["project"]["optional-dependencies"].values() for one in extra]
    assert names(groups["dev"] + optional) <= locked("dev.lock").keys()


def test_the_development_lock_contains_the_runtime_lock() -> None:
    """Tests run with the very versions that users get."""
    assert locked("run.lock").items() <= locked("dev.lock").items()


def test_the_readme_gives_each_dependency_its_reason(project: dict[str, Any]) -> None:
    """Every direct dependency earns its place in the README's table."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([\w.-]+)` \|", readme, re.MULTILINE))
    groups = project["dependency-groups"]
    optional = [one for extra in project["project"]["optional-dependencies"].values() for one in extra]
    direct = project["project"]["dependencies"] + optional + groups["build"] + groups["dev"]
    assert explained == names(direct)
