"""What operators see: metrics, the log, traces; and that nobody is named in any of them."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from service import logs
from service.access import PERMISSIONS
from service.app import create_app
from service.cli import app as cli
from service.orders import Source, order
from service.settings import ServiceSettings
from service.store import Store
from service.tracing import configure
from service.who import ROLES
from solver.faults import SHOWN
from solver.portfolio import parse
from tests.builders import activity, person, portfolio_data

Json = dict[str, Any]

#: names and words that stand in the portfolio and in requests, and nowhere else
MARKS = ("zwaluwstaart", "p-quokka", "Quokka Vries", "mark-wish", "7313.17", "unit-okapi")
SETTINGS = {"seconds": 30, "workers": 1}


def portfolio() -> Json:
    """A small one, whose names are all marks."""
    told: Json = {"unit": "unit-okapi", "rate": 7313.17, "wishes": ["mark-wish"], "expertise": {"law": 3}}
    data = portfolio_data(
        [person("p-quokka", name="Quokka Vries", **told)],
        [activity("mark-wish", 16, expertise={"law": 2})],
        units=[{"id": "unit-okapi", "name": "Okapi"}],
    )
    return {**data, "id": "zwaluwstaart"}


@pytest.fixture(scope="module")
def client(module_address: str) -> Iterator[TestClient]:
    """The service without keys."""
    settings = ServiceSettings(database_url=module_address, solves_at_once=1)
    with TestClient(create_app(settings), raise_server_exceptions=False) as connected:
        yield connected


def solved(client: TestClient, headers: dict[str, str] | None = None) -> str:
    """Store the portfolio, and solve it; the solver's word."""
    headers = headers or {}
    assert client.post("/v1/portfolios", json={"portfolio": portfolio()}, headers=headers).status_code in (201, 409)
    body = {"portfolio": "zwaluwstaart", "settings": SETTINGS}
    answer = client.post("/v1/proposals", json=body, headers={**headers, "Prefer": "wait=60"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["run"]["status"])


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample of an exposition, by name and labels; read by Prometheus' own parser."""
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    """One sample."""
    return samples(text).get((name, frozenset(labels.items())), 0.0)


# --- metrics


def test_metrics_tell_of_requests_and_runs(client: TestClient) -> None:
    """A request is counted under the template of its route, a run by kind, status and outcome, in process and store."""
    before = client.get("/metrics").text
    outcome = solved(client)
    ran = "staffing_runs_ended_total"
    while value(client.get("/metrics").text, ran, kind="solve", status="finished", outcome=outcome) < 1 + value(
        before, ran, kind="solve", status="finished", outcome=outcome
    ):
        pass  # it is counted once its end is written, which is when the answer above is given
    for path in ("/v1/people/p-quokka/explanation", "/v1/runs/nothing", "/nowhere/p-quokka"):
        client.get(path)
    client.request("BREW", "/v1/rules")
    client.head("/v1/rules")
    after = client.get("/metrics")
    assert after.headers["content-type"].startswith("text/plain; version=")

    def more(name: str, **labels: str) -> float:
        return value(after.text, name, **labels) - value(before, name, **labels)

    asked = "staffing_request_seconds_count"
    assert more(asked, method="GET", route="/v1/people/{id}/explanation", status="200") == 1
    assert more(asked, method="GET", route="/v1/runs/{id}", status="404") == 1
    assert more(asked, method="GET", route="none", status="404") == 1
    assert more(asked, method="other", route="/v1/rules", status="405") == 1
    assert more(asked, method="HEAD", route="/v1/rules", status="200") == 1
    assert more(ran, kind="solve", status="finished", outcome=outcome) == 1
    assert more("staffing_runs", kind="solve", status="finished", outcome=outcome) == 1
    assert more("staffing_solve_seconds_count", kind="solve", outcome=outcome) == 1
    assert more("staffing_run_wait_seconds_count", kind="solve") == 1
    assert more("staffing_value_captured_count") == 1
    assert value(after.text, "staffing_queue_runs") == value(after.text, "staffing_queue_oldest_seconds") == 0
    assert value(after.text, "staffing_workers_alive") == 1
    assert value(after.text, "process_resident_memory_bytes") > 0
    assert [mark for mark in MARKS if mark in after.text] == []


def test_metrics_are_for_administrators(sqlite_address: str) -> None:
    """Once there are keys, the metrics need one of an administrator; no other role is let through."""
    with TestClient(create_app(ServiceSettings(database_url=sqlite_address))) as client:
        store: Store = client.app.state.store  # type: ignore[attr-defined]
        keys = {role: store.add_key(role, 1, person="p")[1] for role in ROLES}
        assert client.get("/metrics").status_code == 401
        for role in ROLES:
            status = client.get("/metrics", headers={"Authorization": f"Bearer {keys[role]}"}).status_code
            assert status == (200 if role in PERMISSIONS["read_metrics"] else 403), role
    assert PERMISSIONS["read_metrics"] == {"admin"}


def test_metrics_tell_of_the_queue_and_of_workers(store: Store) -> None:
    """Waiting runs and the oldest of them are counted on both databases; a worker counts while it gives signs."""
    source = Source(parse(portfolio()), None)
    first, _ = store.add_run(order(source, "ana"))
    store.add_run(order(source, "bram"))
    store.claim_run(first.id)
    standing = store.standing(30)
    assert standing.runs == {("solve", "queued", None): 1, ("solve", "running", None): 1}
    assert standing.waiting == 1
    assert standing.oldest_seconds >= 0
    assert standing.workers == (1 if store.engine.dialect.name == "sqlite" else 0)


def test_a_store_that_is_away_is_counted(sqlite_address: str, tmp_path: Path) -> None:
    """What the driver says of a store that cannot be used is a number by its name."""
    with TestClient(create_app(ServiceSettings(database_url=sqlite_address))) as client:
        store: Store = client.app.state.store  # type: ignore[attr-defined]
        before = client.get("/metrics").text
        store.engine.dispose()
        file = tmp_path / "staffing.db"
        away = file.rename(tmp_path / "away.db")
        file.mkdir()
        assert client.get("/v1/portfolios").json()["code"] == "store_away"
        file.rmdir()
        away.rename(file)
        after = client.get("/metrics").text
    name = "staffing_store_errors_total"
    assert value(after, name, error="OperationalError") > value(before, name, error="OperationalError")


# --- requests and the log


def test_a_request_has_an_id(client: TestClient) -> None:
    """A plain id that somebody sends comes back, anything else is replaced; every answer has one."""
    assert client.get("/v1/rules", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = [client.get("/nowhere", headers=sent).headers["x-request-id"] for sent in ({}, {"X-Request-ID": 'a"\tb'})]
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in made)
    assert made[0] != made[1]


def test_a_fault_is_logged_without_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an exception its class and places are told; what it says, and what other libraries add, is not.

    Nor does a solve show it beside the log, as it may where `staffing` runs on a terminal.
    """
    monkeypatch.setenv(SHOWN, "1")
    told = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        logs.configure("json", told)
        try:
            raise RuntimeError("p-quokka")
        except RuntimeError:
            with logs.about(run="1"):
                logging.getLogger("other").exception("it failed", extra={"who": "Quokka Vries", "status": 500})
    finally:
        root.handlers = handlers
        root.setLevel(level)
    assert SHOWN not in os.environ
    line = json.loads(told.getvalue())
    told_of = {name: line[name] for name in ("event", "level", "logger", "run", "status", "error")}
    assert told_of == {
        "event": "it failed",
        "level": "error",
        "logger": "other",
        "run": "1",
        "status": 500,
        "error": "RuntimeError",
    }
    assert "test_a_fault_is_logged" in line["where"]
    assert "Quokka" not in told.getvalue()


def test_the_log_of_a_service_names_nobody(sqlite_address: str) -> None:
    """Every line of a served process is JSON; a run is followed from its request on; no mark or key stands in it."""
    store = Store.open(sqlite_address)
    key = store.add_key("hr", 1)[1]
    store.close()
    env = {**os.environ, "STAFFING_DATABASE_URL": sqlite_address, "STAFFING_LOG": "json"}
    command = [Path(sys.executable).with_name("staffing"), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=env) as server:
        assert server.stderr
        lines: list[str] = []
        for line in server.stderr:
            lines.append(line)
            if "running on" in line:
                break
        connection = HTTPConnection("127.0.0.1", int(re.findall(r":(\d+) ", lines[-1])[0]))

        def ask(method: str, path: str, body: Any = None, **headers: str) -> int:
            sent = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **headers}
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            answer.read()
            return answer.status

        assert ask("POST", "/v1/portfolios", {"portfolio": portfolio()}) == 201
        solve = {"portfolio": "zwaluwstaart", "settings": SETTINGS}
        assert ask("POST", "/v1/proposals", solve, Prefer="wait=60", **{"X-Request-ID": "mine"}) == 200
        wrong = portfolio()
        wrong["people"][0]["rate"] = -7313.17
        assert ask("POST", "/v1/check", {"portfolio": wrong}) == 422
        assert ask("GET", "/v1/people/p-quokka/explanation") == 200
        assert ask("GET", "/v1/people/p-quokka/agreement?person=p-quokka") in (200, 422)
        assert ask("GET", "/p-quokka") == 404
        assert ask("GET", "/v1/rules", Authorization="Bearer staffing_p-quokka") == 401
        assert ask("DELETE", "/v1/people/p-quokka") == 200
        connection.close()
        server.send_signal(signal.SIGTERM)
        lines += server.stderr.readlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line for line in lines if not line.startswith("{")] == []
    queued = next(line for line in told if line["event"] == "the solve is queued")
    assert queued["request"] == "mine"
    run = [line["event"] for line in told if line.get("run") == queued["run"] and line.get("attempt") == 1]
    assert run == ["the solve begins", "the solve ended"]
    asked = {(line["route"], line["status"]) for line in told if line["event"] == "request"}
    assert {("/v1/people/{id}/explanation", 200), ("none", 404), ("/v1/rules", 401)} <= asked
    text = "".join(lines)
    assert [mark for mark in (*MARKS, key) if mark in text] == []


def test_a_form_that_there_is_not_is_refused() -> None:
    """A wrong STAFFING_LOG keeps the service from starting, and says what would be right."""
    done = CliRunner().invoke(cli, ["serve"], env={"STAFFING_LOG": "xml"})
    assert (done.exit_code, "STAFFING_LOG is 'xml'" in done.output) == (2, True)


# --- traces


def test_nothing_is_traced_unless_asked() -> None:
    """Without the standard variables, or with them saying no, no trace is sent."""
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    for environment in ({}, {**endpoint, "OTEL_SDK_DISABLED": "true"}, {**endpoint, "OTEL_TRACES_EXPORTER": "none"}):
        assert not configure(environment)


def test_a_request_and_a_run_are_a_trace_each(sqlite_address: str) -> None:
    """With the console as exporter a served process prints both spans: template, status, run and outcome, no names."""
    pytest.importorskip("opentelemetry.sdk", reason="the extra staffing[otel] is not installed")
    code = """
from fastapi.testclient import TestClient
from service import tracing
from service.app import create_app
from tests.service.test_watching import portfolio, solved

assert tracing.configure()
with TestClient(create_app()) as client:
    print(solved(client, {"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}))
    client.get("/v1/people/p-quokka/explanation?portfolio=zwaluwstaart")
"""
    env = {**os.environ, "STAFFING_DATABASE_URL": sqlite_address, "OTEL_TRACES_EXPORTER": "console"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    outcome = re.findall("^[A-Z]+$", done.stdout, re.MULTILINE)[0]
    found, decoder, text = [], json.JSONDecoder(), done.stdout.replace(f"{outcome}\n", "").strip()
    while text:
        span, end = decoder.raw_decode(text)
        found.append(span)
        text = text[end:].strip()
    [request] = [span for span in found if span["name"] == "POST /v1/proposals"]
    [run] = [span for span in found if span["name"] == "solve"]
    assert request["context"]["trace_id"] == "0x" + "a" * 32
    assert request["attributes"]["http.response.status_code"] == 200
    assert run["context"]["trace_id"] != request["context"]["trace_id"]
    assert (run["attributes"]["staffing.attempt"], run["attributes"]["staffing.outcome"]) == (1, outcome)
    assert run["resource"]["attributes"]["service.name"] == "staffing"
    assert [mark for mark in MARKS if mark in done.stdout] == []
