"""A running service and a real Chromium for the stories of the page; skipped in a line where there is no Chromium."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_exception_message, stop_after_attempt

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")

ROOT = Path(__file__).parents[3]
#: build results, which git ignores
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "tests" / "data" / "axe" / "axe.min.js"
#: milliseconds that something may take on a machine that does other things too
PATIENCE = 240_000
#: findings of these sorts fail a test
SERIOUS = ("serious", "critical")
#: errors in the console that a story is about: a form that is not right, nothing there, a server that is gone
EXPECTED = re.compile(r"\b4(?:22|04)\b|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|htmx:(?:sendError|afterRequest)")
#: what keeps a browser on this machine, and quiet
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Chromium now and then refuses a picture, at its start for one, and takes the same when asked again
REFUSED_ONCE = Retrying(
    retry=retry_if_exception_message(match=".*Unable to capture screenshot"), stop=stop_after_attempt(3), reraise=True
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser runs in one process, in a row: while Playwright is on, nothing else may use asyncio."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    """Chromium, as Debian has it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium for the stories of the page: `make chromium` installs it where apt can")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield browser
        browser.close()


def serving(address: str, port: int = 0) -> Iterator[str]:
    """The address of the service over a store, in a thread from here until the generator ends."""
    import uvicorn

    from service.app import create_app
    from service.settings import ServiceSettings

    settings = ServiceSettings(database_url=address, solve_seconds=2, solves_at_once=2)
    listening = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    listening.close()


@pytest.fixture(scope="module")
def site(module_address: str) -> Iterator[str]:
    """The address of the service, of which every solve takes two seconds at most."""
    yield from serving(module_address)


@pytest.fixture
def page(chromium: playwright.Browser, request: pytest.FixtureRequest) -> Iterator[playwright.Page]:
    """A window of its own; an error in a script, or one that the policy refused, fails the test."""
    context = chromium.new_context(viewport={"width": 1300, "height": 900}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    # That a form was not right, or nothing is there, is told in the page, and by the browser in its console too.
    opened.on(
        "console",
        lambda told: wrong.append(told.text) if told.type == "error" and not EXPECTED.search(told.text) else None,
    )
    yield opened
    context.close()
    assert not wrong, wrong


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Callable[[playwright.Page, str], None]:
    """Takes a picture, and holds the page to what a keyboard and a screen reader need."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def looked(opened: playwright.Page, name: str) -> None:
        REFUSED_ONCE(opened.screenshot, path=SCREENSHOTS / f"{re.sub('[^a-z0-9-]', '-', name)}.png")
        # A tool of the tests, put in from outside the page's own policy.
        opened.evaluate(AXE.read_text())
        found = opened.evaluate("axe.run(document, {resultTypes: ['violations']})")
        told = [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in found["violations"]
            if one["impact"] in SERIOUS
        ]
        assert not told, "\n".join(told)

    return looked


@pytest.fixture(scope="module")
def keys(module_address: str) -> dict[str, str]:
    """A proposal in the store, and a key of each sort of user: an employee, a lead, a planner, HR, an auditor."""
    from service.store import Store
    from tests.service.page.stored import with_run

    store = Store.open(module_address)
    made = {"run": with_run(store)}
    for role, person in (("employee", "teun"), ("lead", "sanne"), ("planner", None), ("hr", None), ("auditor", None)):
        made[role] = store.add_key(role, 1, person=person)[1]  # type: ignore[arg-type]
    store.close()
    return made
