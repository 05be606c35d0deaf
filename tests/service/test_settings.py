"""The settings of the service, from the environment."""

from __future__ import annotations

import pytest

from service.settings import ServiceSettings, SettingsInvalid


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
        "STAFFING_BODY_BYTES is 'many': Input should be a valid integer, unable to parse string as an integer",
        "STAFFING_SOLVE_SECONDS is '0': Input should be greater than or equal to 1",
    ]
