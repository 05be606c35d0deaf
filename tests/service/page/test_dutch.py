"""The sentences of the solver in Dutch: every template in the code, not only those that happen to be seen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from service.page.dutch_forms import HINTS
from service.page.sent import RECORDS, schema_of
from service.page.sentences import Sentences, expected_in, in_dutch
from service.page.tongue import Tongue
from tests.builders import activity, person, portfolio

ROOT = Path(__file__).parents[3]
#: where sentences for people are made
PLACES = (
    *(ROOT / "solver" / "rules").glob("*.py"),
    *(ROOT / "scenarios" / "changes").glob("*.py"),
    *(ROOT / "scenarios" / "studies").glob("*.py"),
    *(ROOT / "solver" / f"{name}.py" for name in ("obstacles", "proposal")),
    *(ROOT / "scenarios" / f"{name}.py" for name in ("moved", "remedies", "verdict", "ways_out")),
)
#: calls and assignments whose text is told elsewhere, or to others: errors at the fields of a form, names of rules
APART = frozenset(
    [
        "Problem",
        "Words",
        "Whole",
        "Field",
        "Refers",
        "add",
        "refused",
        "compile",
        "fullmatch",
        "getattr",
        "removeprefix",
    ]
)
NAMED = frozenset(("title", "unit", "what", "about"))
#: functions that make what stands at a field of a form, addresses within a portfolio, or ids
OTHERS = frozenset(
    [
        "problems",
        "check",
        "cannot",
        "refuse_worked",
        "given",
        "known",
        "expected",
        "__init__",
        "__str__",
        "_says",
        "_ids",
    ]
)
NAME, HOURS, NUMBER = "\x020\x03", "12 h", "3"
#: what stands for a value in a template, by how the code calls it; the first that fits
VALUES: tuple[tuple[str, str], ...] = (
    (r":self.leeway", "without exception"),
    (r":self._allowed", "30 % of the role and 20 h more"),
    (r":self._band", "60 to 90 % of the 384 h available"),
    (r":self._where", f"{NAME}: {NAME}, critical for {NAME},"),
    (r"focus:over", "2 activities"),
    (r"focus:most", "3 activities"),
    (r"mentoring:most", "2 learners"),
    (r"hires:most", f"2 people of the group {NAME} are"),
    (r"relation:wrong", "2 pairs are"),
    (r"relation:(relation|self).kind", "together"),
    (r"commitment:who", f"{NAME} on {NAME}"),
    (r"proposal:', '", f"{NAME} 4"),
    (r"moved:amount", "3 hours"),
    (r"moved:unit|base:self.unit", "hours"),
    (r"scale_demand:self.percent", "80"),
    (r"scale_demand:kind", "all work"),
    (r"verdict:smaller", "smaller"),
    (r"window:window", "periods 2 to 5, from period 3 on"),
    (r"obstacles:people", "2"),
    (r"coverage:people", "2 people"),
    (r"obstacles:number", f"only {NAME}"),
    (r":status$", "pinned"),
    (r":those$", f"{NAME} and {NAME}"),
    (r"moved:works", "works 8 h instead of 4"),
    (r"moved:when", "leaves in period 3"),
    (r"moved:word$", "falls"),
    (r"moved:people", "people"),
    (r"moved:.*state", "missing"),
    (r"moved:_costs", "talent fit −500 and 3 more −20"),
    (r"moved:' '.join", f"from {NAME} instead of nobody"),
    (r"lending_market:_against", "5 less"),
    (r"lending_market:price", "The price of this limit is 3"),
    (r"lending_market:limit", "no unit worse off by more than 5"),
    (r"exposure:' and '", f"nobody can staff {NAME} and too few are left with {NAME} 4 on {NAME}"),
    (r"exposure:count", "3 people are"),
    (r"desk:why", "rules that may not be broken contradict each other"),
    (r"sweep:how", "3 less than"),
    (r"frontier:_amounts", "3 hours and 1 single point of failure"),
    (r"frontier:of", "1 of 3 points is not proven"),
    (r"hire:limit", "at most 2 of the 3 candidates"),
    (r"freeze_until:until", "everything before week 3 stays as booked"),
    (r"more_hours:each", " each of"),
    (r"set_activity:then|set_activity:before", " in weeks 2 to 5"),
    (r"set_activity:listed", "asks for 3 h instead of 4 h and has a team of 1 to 2 people instead of 1 to 3"),
    (r"set_policy:count", "2 directions"),
    (r"set_policy:listed\(said|set_policy:.*nothing", "no budget"),
    (r"set_requirement:listed\(parts", "at level 3 instead of 2, of 2 people and as a must"),
    (r"ways_out:sure", "the best found, at most 3 % above the least"),
    (r":cost\(", ", at a cost of 4,000"),
    (r":(split|though|ends|stay|rest|rule|relief|because|lost|instead)$|train:before", ""),
    (r"calendar.period|:unit$|[.]unit$|units\[", "week"),
    (r":_?periods\(", "4 weeks"),
    (r":span|train:when|lend:when", " in weeks 2 to 5"),
    (r":from_on", " from week 5 on"),
    (r":_?hours\(|:lent$", HOURS),
    (r":percent\((?!self.settings)", "40 %"),
    (r"demand\(|person\(|activity\(|term\(|[nN]ame|label|:who$|where|listed|project|lender|:to$|mentor|pair", NAME),
    (
        r"activities\(|:what$|:one$|:other$|_term|kinds|group|:second$|:first$|options|title|words|:activity$|:activit",
        NAME,
    ),
)
#: what stands for a value in what would be right
ASKED: tuple[tuple[str, str], ...] = (
    (r"check:_periods", "periods 2 to 5"),
    (r"check:reason", "has no hours in its window"),
    (r"check:activity.window", NUMBER),
    (r"references:_SECTIONS|references:what", "a term"),
    (r"references:close|closest", "; did you mean 3?"),
    (r"references:expected", 'team that does not lead back to "3"'),
    (r"references:(least|most)", NUMBER),
    (r"column.meaning", "first day of period 0"),
    (r"column.name", "start"),
    (r"first\[pair\]|references:other", NUMBER),
    *VALUES,
)
#: calls whose arguments say what would be right, and names that do
SAYING = frozenset(
    ["Problem", "CellProblem", "malformed", "refused", "_unreadable", "add", "cannot", "_unknown", "_Wrong"]
)
SAID = frozenset(["expected", "self.expected"])
#: where what is wrong with a portfolio, a file, a change, a study or a decision is found
FINDING = (
    *(ROOT / "solver" / "rules").glob("*.py"),
    *(ROOT / "scenarios" / "changes").glob("*.py"),
    *(ROOT / "scenarios" / "studies").glob("*.py"),
    *(ROOT / "solver" / f"{name}.py" for name in ("check", "fields", "portfolio", "references", "report")),
    *(ROOT / "service" / f"{name}.py" for name in ("sheets", "spreadsheet", "deciding")),
)
#: words of files and of JSON that Dutch has too, or that are names
NAMES = frozenset(
    [
        "alias",
        "bookings",
        "byte",
        "candidate",
        "csv",
        "excel",
        "false",
        "hard",
        "ja",
        "json",
        "max",
        "mb",
        "min",
        "nee",
        "object",
        "start",
        "true",
        "utf",
        "xlsx",
        "zip",
    ]
)
#: what only ever stands within a sentence that is looked at whole, and ids and stages that no page shows
PIECES = frozenset(
    (
        " each of",
        " every week",
        f" in weeks {NAME} to 3",
        ", at most 3 % above the least",
        "3 % of the role and 3 h more",
        "3 activities",
        "3 less",
        "3 less than",
        "3 more",
        "3 more 3",
        "3 more than",
        "3 to 3 % of the 3 h available",
        f"{NAME} at most {NAME}",
        f"{NAME}: {NAME}, critical for {NAME},",
        "all rules",
        "all units",
        "all who can be booked on it, 3 in number,",
        "at level 3",
        "at most 3 of the 3",
        "base once more",
        "can be booked on it",
        "can give it 3 h together",
        "candidates around the best",
        "extra-3",
        "first rule",
        f"from {NAME}",
        "hire-3",
        f"instead of {NAME}",
        "leaves in period 3",
        "lending open",
        "no larger",
        "no longer leaves",
        "no plan was found in the time",
        "no unit worse off",
        "no unit worse off by more than 3",
        "nobody worse off",
        f"only {NAME}",
        "pair is",
        "pairs are",
        "people are",
        f"people of the group {NAME} are",
        "periods 3 to 3, from period 3 on",
        "person is",
        f"person of the group {NAME} is",
        "proven the least",
        "rules that may not be broken contradict each other",
        "second rule",
        "the best found",
        "the same",
        "the same as",
        f"without {NAME}",
        f"of {NAME} ",
    )
)
#: words that Dutch has too
SHARED = frozenset(
    [
        "in",
        "is",
        "team",
        "van",
        "of",
        "per",
        "week",
        "weeks",
        "en",
        "die",
        "over",
        "project",
        "plan",
        "budget",
        "open",
        "portfolio",
        "talent",
        "gap",
        "mentor",
        "percentage",
    ]
)


def parts_of(node: ast.expr, place: str, values: tuple[tuple[str, str], ...] = VALUES) -> list[str]:
    """What a template, or a value in one, may say: each side of a choice, else what the code calls the value."""
    if isinstance(node, ast.IfExp):
        return [*parts_of(node.body, place, values), *parts_of(node.orelse, place, values)]
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.FormattedValue):
        return parts_of(node.value, place, values)
    if isinstance(node, ast.JoinedStr):
        return ["".join(said) for said in product(*(parts_of(one, place, values) for one in node.values))]
    called = f"{place}:{ast.unparse(node)}"
    return [next((value for pattern, value in values if re.search(pattern, called)), NUMBER)]


def asked(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of all that a file can say would be right."""
    for node in ast.walk(ast.parse(path.read_text())):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAYING:
            found = [*node.args, *(one.value for one in node.keywords)]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in SAID:
            found = [node.value]
        for one in found:
            if isinstance(one, (ast.Constant, ast.JoinedStr, ast.IfExp)):
                for said in parts_of(one, path.stem, ASKED):
                    if " " in said and said[0] != "/":
                        yield one.lineno, said


