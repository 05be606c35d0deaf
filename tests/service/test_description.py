"""The OpenAPI description is true: requests made from it, right and wrong ones, get the answers it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.generation.meta import TestPhase
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.app import create_app
from service.settings import ServiceSettings

FOLDER = TemporaryDirectory()
APP = create_app(
    ServiceSettings(
        solve_seconds=1,
        solves_at_once=1,
        solves_waiting=2,
        wait_seconds=2,
        database_url=f"sqlite:///{FOLDER.name}/staffing.db",
    )
)
CONFIG = SchemathesisConfig(
    projects=ProjectsConfig(default=ProjectConfig(generation=GenerationConfig(deterministic=True)))
)
API = schemathesis.openapi.from_asgi("/openapi.json", APP, config=CONFIG)
#: storing a portfolio reads the same body as checking one does, and files are not made from a description
TRIED = API.exclude(operation_id=["add_portfolio", "import_portfolio"])

#: a portfolio has so many fields that thousands of requests cover them all: of those, every n-th is made
EVERY = {
    "POST /v1/check": 10,
    "POST /v1/proposals": 50,
    "POST /v1/scores": 50,
    "POST /v1/studies": 50,
}
#: of others, every second one
OTHERS = 2


@pytest.fixture(scope="module")
def client() -> Iterator[asgi.ASGIClient]:
    """The service, for all requests of this file."""
    with asgi.get_client(APP) as connected:
        yield connected


@pytest.fixture(scope="module")
def made() -> Counter[str]:
    """How many requests cover the fields, by operation."""
    return Counter()


@TRIED.parametrize()
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
def test_requests_made_from_the_description_get_the_answers_it_says(
    case: schemathesis.Case, client: asgi.ASGIClient, made: Counter[str]
) -> None:
    """No 500, no status, type, header or body that is not described, and nothing taken that the description forbids."""
    if case.meta is not None and case.meta.phase.name is TestPhase.COVERAGE:
        made[case.operation.label] += 1
        if made[case.operation.label] % EVERY.get(case.operation.label, OTHERS):
            return
    # What a schema cannot say is that ids must exist, so a body that fits it may still be a 422.
    case.call_and_validate(session=client, excluded_checks=[positive_data_acceptance])
