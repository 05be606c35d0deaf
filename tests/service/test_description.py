"""The OpenAPI description is true: requests made from it, right and wrong ones, get the answers it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.generation.meta import TestPhase

from tests.service.linked import Linked

LINKED = Linked()
#: storing a portfolio reads the same body as checking one does; `make fuzz` tries it too
TRIED = LINKED.api.exclude(operation_id=["add_portfolio", "import_portfolio"])

#: a portfolio has so many fields that thousands of requests cover them all: of those, every n-th is made
EVERY = {
    "POST /v1/check": 10,
    "POST /v1/proposals": 50,
    "POST /v1/scores": 50,
    "POST /v1/studies": 50,
}
#: of others, every second one
OTHERS = 2
#: of so many requests one at least must find what it reads
ENOUGH = 4


@pytest.fixture(scope="module", autouse=True)
def running() -> Iterator[None]:
    """The services, for all requests of this file."""
    with LINKED:
        yield


@pytest.fixture
def reached() -> Iterator[None]:
    """Sees to it that what is read was there at least once: what the requests name can be found."""
    before = LINKED.answered.copy()
    yield
    new = LINKED.answered - before
    if new.total() >= ENOUGH and any(label.startswith("GET ") for label, _ in new):
        assert any(status < 300 for _, status in new), new


@pytest.fixture(scope="module")
def made() -> Counter[str]:
    """How many requests cover the fields, by operation."""
    return Counter()


@TRIED.parametrize()
@settings(max_examples=5, suppress_health_check=list(HealthCheck), deadline=None)
def test_requests_made_from_the_description_get_the_answers_it_says(
    case: schemathesis.Case, made: Counter[str], reached: None
) -> None:
    """No 500, no status, type, header or body that is not described, and nothing taken that the description forbids."""
    if case.meta is not None and case.meta.phase.name is TestPhase.COVERAGE:
        made[case.operation.label] += 1
        if made[case.operation.label] % EVERY.get(case.operation.label, OTHERS):
            return
    LINKED.send(case)