def templates(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every sentence that a file can make; docstrings and errors are none."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and isinstance(node.body[0], ast.Expr)
    }
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if id(node) in docstrings or isinstance(node, (ast.Raise, ast.Assert)):
            continue
        if isinstance(node, ast.FunctionDef) and node.name in OTHERS:
            continue
        if (
            isinstance(node, (ast.Assign, ast.AnnAssign))
            and ast.unparse(getattr(node, "target", None) or node.targets[0]) in NAMED
        ):
            continue
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in APART:
            continue
        if isinstance(node, ast.JoinedStr):
            yield from ((node.lineno, said) for said in parts_of(node, path.stem))
            waiting += [one.value for one in node.values if isinstance(one, ast.FormattedValue)]
        elif isinstance(node, ast.Constant):
            # where the code fills it in later
            if isinstance(node.value, str) and " " in node.value.strip() and node.value[0] != "/":
                yield node.lineno, re.sub(r"\{\w*\}", NAME, node.value)
        elif isinstance(node, ast.AnnAssign):
            waiting += [node.value] if node.value else []
        else:
            waiting += ast.iter_child_nodes(node)


@pytest.mark.parametrize(
    ("said", "dutch"),
    [
        ("300 h of Same (b) are left open", "300 u van Same (b) blijft open"),
        (
            "Ana is pinned to Same (b) for 12 h, no longer by week",
            "Ana wordt vastgezet op Same (b) voor 12 u, niet meer per periode",
        ),
        (
            "Same (b) is done in weeks 1 to 4 instead of weeks 0 to 3; Ana is no longer pinned by week",
            "Same (b) wordt gedaan in week 1 tot 4 in plaats van periode 0 tot 3; Ana niet meer vastgezet per periode",
        ),
        ("Cost weighs 1 instead of 0", "Kosten van het plan weegt 1 in plaats van 0"),
        ("Cost comes to 18,620 money instead of 20", "Kosten van het plan komt op 18.620 geld in plaats van 20"),
        ("Role width comes to 1 hour instead of 2", "Smalle rollen komt op 1 uur in plaats van 2"),
        (
            "Scored by different rules (cost, talent fit and focus): the totals do not say which is better",
            "Naar andere regels gewogen (kosten van het plan, werk naast hoe mensen het best werken en te veel dingen "
            "tegelijk): de totalen zeggen niet welk beter is",
        ),
    ],
)
def test_rules_and_names_within_sentences_are_dutch(said: str, dutch: str) -> None:
    """A rule is called by its Dutch title wherever it stands, and a name with its id is a name."""
    of = portfolio([person("ana")], [activity("a", 8, name="Same"), activity("b", 8, name="Same")])
    assert Sentences(of, Tongue("nl"))(said) == dutch


