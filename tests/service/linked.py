"""Requests made from the OpenAPI description, sent to services in which what they name is there, with keys and without.

    python -m tests.service.linked --requests 10000 --seed 1

makes as many requests as asked for, differently for each seed, and lists what was answered otherwise than described.
"""

from __future__ import annotations

import argparse
import copy
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.config import ChecksConfig, GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.config._checks import NegativeDataRejectionConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.python import asgi
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from service import examples
from service.answers import JSON
from service.app import create_app
from service.settings import ServiceSettings
from service.store import Store
from service.who import ROLES
from tests.service.furnished import Furnished, furnish

#: how wrong requests may be refused: 412 where also the version is one that nothing has
REFUSALS = NegativeDataRejectionConfig(expected_statuses=["4xx", "503"])
CONFIG = SchemathesisConfig(
    projects=ProjectsConfig(
        default=ProjectConfig(
            generation=GenerationConfig(deterministic=True), checks=ChecksConfig(negative_data_rejection=REFUSALS)
        )
    )
)
#: what a schema cannot say is that ids must exist, so a body that fits it may still be a 422; and keys are given here
EXCLUDED = [positive_data_acceptance, ignored_auth]
#: of so many requests that name something, one names what is not there
ASTRAY = 5
#: what would take away what the other requests name
LEFT_ASTRAY = "erase_person"


class Linked:
    """Two services with the same in their stores, one of which has keys; requests go to them in turn.

    Their description is there from the beginning, they themselves from entering until leaving.
    """

    def __init__(self) -> None:
        self._running = ExitStack()
        self._folder = self._running.enter_context(TemporaryDirectory())
        self.apps = [self._app(f"{self._folder}/{name}.db") for name in ("open", "keyed")]
        self.api = schemathesis.openapi.from_asgi("/openapi.json", self.apps[0], config=CONFIG)
        self._chance = random.Random(1)
        self._to = 0
        self.answered: Counter[tuple[str, int]] = Counter()

    def __enter__(self) -> Linked:
        self.clients = [self._running.enter_context(asgi.get_client(app)) for app in self.apps]
        self.there = [furnish(TestClient(app), app.state.store) for app in self.apps]
        store = self.apps[1].state.store
        keys: list[str | None] = [
            store.add_key(role, 1, person="p01", units=["advice"] if role == "planner" else None)[1] for role in ROLES
        ]
        keys += [store.add_key("hr", 1)[1]] * 3 + [store.add_key("hr", 0)[1], None]
        senders = [sender for key in keys for sender in ((0, None), (1, key))]
        #: by operation, so that one of which few requests are made has its turn with each
        self._senders = defaultdict[str, Iterator[tuple[int, str | None]]](lambda: cycle(senders))
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _app(self, file: str) -> FastAPI:
        limits = {"solve_seconds": 1, "study_seconds": 1, "solves_at_once": 1, "solves_waiting": 2, "wait_seconds": 1}
        return create_app(ServiceSettings(database_url=f"sqlite:///{file}", **limits))  # type: ignore[arg-type]

    def send(self, case: schemathesis.Case) -> None:
        """Send a request to the next service, by the next sender; raises FailureGroup where its answer is none of
        those described."""
        self._to, key = next(self._senders[case.operation.label])
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._name(case)
        answer = case.call_and_validate(
            app=self.apps[self._to], session=self.clients[self._to], headers=headers, excluded_checks=EXCLUDED
        )
        self.answered[case.operation.label, answer.status_code] += 1

    def _name(self, case: schemathesis.Case) -> None:
        """Let a request name what is there, unless the name is what is wrong with it."""
        there = self.there[self._to]
        label = case.operation.label
        parts = {} if case.meta is None else case.meta.components
        negative = {place for place, part in parts.items() if part.mode is GenerationMode.NEGATIVE}
        path, operation = case.path_parameters, case.operation.definition.raw["operationId"]
        if path and ParameterLocation.PATH not in negative and operation != LEFT_ASTRAY:
            for name in path:
                if self._chance.randrange(ASTRAY):
                    found = [self._spare()] if operation == "delete_scenario" else ids_of(label, name, there)
                    path[name] = self._chance.choice(found)
        if ParameterLocation.QUERY not in negative:
            self._put(case.query, there)
        if ParameterLocation.BODY not in negative:
            self._put(case.body, there)
        if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
            self._put_together(operation, case)

    def _spare(self) -> str:
        """A scenario that no other request names."""
        store: Store = self.apps[self._to].state.store
        return store.add_scenario("spare", self.there[self._to].portfolio, 1, (), "planning").id

    def _put_together(self, operation: str, case: schemathesis.Case) -> None:
        """Most bodies made by chance contradict themselves: leave one of two, and no changes that none can apply."""
        body = case.body
        case.headers.pop("If-Match", None)
        if not self._chance.randrange(ASTRAY):
            return
        if operation == "import_portfolio" and case.media_type == JSON:
            case.body = body = copy.deepcopy(examples.PORTFOLIO)
        if not isinstance(body, dict):
            return
        if operation == "change_portfolio":
            hours = {"op": "set", "path": "/people/p01/hours_per_period", "value": self._chance.randrange(41)}
            body["operations"] = [hours]
        for name in ("revision", "changes", "parent"):
            if self._chance.randrange(2):
                body.pop(name, None)
        if operation == "start_run":
            body.pop(self._chance.choice(["portfolio", "scenario"]), None)
        if operation == "start_study":
            body["study"] = {"kind": self._chance.choice(["exposure", "lending_market"])}

    def _put(self, node: Any, there: Furnished) -> None:
        """Put names of what is there in the place of others."""
        if isinstance(node, dict) and "format" not in node:  # in a portfolio names are its own
            for name, value in node.items():
                if isinstance(value, str) and name in NAMES and self._chance.randrange(ASTRAY):
                    node[name] = self._chance.choice(NAMES[name](there))
                elif name == "runs" and isinstance(value, list) and self._chance.randrange(ASTRAY):
                    node[name] = list(there.runs)
                elif name == "portfolio" and isinstance(value, dict) and not self._chance.randrange(ASTRAY):
                    node[name] = there.portfolio
                elif name != "portfolio":
                    self._put(value, there)
        elif isinstance(node, list):
            for one in node:
                self._put(one, there)


