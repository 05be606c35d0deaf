"""Comparisons in a terminal, as files, and from files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console

from scenarios.compare import compare
from scenarios.comparison import Comparison
from scenarios.library import entry
from service.comparing import compare_files
from service.export_comparison import sheets, to_json, to_workbook, write
from service.reading import Unusable
from service.show_comparison import WORDS, show_comparison
from service.words import WORDS as EVERYWHERE
from solver.handmade import score_plan
from solver.portfolio import Portfolio, parse
from solver.proposal import Proposal

CASE = entry("adviesbureau").portfolio()
PLAN = Path(__file__).parents[1] / "data" / "adviesbureau-plan.json"


def other_plan() -> dict[str, Any]:
    """The plan without the bookings of the person who has most of them."""
    plan: dict[str, Any] = json.loads(PLAN.read_bytes())
    people = [one["person"] for one in plan["bookings"]]
    gone = max(people, key=people.count)
    learning = [one for one in plan.get("learning", []) if gone not in (one["person"], one["mentor"])]
    return {"bookings": [one for one in plan["bookings"] if one["person"] != gone], "learning": learning}


def reweighed() -> Portfolio:
    """The case under another preset."""
    data = CASE.canonical()
    data["policy"]["preset"] = "innovation"
    return parse(data)


def without_plan(proposal: Proposal) -> Proposal:
    """The proposal as if the rules contradicted each other."""
    nothing = {"status": "INFEASIBLE", "objective": None, "bound": None, "gap": None}
    parts: dict[str, Any] = {"bookings": None, "score_card": None, "people": (), "learning": (), "unfilled": ()}
    return proposal.model_copy(update={**parts, "run": proposal.run.model_copy(update=nothing)})


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """A plan against a smaller one, against itself under other weights, and against none."""
    base = score_plan(CASE, json.loads(PLAN.read_bytes()))
    other = reweighed()
    return compare(
        [
            ("base", CASE, base),
            ("smaller", CASE, score_plan(CASE, other_plan())),
            ("innovation", other, score_plan(other, base.to_json())),
            ("nothing", CASE, without_plan(base)),
        ]
    )


def shown(comparison: Comparison, width: int, encoding: str = "utf-8", language: str = "en") -> str:
    """What a pipe of this width and encoding is given."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    show_comparison(Console(file=file, width=width, markup=False, highlight=False), comparison, language)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    return file.buffer.getvalue().decode(encoding)


def rows_of(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows of a workbook's sheets by header."""
    found = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        headers, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(map(str, headers), row, strict=True)) for row in rows]
    return found


def test_names_of_proposals_keep_their_room(comparison: Comparison) -> None:
    """On a narrow terminal cost and difference stand beside whole names, and the other columns give way."""
    facts = shown(comparison, 40).split("\n\n")[0]
    assert all(f" {one.name} " in facts for one in comparison.proposals)
    assert "…" not in facts


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_it_fits_the_width(comparison: Comparison, width: int, language: str) -> None:
    """No line is wider than the terminal, and every sentence and name is there."""
    text = shown(comparison, width, language=language)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text
    whole = " ".join(shown(comparison, 2000, language=language).split())
    for difference in comparison.differences:
        assert difference.moved.headline in whole
        assert difference.verdict.text in whole
        assert all(sentence.text in whole for sentence in difference.moved.sentences)


def test_a_plain_terminal_gets_plain_signs_around_the_sentences(comparison: Comparison) -> None:
    """Where only ASCII can be shown, rules and arrows are drawn with it."""
    text = shown(comparison, 80, encoding="ascii")
    assert "─" not in text
    assert "→" not in text
    assert " -> " in text


def test_what_does_not_differ_is_not_tabled(comparison: Comparison) -> None:
    """A proposal against itself is two lines, and no table but that of the proposals."""
    base = score_plan(CASE, other_plan())
    text = shown(compare([("one", CASE, base), ("two", CASE, base)]), 80)
    assert "Nothing moves" in text
    assert "rule by rule" not in text
    assert "Whose work" not in text


def test_signs_that_a_terminal_acts_upon_are_taken_out() -> None:
    """Names and file names come from outside."""
    base = score_plan(CASE, other_plan())
    text = shown(compare([("a\x1b[31m", CASE, base), ("b\nc", CASE, base)]), 80)
    assert "\x1b" not in text
    assert "b c" in text


