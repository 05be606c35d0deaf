"""The four stories of the page, each from start to end in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.builders import activity, person, portfolio_data

Error = pytest.importorskip("playwright.sync_api").Error

if TYPE_CHECKING:
    from playwright.sync_api import Page

Look = Callable[["Page", str], None]


def test_a_lead_asks_why_a_colleague_is_not_on_it_and_pins_her(page: Page, site: str, look: Look) -> None:
    """From the start page to a proposal, to the answer why not, to a new proposal that has her."""
    page.goto(site)
    look(page, "lead-1-start")
    page.get_by_role("article").filter(has_text="A consultancy with two teams").get_by_role("button").click()
    page.wait_for_url(re.compile("/runs/[0-9a-f]+$"))
    look(page, "lead-2-live")
    proposal = page.locator(".heat")
    page.get_by_role("heading", name="There is a plan").or_(proposal).first.wait_for()
    with suppress(Error):  # it may have ended by itself by now
        page.get_by_role("button", name="Stop and keep the best").click(timeout=2_000)
    proposal.wait_for()
    assert "staffed" in page.get_by_role("heading", level=1).inner_text()
    look(page, "lead-3-proposal")

    page.locator(".heat").focus()
    cell = page.locator(".cells")
    box = cell.bounding_box()
    assert box is not None
    told = page.evaluate("JSON.parse(document.getElementById('heat-data').textContent)")
    row = next(n for n, one in enumerate(told["people"]) if one[0] == "jurre")
    column = next(n for n, one in enumerate(told["activities"]) if one[0] == "startgesprekken")
    assert not page.locator('[data-at="jurre startgesprekken"]').count()
    cell.click(position={"x": told["cell"] * (column + 0.5), "y": told["tops"][row] + 10})
    side = page.locator("#side")
    side.get_by_role("heading", level=2).wait_for()
    page.locator("#side").get_by_text(re.compile("It can")).first.wait_for()
    look(page, "lead-4-why-not")
    if not side.get_by_role("button", name="Take it over").count():
        pytest.fail(side.inner_text())
    side.get_by_role("button", name="Take it over").click()
    page.wait_for_url(lambda url: "/runs/" in url)
    page.locator('[data-at="jurre startgesprekken"]').wait_for(state="attached")
    look(page, "lead-5-pinned")


def test_a_planner_compares_hiring_with_lending(page: Page, site: str, look: Look) -> None:
    """Both scenarios are run, laid side by side, and what moved is told in sentences and pictures."""
    page.goto(f"{site}/portfolios/adviesbureau")
    look(page, "planner-1-portfolio")
    page.get_by_role("link", name="Compare scenarios").click()
    page.get_by_label("Hire somebody who persuades").check()
    page.get_by_label("Lend Marijke to the heat vision").check()
    look(page, "planner-2-choice")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="Side by side").wait_for()
    look(page, "planner-3-compared")
    page.get_by_text("Persuading is no longer missing").first.wait_for()
    page.locator("svg.columns").nth(1).wait_for()


def test_a_planner_builds_a_scenario_in_forms(page: Page, site: str, look: Look) -> None:
    """A change is chosen, filled in wrongly, told so at its field, mended, and kept under a name."""
    page.goto(f"{site}/portfolios/adviesbureau/scenarios/new")
    page.get_by_label("Kind of change").select_option("train")
    page.get_by_role("button", name="Choose").click()
    page.get_by_label("Person").select_option("sanne")
    page.get_by_label("Term").select_option("persuading")
    page.locator("[name=level]").fill("9")
    page.locator("[name=from]").select_option("8")
    page.get_by_role("button", name="Add this change").click()
    assert "1 to 5" in page.locator("#wf-level").inner_text()
    page.locator("[name=level]").fill("4")
    page.get_by_role("button", name="Add this change").click()
    page.get_by_text("Sanne de Wit has level 4 on Persuading").wait_for()
    look(page, "planner-4-scenario")
    page.get_by_label("Name").fill("Sanne learns")
    page.get_by_role("button", name="Only keep it").click()
    page.get_by_role("heading", name="Sanne learns").wait_for()


def test_hr_finds_whom_to_hire_and_who_is_a_single_point_of_failure(page: Page, site: str, look: Look) -> None:
    """A portfolio is uploaded with a fault, which is told where it is; then right; then two studies answer."""
    told = portfolio_data(
        [person("ana", expertise={"law": 4}, hours_per_period=40), person("bob", expertise={"data": 3})],
        [
            activity("review", 30, expertise={"law": 4}),
            activity("model", 40, expertise={"data": 3}),
            activity("talks", 36, expertise={"press": 3}),
        ],
    )
    told |= {"id": "desk", "name": "A desk of two"}
    wrong = {**told, "people": [{**told["people"][0], "hours_per_period": "many"}, told["people"][1]]}
    page.goto(site)
    page.get_by_label("File").set_input_files({"name": "x.json", "mimeType": "", "buffer": json.dumps(wrong).encode()})
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="people 1: Ana").wait_for()
    look(page, "hr-4-upload-wrong")
    page.goto(site)
    page.get_by_label("File").set_input_files({"name": "x.json", "mimeType": "", "buffer": json.dumps(told).encode()})
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="A desk of two").wait_for()

    page.get_by_role("link", name=re.compile("Study")).click()
    page.get_by_label("Profiles").fill("1")
    page.get_by_label("Terms").fill("1")
    page.get_by_label("Pool").fill("5")
    look(page, "hr-5-study")
    page.get_by_role("button", name="Find out").click()
    page.get_by_role("link", name="See this plan").wait_for()
    look(page, "hr-6-best-hire")
    assert "Press" in page.locator("main").inner_text()
    page.get_by_role("link", name="See this plan").click()
    page.locator('[data-at$=" talks"]').first.wait_for(state="attached")  # with who is hired

    page.goto(f"{site}/portfolios/desk/studies/new?kind=exposure")
    page.get_by_label("Ana").check()
    page.get_by_role("button", name="Find out").click()
    page.get_by_text("single point of failure").first.wait_for()
    look(page, "hr-7-exposure")
