"""`compose.yaml` and the `Dockerfile` are what the code and `docs/operations.md` say; building them takes a daemon."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from service.cli import app
from service.settings import PREFIX, ServiceSettings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
OPERATING = (ROOT / "docs" / "operations.md").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_service_restarts_has_its_health_and_a_pinned_image(name: str) -> None:
    """No image is the latest; what does not answer is noticed, and what ends is started again."""
    service = COMPOSE["services"][name]
    assert re.fullmatch(r"[a-z]+:\d[\w.-]+", service["image"])
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or (name == "server" and "HEALTHCHECK" in DOCKERFILE)


def test_containers_can_read_the_secret_however_careful_its_maker_is(tmp_path: Path) -> None:
    """Their users are none of the host: the file is open to them under umask 077 too, and its folder to nobody else."""
    lines = [line.strip() for line in OPERATING.splitlines()]
    first = lines.index("mkdir -m 700 secrets")
    commands = lines[first : lines.index("docker compose build", first)]
    assert any("openssl" in command for command in commands)
    made = "\n".join(command.replace("openssl rand -hex 24", "echo secret") for command in commands)
    subprocess.run(["sh", "-ec", f"umask 077\n{made}"], cwd=tmp_path, check=True)
    modes = [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("secrets", "secrets/database-password")]
    assert modes == [0o700, 0o644]


def test_keys_go_into_the_store_of_the_unit() -> None:
    """The command beside the unit runs as its account, in its folder and with its environment."""
    unit = dict(re.findall(r"^(\w+)=(.+)$", OPERATING, re.MULTILINE))
    given = dict(re.findall(r"--property=(\w+)=(\S+)", OPERATING))
    assert given == {name: unit[name] for name in ("User", "StateDirectory", "WorkingDirectory", "EnvironmentFile")}


def test_secrets_are_files_and_nowhere_else() -> None:
    """No password stands in the file: each is a secret, which Git does not keep."""
    assert [one["file"] for one in COMPOSE["secrets"].values()] == ["secrets/database-password"]
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    given = {name: value for one in COMPOSE["services"].values() for name, value in one["environment"].items()}
    assert {name: value for name, value in given.items() if "PASSWORD" in name} == {
        "POSTGRES_PASSWORD_FILE": "/run/secrets/database-password",
        "STAFFING_DATABASE_PASSWORD_FILE": "/run/secrets/database-password",
    }


@pytest.mark.parametrize("name", ["server", "worker"])
def test_what_is_set_and_started_exists(name: str) -> None:
    """Settings are right ones of the service, commands have the options that they are given."""
    service = COMPOSE["services"][name]
    settings = {key: value for key, value in service["environment"].items() if not key.endswith("_FILE")}
    assert ServiceSettings.of(settings).database_url == settings["STAFFING_DATABASE_URL"]
    assert {key.removeprefix(PREFIX).lower() for key in service["environment"]} <= ServiceSettings.model_fields.keys()
    command = get_command(app).commands[service["command"][0]]  # type: ignore[attr-defined]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in service["command"] if word.startswith("--")} <= options


def test_the_image_is_of_this_version_and_holds_what_is_locked() -> None:
    """Compose names the version of the project; dependencies come from the lock, before the code; nobody is root."""
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    assert {COMPOSE["services"][name]["image"] for name in ("server", "worker")} == {f"staffing:{version[1]}"}
    assert DOCKERFILE.index("--require-hashes --requirement requirements/run.lock") < DOCKERFILE.index("COPY solver/")
    assert re.search(r"^USER 10001", DOCKERFILE, re.MULTILINE)
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert images
    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+", image) for image in images)
