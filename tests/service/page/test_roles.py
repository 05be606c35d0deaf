"""What each role is shown: never more than over REST."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import get_args

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from scenarios.changes import parse_changes
from service.app import create_app
from service.page.routes.audit import ACTIONS, MOST
from service.settings import ServiceSettings
from service.store import Store, trail
from service.store.access_tables import audit
from service.store.decisions import Verb
from service.who import LOCAL
from tests.service.page.stored import no_plan, with_run
from tests.service.page.test_page import TABS, text_of

#: (role, part of a proposal) → words that stand in it for HR, and must not stand in it for the role
SECRETS = (
    ("planner", "people/koen", "Unused"),
    ("planner", "cell?person=koen&activity=warmtevraag", "The work asks"),
    ("lead", "cell?person=sanne&activity=warmtevraag", "The work asks"),
    ("auditor", "cell?person=sanne&activity=warmtevraag", "of the talents asked for"),
    ("auditor", "cell?person=sanne&activity=warmtevraag", "naturally brings"),
    ("lead", "?view=list", "Ombuigingsopties"),
)


@pytest.fixture(scope="module")
def asked(module_address: str, keys: dict[str, str]) -> Iterator[TestClient]:
    """The service with a key for each role."""
    settings = ServiceSettings(database_url=module_address)
    with TestClient(create_app(settings), base_url="http://localhost", follow_redirects=False) as connected:
        yield connected


def seen(asked: TestClient, key: str, path: str) -> tuple[int, str]:
    """Status and text of a page, for who has a key."""
    answer = asked.get(path, headers={"cookie": f"staffing_key={key}"})
    return answer.status_code, text_of(answer.text)


def test_without_a_key_there_is_the_way_to_sign_in(asked: TestClient, keys: dict[str, str]) -> None:
    """Every page leads to signing in, and back to where one wanted to be; a wrong key does as well."""
    answer = asked.get(f"/runs/{keys['run']}?view=time")
    assert answer.headers["location"] == f"/sign-in?back=/runs/{keys['run']}%3Fview%3Dtime"
    assert seen(asked, "staffing_wrong_key", "/")[0] == 303
    came_from = {"referer": "http://localhost/portfolios/adviesbureau"}
    expired = asked.post("/portfolios/adviesbureau/runs", headers=came_from)
    watching = {"hx-request": "true", "hx-current-url": "http://localhost/runs/x?view=time"}
    live = asked.get("/runs/x/live", headers=watching)
    assert live.headers["hx-redirect"] == "/sign-in?back=/runs/x%3Fview%3Dtime"
    assert (expired.status_code, 'name="back" value="/portfolios/adviesbureau"' in expired.text) == (401, True)
    assert ("You are not signed in" in expired.text, "Authorization" in expired.text) == (True, False)


@pytest.mark.parametrize(("role", "forms"), [("planner", 4), ("hr", 4), ("auditor", 2)])
def test_a_role_is_offered_the_files_that_it_may_have(
    asked: TestClient, keys: dict[str, str], role: str, forms: int
) -> None:
    """Each download that stands on the page of a proposal is there for the role."""
    cookie = {"cookie": f"staffing_key={keys[role]}"}
    files = re.findall(r'href="([^"]+/download\.\w+)"', asked.get(f"/runs/{keys['run']}", headers=cookie).text)
    assert [asked.get(one, headers=cookie).status_code for one in files] == [200] * forms


def test_a_key_is_kept_where_no_script_reads_it(asked: TestClient, keys: dict[str, str]) -> None:
    """The cookie is for this service's own pages alone; signing out forgets it."""
    answer = asked.post("/sign-in", data={"key": keys["hr"], "back": "/portfolios/adviesbureau"})
    assert answer.headers["location"] == "/portfolios/adviesbureau"
    assert {"httponly", "samesite=strict"} <= {one.strip().lower() for one in answer.headers["set-cookie"].split(";")}
    wrong = asked.post("/sign-in", data={"key": "staffing_no_key"})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert 'staffing_key=""' in asked.post("/sign-out").headers["set-cookie"]
    asked.cookies.clear()


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/runs/1?view=time", "/runs/1?view=time"),
        ("http://localhost/runs/1#top", "/runs/1"),
        ("https://elsewhere.test/x", "/x"),
        ("//elsewhere.test/x", "/x"),
        ("/\t/elsewhere.test/x", "/x"),
        ("////elsewhere.test/x", "/"),
        ("https:////elsewhere.test/x", "/"),
        ("http://localhost//elsewhere.test/x", "/"),
        ("/\\elsewhere.test/x", "/"),
        ("\\\\elsewhere.test/x", "/"),
        ("javascript:x", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_one_comes_back_to_a_page_of_this_service(
    asked: TestClient, keys: dict[str, str], back: str, leads: str
) -> None:
    """Whatever is said of where to go on, it is never another host; what stands behind the question mark stays."""
    for path, sent in (("/sign-in", {"key": keys["hr"]}), ("/look", {"theme": "dark"})):
        assert asked.post(path, data={**sent, "back": back}).headers["location"] == leads
    asked.cookies.clear()


def test_an_address_that_looks_like_another_host_is_not_come_back_to(asked: TestClient) -> None:
    """Neither that of the page itself, nor the one that it was on, nor the one that a script says it is on."""
    elsewhere = "http://localhost//elsewhere.test/x"
    expired = asked.post("/portfolios/adviesbureau/runs", headers={"referer": elsewhere})
    assert 'name="back" value="/"' in expired.text
    assert 'name="back" value="/"' in asked.get(elsewhere, headers={"accept": "text/html"}).text
    live = asked.get("/runs/x/live", headers={"hx-request": "true", "hx-current-url": elsewhere})
    assert live.headers["hx-redirect"] == "/sign-in?back=/"


def test_of_nobody_more_than_a_small_form_is_read(asked: TestClient) -> None:
    """Before anybody is known a form to sign in may be small, and of all others not a byte is taken."""
    assert asked.post("/sign-in", data={"key": "x" * 30_000}).status_code == 413

    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("the form was read")
        yield b""

    async def send() -> int:
        transport = httpx.ASGITransport(asked.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as sending:
            sent = {"content-type": "multipart/form-data; boundary=x"}
            return (await sending.post("/portfolios", content=unread(), headers=sent)).status_code

    assert asked.portal is not None
    assert asked.portal.call(send) == 401


def test_what_was_tried_in_a_scenario_is_shown_without_it(asked: TestClient, keys: dict[str, str]) -> None:
    """A proposal that was accepted is compared also where its scenario is gone, or not for who looks."""
    store: Store = asked.app.state.store  # type: ignore[attr-defined]
    changes = parse_changes([{"change": "leave", "person": "koen", "from": 0}])
    scenario = store.add_scenario("Koen leaves", "adviesbureau", 1, changes, "planner").id
    run = with_run(store, changes, "planner", scenario_id=scenario)
    store.decide(run, "accept", None, None, LOCAL, ())
    paths = (f"/compare?run={keys['run']}&run={run}", "/portfolios/adviesbureau/compare")
    for path in paths:
        status, told = seen(asked, keys["lead"], path)
        assert (status, "Koen leaves" in told) == (200, False)
        assert "Koen leaves" in seen(asked, keys["hr"], path)[1]
    store.delete_scenario(scenario)
    for path in paths:
        assert seen(asked, keys["hr"], path)[0] == 200


@pytest.mark.parametrize(("role", "path", "words"), SECRETS)
def test_a_role_is_not_shown_what_hr_is(
    asked: TestClient, keys: dict[str, str], role: str, path: str, words: str
) -> None:
    """What stands there for HR is left out for the role, and the page is there all the same."""
    address = f"/runs/{keys['run']}{'' if path.startswith('?') else '/'}{path}"
    assert words in seen(asked, keys["hr"], address)[1]
    status, text = seen(asked, keys[role], address)
    assert status == 200
    assert words not in text


@pytest.mark.parametrize("role", ["lead", "planner", "auditor"])
@pytest.mark.parametrize("tab", TABS)
def test_every_part_is_there_for_every_role_that_may_see_runs(
    asked: TestClient, keys: dict[str, str], role: str, tab: str
) -> None:
    """What a role is not shown is left out, and breaks nothing."""
    assert seen(asked, keys[role], f"/runs/{keys['run']}?view={tab}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/runs/{run}",
        "/runs/{run}/people/koen",
        "/runs/{run}/people/koen/own",
        "/runs/{run}/download.csv",
        "/runs/{run}/decide",
        "/runs/{run}/cell?person=teun&activity=opties",
        "/portfolios/adviesbureau",
        "/compare?run={run}&run={run}",
    ],
)
def test_an_employee_sees_the_own_view_alone(asked: TestClient, keys: dict[str, str], path: str) -> None:
    """Everything else is refused, without a colleague's name in the refusal."""
    status, text = seen(asked, keys["employee"], path.format(run=keys["run"]))
    assert status == 403
    assert "Koen Jacobs" not in text
    assert "Teun van Dijk" in seen(asked, keys["employee"], "/me")[1]


def test_a_run_without_a_plan_tells_nobody_that_there_is_no_work(asked: TestClient, keys: dict[str, str]) -> None:
    """The own view is of the latest proposal that has a plan, not of a later one that has none."""
    with_run(asked.app.state.store, proposal=no_plan("INFEASIBLE"))  # type: ignore[attr-defined]
    assert "Scenario's en kosten per wijk" in seen(asked, keys["employee"], "/me")[1]


def test_a_lead_is_shown_no_load_where_the_load_is_not_told(asked: TestClient, keys: dict[str, str]) -> None:
    """Beside the names there is no bar, which would say that nobody has anything to do."""
    cookie = {"cookie": f"staffing_key={keys['lead']}"}
    drawn = asked.get(f"/runs/{keys['run']}", headers=cookie).text
    names = drawn[drawn.index('class="names"') : drawn.index('class="cells"')]
    assert "Sanne de Wit" in names
    assert 'class="track"' not in names


def test_an_employee_contests_a_level(asked: TestClient, keys: dict[str, str]) -> None:
    """What was contested stands on the own view with its reason."""
    cookie = {"cookie": f"staffing_key={keys['employee']}"}
    sent = {"portfolio": "adviesbureau", "term": "interviewing", "level": "3", "reason": "I led six of them"}
    assert asked.post("/me/contests", data=sent, headers=cookie).status_code == 303
    assert "I led six of them" in seen(asked, keys["employee"], "/me")[1]
    assert asked.post("/me/contests", data={**sent, "term": "nothing"}, headers=cookie).status_code == 422


def test_hr_answers_a_contested_level(asked: TestClient, keys: dict[str, str]) -> None:
    """It stands in HR's list with its reason, is answered with words, and the person reads the answer."""
    cookies = {role: {"cookie": f"staffing_key={keys[role]}"} for role in ("employee", "hr", "planner")}
    sent = {"portfolio": "adviesbureau", "term": "planning", "level": "4", "reason": "I plan the whole office"}
    asked.post("/me/contests", data=sent, headers=cookies["employee"])
    assert seen(asked, keys["planner"], "/contests")[0] == 403
    open_ones = asked.get("/contests", headers=cookies["hr"]).text
    card = next(one for one in open_ones.split("<section") if "I plan the whole office" in one)
    assert "Teun van Dijk: Planning" in text_of(card)
    address = re.search(r'action="(/contests/[^"]+)"', card)
    assert address is not None
    empty = asked.post(address[1], data={"status": "upheld", "answer": " "}, headers=cookies["hr"])
    assert (empty.status_code, "needs words" in empty.text) == (422, True)
    answer = {"status": "upheld", "answer": "You do, from May on"}
    assert asked.post(address[1], data=answer, headers=cookies["hr"]).status_code == 303
    assert asked.post(address[1], data=answer, headers=cookies["hr"]).status_code == 409
    assert "You do, from May on" in seen(asked, keys["employee"], "/me")[1]


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("lead", "/portfolios"),
        ("lead", "/portfolios/adviesbureau/studies"),
        ("lead", "/runs/{run}/incumbents"),
        ("auditor", "/portfolios/adviesbureau/runs"),
        ("auditor", "/runs/{run}/decide"),
        ("employee", "/runs/{run}/ask"),
    ],
)
def test_what_a_role_may_not_do_is_refused(asked: TestClient, keys: dict[str, str], role: str, path: str) -> None:
    """The same table decides that decides over REST."""
    answer = asked.post(path.format(run=keys["run"]), headers={"cookie": f"staffing_key={keys[role]}"})
    assert answer.status_code == 403


