"""The settings of the service, from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from service.settings import ServiceSettings, SettingsInvalid
from service.store.engine import connect, libpq, url_of


def test_what_is_not_set_has_its_default() -> None:
    """An empty environment is fine, and other variables do not matter."""
    assert ServiceSettings.of({"HOME": "/"}) == ServiceSettings()


def test_a_variable_sets_its_setting() -> None:
    """STAFFING_ and the name in capitals."""
    settings = ServiceSettings.of({"STAFFING_BODY_BYTES": "4096", "STAFFING_SOLVES_WAITING": "0"})
    assert (settings.body_bytes, settings.solves_waiting) == (4096, 0)


def test_all_wrong_variables_are_named_at_once() -> None:
    """The message has each variable, its value and what would be right."""
    with pytest.raises(SettingsInvalid) as wrong:
        ServiceSettings.of({"STAFFING_BODY_BYTES": "many", "STAFFING_SOLVE_SECONDS": "0"})
    assert str(wrong.value).splitlines() == [
        "STAFFING_BODY_BYTES is 'many': expected a whole number",
        "STAFFING_SOLVE_SECONDS is '0': expected at least 1",
    ]


def test_a_password_comes_from_its_file(tmp_path: Path) -> None:
    """The address gets the password of the file, whatever is in it, and does not show it; no file is an error."""
    file = tmp_path / "password"
    file.write_text("p@ss w:rd' \\%20+\n")
    given = {"STAFFING_DATABASE_URL": "postgresql://staffing@db/staffing", "STAFFING_DATABASE_PASSWORD_FILE": str(file)}
    settings = ServiceSettings.of(given)
    engine = connect(url_of(settings.database_url))
    assert engine.url.password == conninfo_to_dict(libpq(engine))["password"] == "p@ss w:rd' \\%20+"
    assert "w:rd" not in repr(settings)
    with pytest.raises(SettingsInvalid, match="STAFFING_DATABASE_PASSWORD_FILE is '/nowhere': it cannot be read"):
        ServiceSettings.of({**given, "STAFFING_DATABASE_PASSWORD_FILE": "/nowhere"})
