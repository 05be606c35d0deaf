"""With keys: what an employee, a lead and HR see in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from scenarios.library import entry
from tests.service.page.conftest import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

Look = Callable[["Page", str], None]


@pytest.fixture(scope="module")
def guarded(module_address: str, keys: dict[str, str]) -> Iterator[str]:
    """The address of a service that asks for a key."""
    yield from serving(module_address)


def sign_in(page: Page, address: str, key: str) -> None:
    """Give a key on the page."""
    page.goto(address)
    page.locator("input[name=key]").fill(key)
    page.locator("main button").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_an_employee_reads_the_own_explanation_and_of_nobody_else(
    page: Page, guarded: str, keys: dict[str, str], look: Look
) -> None:
    """After signing in: the own work and why, no colleague's name, and no way to the whole proposal."""
    sign_in(page, guarded, keys["employee"])
    assert "Teun van Dijk" in page.get_by_role("heading", level=1).inner_text()
    look(page, "employee-1-own-view")
    said = page.locator("body").inner_text()
    colleagues = [one.name for one in entry("adviesbureau").portfolio().people if one.id != "teun"]
    assert not [name for name in colleagues if name in said]
    page.get_by_role("link", name="Talent agreement").click()
    look(page, "employee-2-agreement")
    answer = page.request.get(f"{guarded}/runs/{keys['run']}")
    assert answer.status == 403
    assert not [name for name in colleagues if name in answer.text()]


def test_hr_prints_one_agreement(page: Page, guarded: str, keys: dict[str, str], look: Look) -> None:
    """From the proposal to the person to the sheet, which fits A4 without what belongs to the screen alone."""
    sign_in(page, guarded, keys["hr"])
    page.goto(f"{guarded}/runs/{keys['run']}")
    look(page, "hr-1-proposal")
    page.get_by_role("link", name="People", exact=True).click()
    page.locator(".panel").get_by_role("link", name="Lotte Bakker").first.click()
    look(page, "hr-2-person")
    page.get_by_role("link", name="Talent agreement").click()
    page.get_by_role("button", name="Print").wait_for()
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Print").is_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    look(page, "hr-3-agreement")


def test_a_lead_sees_the_own_project_alone(page: Page, guarded: str, keys: dict[str, str], look: Look) -> None:
    """The map has the activities of the led project, in Dutch and in the dark, on a phone, by keyboard."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    sign_in(page, guarded, keys["lead"])
    page.locator("header button[name=language]").click()
    page.locator("html[lang=nl]").wait_for()
    page.goto(f"{guarded}/runs/{keys['run']}")
    assert page.locator("html").get_attribute("lang") == "nl"
    look(page, "lead-6-phone-dark")
    told = page.evaluate("JSON.parse(document.getElementById('heat-data').textContent)")
    own = {one.id for one in entry("adviesbureau").portfolio().activities if one.project == "warmte"}
    assert {one[0] for one in told["activities"]} == own
    page.locator(".heat").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.locator("#heat-voice").inner_text()
    page.keyboard.press("Home")
    while "niet geboekt" in page.locator("#heat-voice").inner_text():
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    side = page.locator("#side h2")
    side.wait_for()
    look(page, "lead-7-reason")
    page.keyboard.press("Escape")
    assert not page.locator("#side h2").count()
    assert page.evaluate("document.activeElement.className") == "heat"