def test_whatever_would_be_right_has_its_dutch() -> None:
    """No English word is left in the Dutch of any error that a form, an upload or a decision can tell."""
    wrong = []
    told = [(path, line, said) for path in FINDING for line, said in asked(path)]
    for path, line, said in told:
        dutch = expected_in(Tongue("nl"), said)
        words = set(re.findall(r"[a-z]{2,}", said.lower())) - SHARED - NAMES
        if words & set(re.findall(r"[a-z]{2,}", dutch.lower())):
            wrong.append(f"{path.relative_to(ROOT)}:{line}: {said!r} → {dutch!r}")
    assert not wrong, "\n".join(wrong)
    assert len(told) > 100, "they are found"


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_a_field_that_is_left_out_is_told_in_dutch(name: str) -> None:
    """Every field of a change or a study that is needed is told by what it means."""
    schema = schema_of(name)
    for field, one in schema["properties"].items():
        if "description" in one:
            said = expected_in(Tongue("nl"), f"required: {one['description']}")
            assert said == f"nodig: {HINTS[one['description']]}".replace("`", ""), field


def test_every_sentence_has_its_dutch() -> None:
    """No English word of any sentence that the code can make is left in its Dutch."""
    wrong = []
    for path in PLACES:
        for line, said in templates(path):
            dutch = in_dutch(said)
            words = set(re.findall(r"[a-z]{2,}", said.lower())) - SHARED
            if said not in PIECES and words & set(re.findall(r"[a-z]{2,}", dutch.lower())):
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {said!r} → {dutch!r}")
    assert not wrong, "\n".join(wrong)