# --- the audit log


@pytest.mark.parametrize("role", ["lead", "planner", "employee"])
def test_the_audit_log_is_for_who_looks_into_it(asked: TestClient, keys: dict[str, str], role: str) -> None:
    """Others are refused, and not shown the way."""
    assert seen(asked, keys[role], "/audit")[0] == 403
    home = asked.get("/me" if role == "employee" else "/", headers={"cookie": f"staffing_key={keys[role]}"})
    assert 'href="/audit"' not in home.text


def test_the_audit_log_is_read_page_by_page(asked: TestClient, keys: dict[str, str]) -> None:
    """Newest first, older ones by a link; filtered by what was done; people stand in it as hashes alone."""
    store = asked.app.state.store  # type: ignore[attr-defined]
    for n in range(MOST):
        store.add_scenario(f"scenario {n}", "adviesbureau", 1, (), "key of somebody")
    cookie = {"cookie": f"staffing_key={keys['auditor']}"}
    first = asked.get("/audit", headers=cookie)
    for role in ("auditor", "hr"):
        assert 'href="/audit"' in asked.get("/", headers={"cookie": f"staffing_key={keys[role]}"}).text
    older = re.search(r'href="(\?cursor=\d+)">Older', first.text)
    assert older is not None
    assert "made a key" not in text_of(first.text[first.text.index("<tbody") :])
    second = text_of(asked.get(f"/audit{older[1]}", headers=cookie).text)
    assert "made a key" in second[second.index("To what") :]
    made = asked.get("/audit?action=add_key", headers=cookie).text
    rows = re.findall(r"<tr>.*?</tr>", made, re.DOTALL)[1:]
    assert len(rows) == 5
    assert all("made a key" in row for row in rows)
    assert "teun" not in text_of(made)
    assert "Zoiets staat er niet" in seen(asked, keys["auditor"], "/audit?by=nobody&language=nl")[1]
    assert asked.get("/audit?cursor=x", headers=cookie).status_code == 422


