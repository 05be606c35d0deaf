"""What else is tried on the page, in a real browser: ways out, other plans, studies, deciding, a server that goes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.changes import parse_changes
from scenarios.library import entry
from scenarios.questions import AlternativesAsked
from scenarios.scenario import apply
from scenarios.studies import parse_study
from service.store import Kind, Store
from solver.handmade import score_plan
from solver.portfolio import parse
from solver.settings import Settings
from tests.builders import activity, booking, person, portfolio_data
from tests.service.page.conftest import serving
from tests.service.page.stored import PLAN, found_out, made_proposal, with_answer, with_run

if TYPE_CHECKING:
    from playwright.sync_api import Page

Json = dict[str, Any]
Look = Callable[["Page", str], None]


def two_units(**more: Any) -> dict[str, Any]:
    """Two units of one, each without what the other could lend."""
    data = portfolio_data(
        [
            person("ana", expertise={"law": 4}, hours_per_period=40, unit="east", rate=50),
            person("bob", expertise={"data": 4}, hours_per_period=40, unit="west", rate=50),
        ],
        [
            activity("review", 30, expertise={"law": 4}, project="e"),
            activity("model", 24, expertise={"data": 4}, project="e"),
            activity("count", 12, expertise={"data": 4}, project="w"),
        ],
        projects=[{"id": "e", "name": "East's", "unit": "east"}, {"id": "w", "name": "West's", "unit": "west"}],
        units=[{"id": "east", "name": "East"}, {"id": "west", "name": "West"}],
        **more,
    )
    return data | {"id": "units", "name": "Two units"}


def upload(page: Page, site: str, data: dict[str, Any]) -> None:
    """Store a portfolio by its form."""
    page.goto(site)
    page.get_by_label("File").set_input_files({"name": "x.json", "mimeType": "", "buffer": json.dumps(data).encode()})
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name=data["name"]).wait_for()


def test_a_way_out_of_a_conflict_is_taken_over(page: Page, site: str, look: Look) -> None:
    """Where rules contradict the page names them, finds what could be changed, and makes the proposal of one way."""
    data = two_units(bookings=[booking("ana", "review", 60)]) | {"id": "tight", "name": "Too tight"}
    upload(page, site, data)
    page.get_by_role("button", name="Make a proposal").click()
    page.get_by_role("heading", name="There is no plan").wait_for()
    look(page, "planner-5-conflict")
    page.get_by_role("button", name="Look for ways out").press("Enter")
    page.get_by_role("heading", name="Ways out").wait_for()
    assert page.evaluate("document.activeElement.textContent").startswith("Ways out")
    look(page, "planner-6-ways-out")
    page.get_by_role("button", name="Take this way").first.click()
    page.locator(".heat").wait_for()


def test_lending_is_opened_and_combinations_are_tried(page: Page, site: str, look: Look) -> None:
    """The lending market leads to its plan, a sweep from its points to theirs; a frontier asks for two rules."""
    upload(page, site, two_units())
    new = f"{site}/portfolios/units/studies/new"
    page.goto(f"{new}?kind=lending_market")
    page.get_by_role("button", name="Find out").click()
    page.get_by_role("link", name="See this plan").first.wait_for()
    look(page, "planner-7-lending-market")
    page.get_by_role("link", name="See this plan").first.click()
    page.locator('[data-at="bob model"]').wait_for(state="attached")
    look(page, "planner-8-its-plan")

    page.goto(f"{new}?kind=frontier")
    rules = page.locator("[name=rules]")
    rules.nth(0).select_option("staffing")
    page.get_by_role("button", name="Find out").click()
    assert "at least 2" in page.locator("main .wrong").first.inner_text()
    look(page, "planner-9-frontier")

    page.goto(f"{site}/portfolios/units/scenarios/new?change=open_lending")
    page.get_by_label("Share").fill("0.5")
    page.get_by_role("button", name="Add this change").click()
    page.get_by_text("lend each other at most 50").first.wait_for()
    page.get_by_label("Name").fill("Lend with all")
    page.get_by_role("button", name="Only keep it").click()
    page.get_by_role("heading", name="Lend with all").wait_for()
    page.goto(f"{new}?kind=sweep")
    page.get_by_label("Lend with all").check()
    page.get_by_role("button", name="Find out").click()
    page.get_by_role("link", name="See this plan").first.wait_for()
    look(page, "planner-10-sweep")
    row = page.get_by_role("row", name=re.compile("^Lend with all"))
    cost = row.locator("td").nth(1).inner_text().split()[0]
    row.get_by_role("link", name="See this plan").click()
    page.locator('[data-at="bob model"]').wait_for(state="attached")
    page.get_by_role("button", name="Make a proposal with these changes").click()
    page.wait_for_url(re.compile("/runs/[0-9a-f]+$"))
    page.locator('[data-at="bob model"]').wait_for(state="attached")
    assert cost in page.locator("dl.figures").inner_text(), "the plan of the point, and of a run of its changes"

    page.goto(f"{new}?kind=frontier")
    rules = page.locator("[name=rules]")
    rules.nth(0).select_option("staffing")
    rules.nth(1).select_option("load_balance")
    page.get_by_label("Points").fill("2")
    page.get_by_role("button", name="Find out").click()
    page.locator("svg.scatter a").first.wait_for()
    look(page, "planner-10b-frontier-found")
    page.locator("svg.scatter a").first.click()
    page.wait_for_url(re.compile(r"/plans/0$"))
    page.get_by_role("button", name="Take it over").wait_for()


def test_other_plans_are_shown_beside_the_proposal(page: Page, site: str, module_address: str, look: Look) -> None:
    """They are looked for while the page waits; each tells what it costs and who moves, and has a map of its own."""
    store = Store.open(module_address)
    run = with_run(store)
    store.close()
    page.goto(f"{site}/runs/{run}")
    page.get_by_role("button", name="Other plans").click()
    page.get_by_role("heading", name="nearly as good").wait_for()
    look(page, "lead-8-other-plans")
    page.get_by_role("link", name="See this plan").first.click()
    page.get_by_role("button", name="Take it over").wait_for()
    page.locator(".heat .cell").nth(20).wait_for(state="attached")


def test_what_is_accepted_becomes_the_bookings_of_today(page: Page, site: str, module_address: str, look: Look) -> None:
    """By keyboard: all is accepted, one booking overridden with a reason, and the next revision has them."""
    store = Store.open(module_address)
    run = with_run(store)
    page.goto(f"{site}/runs/{run}/decide")
    page.get_by_role("button", name="Accept", exact=True).press("Enter")
    page.get_by_text("accepted the whole proposal").wait_for()
    made = len(store.decisions_of(run))
    hours = page.get_by_label("Hours instead: Sanne de Wit, Projectleiding warmtevisie")
    hours.focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    assert "Nothing is decided yet" in page.get_by_role("alert").inner_text()
    assert (hours.input_value(), len(store.decisions_of(run))) == ("100", made), "Enter decides nothing"
    page.get_by_role("button", name="Override").press("Enter")
    assert "a reason" in page.get_by_role("alert").inner_text()
    assert hours.input_value() == "100", "what was filled in stays"
    page.get_by_label("Reason").fill("a holiday")
    page.get_by_role("button", name="Override").press("Enter")
    page.get_by_text("a holiday").wait_for()
    look(page, "planner-11-decided")
    page.get_by_role("button", name="today's bookings").press("Enter")
    page.get_by_text("revision 2").wait_for()
    look(page, "planner-12-next-revision")
    bookings = store.portfolio("adviesbureau")[1].bookings
    store.close()
    assert {(one.person, one.activity, one.hours) for one in bookings if one.status == "incumbent"} >= {
        ("sanne", "leiding-warmte", 100)
    }


def test_another_look_keeps_what_was_typed(page: Page, site: str) -> None:
    """A scenario being built stays as it is in other colours and in another language, also where it is the answer."""
    page.goto(f"{site}/portfolios/adviesbureau/scenarios/new?change=leave")
    page.locator("[name=from]").select_option("9")
    page.get_by_role("button", name="Add this change").click()
    page.get_by_role("alert").wait_for()
    person = page.locator("[name=person]")
    person.select_option("sanne")
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("document.activeElement.textContent") == "Light"
    assert person.input_value() == "sanne", "the page is the same"
    page.get_by_role("button", name="Nederlands").click()
    page.get_by_role("button", name="Voeg deze verandering toe").wait_for()
    assert page.locator("html").get_attribute("data-theme") == "dark", "it is kept"
    assert (page.locator("[name=person]").input_value(), page.locator("[name=from]").input_value()) == ("sanne", "9")
    page.get_by_role("button", name="Voeg deze verandering toe").click()
    page.get_by_text("Sanne de Wit vertrekt").wait_for()
    page.get_by_role("button", name="Licht").click()


def test_long_words_and_names_stay_where_they_belong(page: Page, site: str, module_address: str, look: Look) -> None:
    """On a phone and in Dutch: no label broken within a word, no name through its neighbour, all cut with a sign."""
    long = "Abcdefghij" * 12
    data = two_units() | {"id": "long", "name": "Long"}
    data["people"][0]["name"] = "Anna Wilhelmina Maximiliana"
    data["units"][0]["name"] = "Ruimtelijke ordening en milieu"
    data["activities"][0] |= {"name": long.upper()}
    data["vocabulary"] = [
        one | ({"labels": {"en": long, "nl": long}} if one["id"] == "law" else {}) for one in data["vocabulary"]
    ]
    store = Store.open(module_address)
    of = parse(data)
    store.add_portfolio(of, "local")
    plan = {"bookings": [{"person": "ana", "activity": "review", "hours": 30}]}
    run = with_answer(store, "long", score_plan(of, plan).to_json())
    store.close()
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (f"/runs/{run}/activities/review", f"/runs/{run}?view=map&people=unit", f"/runs/{run}?view=time"):
        page.goto(f"{site}{path}{'&' if '?' in path else '?'}language=nl")
        look(page, f"phone-long-{path.partition(run)[2]}")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        assert not page.evaluate("""() => [...document.querySelectorAll("main table")].filter(
            (one) => !one.closest(".wide") && one.scrollWidth > one.parentElement.clientWidth).length""")
        outside = """() => [...document.querySelectorAll(".names text, .calendar a text, .heads text")]
          .filter((one) => {
            const box = one.getBoundingClientRect(), svg = one.closest("svg"), frame = svg.getBoundingClientRect();
            const most = svg.matches(".calendar") ? frame.left + frame.width * 230 / 1160 : frame.right;
            return box.width && (box.right > most + 1 || box.top < frame.top - 1);
        }).map((one) => one.textContent)"""
        assert page.evaluate(outside) == [], path
    page.goto(f"{site}/portfolios/long/scenarios/new?language=nl")
    look(page, "phone-long-label")
    broken = """() => { const words = [], range = document.createRange();
        for (const label of document.querySelectorAll("label.line")) for (const node of label.childNodes)
            if (node.nodeType === 3) for (const found of node.data.matchAll(/[^\\s]+/g)) {
                range.setStart(node, found.index); range.setEnd(node, found.index + found[0].length);
                if (range.getClientRects().length > 1) words.push(found[0]);
            }
        return words; }"""
    assert page.evaluate(broken) == []


def test_a_second_click_asks_for_nothing_more(page: Page, site: str, module_address: str) -> None:
    """Of a double click on a button one run comes, and the button works again for who comes back."""
    upload(page, site, two_units() | {"id": "twice", "name": "Twice"})
    make = page.get_by_role("button", name="Make a proposal", exact=True)
    make.dblclick()
    page.locator(".heat").wait_for()
    page.go_back()
    make.click()
    page.locator(".heat").wait_for()
    store = Store.open(module_address)
    assert len(store.runs(portfolio="twice").items) == 2
    store.close()


def test_a_page_waits_for_a_server_that_is_gone(page: Page, tmp_path: Path, look: Look) -> None:
    """A run goes on after its server came back, and the page with it; until then it says that nobody answers."""
    address = f"sqlite:///{tmp_path / 'store.db'}"
    first = serving(address)
    site = next(first)
    port = int(site.rpartition(":")[2])
    page.goto(f"{site}/portfolios/adviesbureau")
    page.get_by_role("button", name="Make a proposal", exact=True).click()
    page.get_by_role("button", name="Stop and keep the best").focus()
    told = page.locator("#live").inner_text()
    page.wait_for_function("told => document.getElementById('live').innerText != told", arg=told)
    assert page.evaluate("document.activeElement.textContent") == "Stop and keep the best", "the focus stays"
    next(first, None)
    page.get_by_text("The service does not answer").wait_for()
    look(page, "planner-13-no-answer")
    again = serving(address, port)
    next(again)
    page.locator(".heat").wait_for()
    next(again, None)


#: views of a proposal, and of its portfolio, that no story above opens
VIEWS = (
    "/",
    "/portfolios/adviesbureau",
    "/portfolios/adviesbureau/compare",
    "/portfolios/adviesbureau/scenarios/new?change=hire",
    "/portfolios/adviesbureau/scenarios/new?change=add_project",
    "/portfolios/adviesbureau/scenarios/new?change=set_policy",
    "/portfolios/adviesbureau/studies/new?kind=exposure",
    "/runs/{run}?view=time",
    "/runs/{run}?view=list",
    "/runs/{run}?view=talents",
    "/runs/{run}?view=open",
    "/runs/{run}?view=score",
    "/runs/{run}?view=people",
    "/runs/{run}/activities/startgesprekken",
    "/runs/{run}/people/sanne",
    "/runs/{run}/people/sanne/own",
    "/runs/{run}/people/sanne/agreement",
    "/runs/{run}/decide",
    "/runs/none",
    "/compare?run={run}&run={other}",
    "/studies/{study}",
    "/runs/{run}/others/{others}",
    "/audit?check=yes",
    "/contests",
)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone-dark-dutch"])
def test_every_view_fits_and_can_be_used_by_everybody(
    page: Page, site: str, module_address: str, look: Look, phone: bool
) -> None:
    """No serious finding of axe, nothing wider than the window: on a desk in English, on a phone dark and in Dutch."""
    store = Store.open(module_address)
    portfolio, plan = entry("adviesbureau").portfolio(), made_proposal()
    changes = parse_changes([{"change": "set_policy", "rules": {"cost": {"weight": 1}}}])
    dearer = score_plan(apply(portfolio, changes), json.loads(PLAN.read_text()))
    there = {"run": with_run(store), "other": with_run(store, changes, proposal=dearer)}
    asked = parse_study({"kind": "lending_market"}).to_json()
    wanted = AlternativesAsked(plans=1).model_dump()
    quick = Settings(seconds=2, workers=1)
    questions: tuple[tuple[str, Kind, Json, str | None], ...] = (
        ("study", "study", asked, None),
        ("others", "alternatives", wanted, there["run"]),
    )
    for name, kind, what, parent in questions:
        answer = found_out(portfolio, kind, what, plan, quick)
        there[name] = with_answer(store, portfolio.id, answer, kind=kind, asked=what, parent=parent)
    store.close()
    if phone:
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
    for path in VIEWS:
        address = f"{site}{path.format(**there)}"
        page.goto(f"{address}{'&' if '?' in address else '?'}language={'nl' if phone else 'en'}")
        page.evaluate("for (const one of document.querySelectorAll('main details:not(.menu)')) one.open = true")
        look(page, f"{'phone' if phone else 'desk'}-{re.sub('[{}]', '', path).strip('/') or 'start'}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (path, wide)
