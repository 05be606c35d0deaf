"""The page while runs wait and go on: in a store on PostgreSQL, whose runs nobody takes up but these tests."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import anyio.to_thread
import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.orders import Source, order
from service.page.routes import why
from service.settings import ServiceSettings
from service.store import Store
from solver.search import Progress
from tests.service.page.stored import with_run
from tests.service.page.test_page import text_of

ASKED = {"ask": "person", "person": "koen", "activity": "warmtevraag"}


@pytest.fixture(scope="module")
def client(module_postgres_address: str) -> Iterator[TestClient]:
    """The service without keys and without workers."""
    settings = ServiceSettings(database_url=module_postgres_address)
    with TestClient(create_app(settings), base_url="http://localhost") as connected:
        yield connected


@pytest.fixture(scope="module")
def store(client: TestClient) -> Store:
    """What the service stores."""
    opened: Store = client.app.state.store  # type: ignore[attr-defined]
    return opened


def test_who_waits_for_an_answer_holds_up_nobody(client: TestClient, store: Store) -> None:
    """While a question waits for its turn the page has all its threads, be it only one, for everybody else."""

    def threads(most: int) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = most

    run = with_run(store)
    assert client.portal is not None
    client.portal.call(threads, 1)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(client.post, f"/runs/{run}/ask", data=ASKED)
        while not (waiting := store.runs(kind="why_not", status="queued").items):
            assert not asking.done()
        assert client.get(f"/runs/{run}").status_code == 200
        assert not asking.done()
        store.cancel_run(waiting[0].id, "ana")
        assert "No answer yet" in text_of(asking.result().text)
    client.portal.call(threads, 40)


@pytest.mark.parametrize(("kind", "path"), [("why_not", "ask"), ("conflict", "ways-out")])
def test_what_nobody_waits_for_any_more_is_stopped(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch, kind: str, path: str
) -> None:
    """A question that was not answered in time is given up, and takes no place in the queue."""
    monkeypatch.setattr(why, "WAIT_SECONDS", 0)
    assert "No answer yet" in text_of(client.post(f"/runs/{with_run(store)}/{path}", data=ASKED).text)
    assert [one.status for one in store.runs(kind=kind, limit=1).items] == ["cancelled"]


def test_the_progress_of_a_run_is_that_of_its_last_attempt(client: TestClient, store: Store) -> None:
    """However much it told, the latest is shown; what an attempt told that was given up is not."""
    stored, portfolio = store.portfolio("adviesbureau")
    run, _ = store.add_run(order(Source(portfolio, stored), "local"))

    def shown() -> str:
        return " ".join(text_of(client.get(f"/runs/{run.id}/live").text).split())

    assert store.claim_run(run.id)
    for n in range(1, 507):
        told = Progress(n / 100, 1000.0 - n, bound=1.0, gap=0.5, value_captured=0.5, plans=n, stage="plan")
        store.tell_progress(run.id, 1, asdict(told))
    assert "There is a plan" in shown()
    assert "plans found 506" in shown()
    store.release_run(run.id, 1)
    assert ("Waiting for its turn" in shown(), "plans found 0" in shown()) == (True, True)
    assert store.claim_run(run.id)
    assert ("Looking for a first plan" in shown(), "plans found 0" in shown()) == (True, True)