def test_an_entry_that_was_changed_is_told(asked: TestClient, keys: dict[str, str]) -> None:
    """The log is whole, until somebody writes over an entry: then the first that does not fit is named."""
    store = asked.app.state.store  # type: ignore[attr-defined]
    assert "entries are as they were written" in seen(asked, keys["auditor"], "/audit?check=yes")[1]
    with store.writing() as connection:
        old = connection.execute(select(audit.c.action).where(audit.c.number == 2)).scalar_one()
        connection.execute(update(audit).where(audit.c.number == 2).values(action="accept"))
    assert "Entry 2 does not fit" in seen(asked, keys["auditor"], "/audit?check=yes")[1]
    with store.writing() as connection:
        connection.execute(update(audit).where(audit.c.number == 2).values(action=old))


def test_every_deed_in_the_log_has_words() -> None:
    """Whatever the code writes into the log is told in both languages."""
    source = "".join(path.read_text() for path in Path(trail.__file__).parent.glob("*.py"))
    deeds = set(re.findall(r'trail\.add\(\s*connection, [\w.]+, "(\w+)"', source)) | set(get_args(Verb))
    assert deeds == ACTIONS.keys()


def test_a_decision_stands_with_its_proposal(asked: TestClient, keys: dict[str, str]) -> None:
    """For the auditor, who cannot decide; to a planner not what somebody else decided."""
    run = with_run(asked.app.state.store)  # type: ignore[attr-defined]
    sent = {"decision": "reject", "reason": "too late"}
    cookie = {"cookie": f"staffing_key={keys['hr']}"}
    assert asked.post(f"/runs/{run}/decide", data=sent, headers=cookie).status_code == 303
    assert "too late" in seen(asked, keys["auditor"], f"/runs/{run}")[1]
    assert "too late" not in seen(asked, keys["planner"], f"/runs/{run}")[1]