def test_words_of_its_own_are_not_said_elsewhere() -> None:
    """A key that both lists have is there because the words differ."""
    assert all(WORDS[key] != EVERYWHERE[key] for key in WORDS.keys() & EVERYWHERE.keys())
    assert all(all(words) for words in WORDS.values())


def test_the_workbook_adds_up(comparison: Comparison) -> None:
    """Per proposal the rules come to the total, and so do the sentences, as far as cells show it."""
    rows = rows_of(to_workbook(comparison))
    assert list(rows) == list(sheets(comparison))
    assert [row["proposal"] for row in rows["proposals"]] == ["base", "smaller", "innovation", "nothing"]
    for difference in comparison.differences[:2]:
        rules = [row for row in rows["rules"] if row["compared"] == difference.other]
        *lines, total = rules
        assert total["rule"] == "total"
        assert total["cost_difference"] == difference.total.difference
        assert sum(row["cost_difference"] for row in lines) == pytest.approx(total["cost_difference"])
        parts = sum(row["cost_by_weight"] + row["cost_by_amount"] for row in lines)
        assert parts == pytest.approx(total["cost_difference"])
        headline, *sentences = [row for row in rows["what moved"] if row["compared"] == difference.other]
        assert headline["cost"] == total["cost_difference"]
        assert sum(row["cost"] for row in sentences) == pytest.approx(headline["cost"])


def test_the_workbook_has_every_booking_and_person(comparison: Comparison) -> None:
    """One row per person on an activity's team on either side, one per person of either portfolio."""
    rows = rows_of(to_workbook(comparison))
    smaller = [row for row in rows["bookings"] if row["compared"] == "smaller"]
    plan = json.loads(PLAN.read_bytes())
    assert len(smaller) == len(plan["bookings"])
    assert sum(row["hours_before"] for row in smaller) == sum(one["hours"] for one in plan["bookings"])
    assert len([row for row in rows["people"] if row["compared"] == "smaller"]) == len(CASE.people)


def test_files_are_written_by_their_suffix(comparison: Comparison, tmp_path: Path) -> None:
    """JSON reads back as the very comparison; a workbook is one."""
    write(comparison, tmp_path / "c.json")
    write(comparison, tmp_path / "c.XLSX")
    assert Comparison.model_validate_json((tmp_path / "c.json").read_bytes()) == comparison
    assert (tmp_path / "c.json").read_bytes() == to_json(comparison)
    assert "rules" in rows_of((tmp_path / "c.XLSX").read_bytes())


def test_files_of_proposals_and_plans_are_compared(tmp_path: Path) -> None:
    """A proposal is taken as it is, a plan of bookings alone is scored first; the files' names name them."""
    base, plan = tmp_path / "base.json", tmp_path / "mine.json"
    proposal = score_plan(CASE, json.loads(PLAN.read_bytes()))
    base.write_text(json.dumps(proposal.to_json()), encoding="utf-8")
    plan.write_text(json.dumps(other_plan()), encoding="utf-8")
    found = compare_files([(str(base), CASE), (str(plan), CASE)])
    assert [facts.name for facts in found.proposals] == ["base", "mine"]
    assert found.differences[0].total.before == proposal.run.objective
    again = compare_files([(str(base), CASE), (str(base), CASE)])
    assert again.differences[0].other == str(base)


def test_files_that_are_no_proposals_are_refused_all_at_once(tmp_path: Path) -> None:
    """Every file's problems, with the file's number in the path."""
    for name, data in (("a", {"score_card": None}), ("b", {"bookings": [{"person": "zoe"}]}), ("c", [])):
        (tmp_path / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(Unusable) as wrong:
        compare_files([(str(tmp_path / f"{name}.json"), CASE) for name in "abcd"])
    paths = [problem.path for problem in wrong.value.problems]
    assert {path.split("/")[1] for path in paths} == {"0", "1", "2", "3"}
    assert "/0/bookings" in paths
    assert "/1/bookings/0/hours" in paths


def test_a_proposal_of_another_portfolio_is_refused(tmp_path: Path) -> None:
    """What the portfolio does not have is named."""
    file = tmp_path / "stray.json"
    proposal = score_plan(CASE, other_plan()).to_json()
    proposal["bookings"][0]["person"] = "nobody"
    file.write_text(json.dumps(proposal), encoding="utf-8")
    with pytest.raises(Unusable) as wrong:
        compare_files([(str(PLAN), CASE), (str(file), CASE)])
    assert [problem.path for problem in wrong.value.problems][:1] == ["/1/bookings/0/person"]