#: field or parameter → ids that may stand there
NAMES = {
    "portfolio": lambda there: [there.portfolio],
    "scenario": lambda there: [there.scenario],
    "parent": lambda there: [*there.runs, there.without_proposal],
    "run": lambda there: [*there.runs, there.without_proposal],
    "person": lambda there: [there.person, there.colleague],
    "mentor": lambda there: [there.person],
    "learner": lambda there: [there.colleague],
    "activity": lambda there: [there.activity],
    "term": lambda there: ["finance", "relating"],
    "unit": lambda there: ["advice"],
    "project": lambda there: ["x"],
}


def ids_of(label: str, name: str, there: Furnished) -> list[str]:
    """What a parameter of a path may name."""
    if name == "slug":
        return ["adviesbureau", "kenniswerkers"]
    if name == "contest":
        return [there.contest]
    if label.endswith("/conflict"):
        return [there.infeasible, there.infeasible, there.runs[0]]
    section = label.split("/")[2]
    if label.endswith("/answer"):
        return [there.asked[kind] for kind in ("why_not", "alternatives", "conflict")]
    return {
        "portfolios": [there.portfolio],
        "scenarios": [there.scenario],
        "studies": [there.asked["study"]],
        "comparisons": [there.comparison],
        "people": [there.person, there.colleague],
        "runs": [*there.runs, there.infeasible, there.without_proposal, there.waiting, *there.asked.values()],
    }[section]


# --- many requests at once


def main() -> None:
    """Send as many requests as the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600, help="stop after so long")
    asked = parser.parse_args()
    began, failures = time.monotonic(), Counter[str]()
    with Linked() as services:
        operations = [one.ok() for one in services.api.get_all_operations()]
        number = 0
        while services.answered.total() < asked.requests and time.monotonic() - began < asked.seconds:
            number += 1
            for operation in operations:
                if time.monotonic() - began < asked.seconds:
                    failures += _some(services, operation, asked.seed * 1000 + number)
            sys.stdout.write(f"{services.answered.total():,} requests, {time.monotonic() - began:.0f} s\n")
            sys.stdout.flush()
        answered = services.answered
    by_status = Counter[int]()
    for (_, status), times in answered.items():
        by_status[status] += times
    sys.stdout.write(f"{answered.total():,} requests in {time.monotonic() - began:.0f} s; {dict(by_status)}\n")
    reached = {label for label, status in answered if status < 300}
    never = sorted({label for label, _ in answered} - reached)
    sys.stdout.write(f"operations that never succeeded: {', '.join(never) or 'none'}\n")
    for failure, times in failures.most_common():
        sys.stdout.write(f"\n{times} ×\n{failure}\n")
    sys.exit(bool(failures))


#: how many requests of an operation are made before those of the next, and how many where whole portfolios are made up
SOME, FEW = 100, 5
OF_PORTFOLIOS = (
    *("POST /v1/check", "POST /v1/proposals", "POST /v1/scores", "POST /v1/portfolios"),
    "POST /v1/portfolios/{id}/import",
)


def _some(services: Linked, operation: APIOperation[Any, Any, Any, Any], number: int) -> Counter[str]:
    """Some requests of an operation, half of them right by the description; what was wrong with the answers."""
    wrong: Counter[str] = Counter()
    modes = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @seed(number)
    @settings(
        max_examples=FEW if operation.label in OF_PORTFOLIOS else SOME,
        deadline=None,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(case=st.one_of(*modes))
    def send(case: schemathesis.Case) -> None:
        try:
            services.send(case)
        except FailureGroup as group:
            services.answered[operation.label, 0] += 1
            for one in group.exceptions:
                wrong[f"{operation.label}: {one}\n{case.as_curl_command()}"[:3000]] += 1

    send()
    return wrong


if __name__ == "__main__":
    main()
