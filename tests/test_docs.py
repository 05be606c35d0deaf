"""The documents say what the code does; the pages on REST, the command line and spreadsheets have their own tests."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from service.cli import app
from solver import explain, search
from solver.handmade import score_plan
from solver.portfolio import Portfolio, parse_json
from solver.presets import PRESETS
from solver.proposal import Balance, BookingLine, Proposal, Status
from solver.rules import RULES
from solver.rules.base import Rule
from solver.strategies import guided
from solver.vocabulary import TRUST
from tests.test_contract import CASES

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page
    for folder in (ROOT, ROOT / "docs", ROOT / "scenarios" / "library")
    for page in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)

STAGE = re.compile(r'\bstage = "([\w ]+)"')

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def text(name: str) -> str:
    """A document, by its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str, words: str) -> list[dict[str, str]]:
    """The rows of the first table of a document after some words, by column."""
    table = re.search(r"(?:^\|.*\n)+", text(name)[text(name).index(words) :], re.MULTILINE)
    assert table is not None
    head, _, *body = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table[0].splitlines()]
    return [dict(zip(head, line, strict=True)) for line in body]


def blocks(name: str, language: str) -> list[str]:
    """The blocks of code of a language in a document."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(name), re.DOTALL | re.MULTILINE)


# --- links


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link within the repository names a file that is there, and a heading that is in it."""
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = page.parent / file if file else page
        assert found.exists(), target
        assert not anchor or anchor in headings(found), target


def test_every_page_can_be_found_from_the_readme() -> None:
    """The README, or the index of the decisions, links to each page of `docs/`."""
    linked = set()
    for index in (ROOT / "README.md", ROOT / "docs" / "decisions" / "README.md"):
        targets = re.findall(r"\]\(([^)#\s:]+)\)", index.read_text(encoding="utf-8"))
        linked |= {(index.parent / target).resolve() for target in targets}
    assert set((ROOT / "docs").rglob("*.md")) - linked == set()


@every_page
def test_pages_named_in_code_exist(page: Path) -> None:
    """A file of the repository that a page names between backticks is there."""
    for name in re.findall(
        r"`((?:solver|service|scenarios|tests|docs|requirements)/[\w./-]+)`", page.read_text("utf-8")
    ):
        assert (ROOT / name).exists(), name


def test_pages_that_the_code_names_exist() -> None:
    """Docstrings and comments point to documents that are there."""
    for package in ("solver", "scenarios", "service", "tests"):
        for file in (ROOT / package).rglob("*.py"):
            for name in re.findall(r"`(docs/[\w./-]+\.md)`", file.read_text(encoding="utf-8")):
                assert (ROOT / name).exists(), (file.name, name)


# --- the model


def settings_of(rule: type[Rule]) -> dict[str, Any]:
    """The settings of a rule and their defaults, as policies write them."""
    return {field.alias or name: field.default for name, field in rule.Settings.model_fields.items()}


def test_every_rule_has_its_row_in_order() -> None:
    """The two tables list the rules of the registry, hard and soft, in its order."""
    for hard, heading in ((True, "Hard rules"), (False, "Soft rules")):
        names = [row["name"].strip("`") for row in rows("docs/model.md", f"## {heading}")]
        assert names == [rule.name for rule in RULES if rule.hard == hard]


@every_rule
def test_each_rule_is_described_as_it_is(rule: type[Rule]) -> None:
    """Unit, default weight and every setting with its default stand in the rule's row."""
    every = rows("docs/model.md", "## Hard rules" if rule.hard else "## Soft rules")
    [row] = [row for row in every if row["name"] == f"`{rule.name}`"]
    assert row["unit"] == rule.unit
    assert row.get("weight", "0") == str(rule.default_weight)
    told = dict(re.findall(r"`(\w+)` ([\w.]+)", row["settings"]))
    assert told == {name: f"{default:g}" if name != "for" else default for name, default in settings_of(rule).items()}
    assert all(f"`{name}`" in row["what it says"] + row[next(k for k in row if "amount" in k)] for name in told)


def test_every_preset_is_described_as_it_is() -> None:
    """Each preset with the weights that differ and its reason."""
    told = {
        row["preset"].strip("`"): (
            {name: int(weight) for name, weight in re.findall(r"(\w+) (\d+)", row["weights that differ"])},
            row["because"],
        )
        for row in rows("docs/model.md", "## Presets")
    }
    assert told == {preset.name: (preset.weights, preset.because) for preset in PRESETS.values()}


def test_sources_states_and_statuses_are_all_there() -> None:
    """Each source with its trust, each state of the talent balance, each status and each role."""
    page = text("docs/model.md")
    for source, trust in TRUST.items():
        where = "none given" if source is None else f"`{source}`"
        assert re.search(rf"^\|.*{where}.*\| {trust:.1f} \|$", page, re.MULTILINE), source
    for state in get_args(Balance.model_fields["state"].annotation):
        assert f"\n| `{state}` |" in page
    assert [row["status"].strip("`") for row in rows("docs/model.md", "## Statuses and numbers")] == list(
        get_args(Status)
    )
    for role in get_args(BookingLine.model_fields["role"].annotation):
        assert f"`{role}`" in page


# --- the contract


def fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[tuple[str, str]]:
    """Every field of a model and of all models in it, as (model, name in JSON)."""

    def models(annotation: Any) -> Iterator[type[BaseModel]]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        for argument in get_args(annotation):
            yield from models(argument)

    seen.add(model)
    for name, field in model.model_fields.items():
        yield model.__name__, field.alias or name
        for part in models(field.annotation):
            if part not in seen:
                yield from fields(part, seen)


