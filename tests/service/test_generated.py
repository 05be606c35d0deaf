"""A client that is generated from the OpenAPI description works."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from service import examples
from service.media import PORTFOLIOS
from tests.service.running import Server, serving

PACKAGE = "generated_staffing"
#: files go as they are
FILES = dict.fromkeys((*PORTFOLIOS, "application/octet-stream"), "application/octet-stream")


@pytest.fixture
def server(sqlite_address: str) -> Iterator[Server]:
    """A running service."""
    with serving(sqlite_address) as running:
        yield running


def test_a_generated_client_goes_from_a_portfolio_to_a_proposal(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Generated without a warning, imported, it checks a portfolio, starts a run, sees it end, and has the proposal."""
    description = tmp_path / "openapi.json"
    description.write_bytes(httpx2.get(f"{server.url}/openapi.json").content)
    operations = json.loads(description.read_text())["paths"].values()
    files = {type: kind for type, kind in FILES.items() if type != "application/json"}
    config = Config.from_sources(
        ConfigFile(post_hooks=[], content_type_overrides=files),
        MetaType.NONE,
        description,
        "utf-8",
        False,
        tmp_path / PACKAGE,
    )
    assert [f"{one.header} {one.detail}" for one in generate(config=config)] == []

    monkeypatch.syspath_prepend(str(tmp_path))
    made = {path.stem for path in (tmp_path / PACKAGE / "api" / "default").glob("[a-z]*.py")}
    assert made == {operation["operationId"] for methods in operations for operation in methods.values()}
    for name in made:
        api(name)

    with importlib.import_module(PACKAGE).Client(base_url=server.url) as client:
        models = importlib.import_module(f"{PACKAGE}.models")
        checked = api("check").sync(client=client, body=models.CheckBody.from_dict({"portfolio": examples.PORTFOLIO}))
        assert checked.summary.people == 2
        asked = {"portfolio": examples.PORTFOLIO, "settings": {"seconds": 20, "workers": 1}}
        run = api("propose").sync(client=client, body=models.ProposeBody.from_dict(asked))
        watched = api("watch_run").sync(run.id, client=client)
        assert "event: finished" in watched
        assert api("get_run").sync(run.id, client=client).outcome == "OPTIMAL"
        assert api("get_proposal").sync(run.id, client=client).run.status.value == "OPTIMAL"
        refused = api("get_run").sync("nothing", client=client)
        assert (refused.status, refused.code) == (404, "unknown_run")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def api(name: str) -> Any:
    """The module of an operation."""
    return importlib.import_module(f"{PACKAGE}.api.default.{name}")