@pytest.mark.parametrize("model", [Portfolio, Proposal])
def test_every_field_is_in_the_contract(model: type[BaseModel]) -> None:
    """No field of a portfolio or a proposal is missing from the page, nor from the example of its format."""
    page = text("docs/portfolio-format.md")
    example = blocks("docs/portfolio-format.md", "json")[0 if model is Portfolio else 1]
    # What the example has no use for: nobody's plan is without a mentor, or contradicts itself.
    for owner, name in fields(model, set()):
        assert re.search(rf"[`\"]{name}[`\"]", page), (owner, name)
        assert f'"{name}"' in example or owner.startswith(("Conflict", "WayOut")), (owner, name)


def test_the_example_of_a_portfolio_parses() -> None:
    """The page's portfolio is right as it stands, and written out again it is itself."""
    portfolio = parse_json(blocks("docs/portfolio-format.md", "json")[0])
    assert parse_json(json.dumps(portfolio.canonical())) == portfolio


def test_the_example_of_a_proposal_is_what_the_plan_scores() -> None:
    """Measured anew, the page's plan has the very words and numbers of the page."""
    portfolio, shown, _ = blocks("docs/portfolio-format.md", "json")
    told = json.loads(shown)
    Proposal.model_validate(told)
    scored = score_plan(parse_json(portfolio), told).to_json()
    for name in told.keys() - {"run", "portfolio", "score_card"}:
        assert told[name] == scored[name], name
    assert told["run"]["objective"] == told["score_card"]["total"] == scored["score_card"]["total"]
    assert all(rule in scored["score_card"]["rules"] for rule in told["score_card"]["rules"])


def test_the_example_of_a_plan_can_be_scored() -> None:
    """The smallest plan of the page is taken."""
    portfolio, _, plan = blocks("docs/portfolio-format.md", "json")
    assert score_plan(parse_json(portfolio), json.loads(plan)).bookings


def test_every_warning_is_documented() -> None:
    """The page lists the codes that `check` can give, and no others."""
    given = set(re.findall(r'Problem\([^,]+, "(\w+)"', text("solver/check.py")))
    assert {row["code"].strip("`") for row in rows("docs/portfolio-format.md", "Warnings are legal")} == given


# --- how a plan is found, how a rule is added


def test_the_numbers_of_solving_are_those_of_the_code() -> None:
    """Sizes, times and stages that the page names."""
    page = text("docs/solving.md")
    assert f"Up to {guided.SMALL} pairs" in page
    assert f"({guided.PROCESSES} at most)" in page
    assert f"at most {explain.SECONDS:g} seconds on top" in page
    stages = {
        name for file in (ROOT / "solver").rglob("*.py") for name in STAGE.findall(file.read_text(encoding="utf-8"))
    }
    assert {name for name in stages if f"`{name}`" not in page} == set()
    assert f"{1 / search.PROGRESS_SECONDS:g} times".replace("10", "ten") in page


def test_every_snippet_is_real() -> None:
    """Each snippet of the page on rules stands, to the letter, in the file that was named last before it."""
    page, file, found = text("docs/how-to-add-a-rule.md"), "", 0
    for part in re.split(r"(^```python\n.*?^```\n)", page, flags=re.DOTALL | re.MULTILINE):
        if part.startswith("```python"):
            snippet = part.removeprefix("```python\n").removesuffix("```\n")
            assert snippet in text(file), (file, snippet)
            found += 1
        else:
            file = next(reversed(re.findall(r"`([\w/]+\.py)`", part)), file)
    assert found == page.count("```python") > 5


def test_the_guide_to_rules_names_what_is_there() -> None:
    """The number of random cases, and every table that a rule has to be in, by its name in the file that is named."""
    page = text("docs/how-to-add-a-rule.md")
    assert f"on {CASES} tiny random portfolios and plans ({CASES // 2} where a soft rule is hard)" in page
    for name, file in (
        ("RULE_TITLES", "service/words.py"),
        ("UNITS", "service/words.py"),
        ("ONE_OF", "solver/units.py"),
        ("LOOSER", "scenarios/remedies.py"),
        ("ASKING", "scenarios/remedies.py"),
        ("NEARBY", "scenarios/ways_out.py"),
    ):
        assert f"`{name}`" in page
        assert f"`{file}`" in page
        assert re.search(rf"^{name}\b", text(file), re.MULTILINE), name


def test_every_command_in_the_readme_exists() -> None:
    """What the README tells to type is a command, with options that it has."""
    from typer.main import get_command

    commands = get_command(app).commands  # type: ignore[attr-defined]
    typed = re.findall(r"\.venv/bin/staffing (\w+)([^\n#`]*)", text("README.md"))
    assert typed
    for name, rest in typed:
        assert name in commands, name
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= options, (name, rest)
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    assert set(re.findall(r"^    make (\w+)", text("README.md"), re.MULTILINE)) <= targets


def test_the_changelog_counts_the_rules() -> None:
    """The number of rules and presets that users are told is the number there is."""
    hard = sum(rule.hard for rule in RULES)
    words = f"**{len(RULES)} rules**, {hard} that no plan breaks and {len(RULES) - hard} that weigh"
    assert words in textwrap.dedent(text("CHANGELOG.md"))
