"""The settings and the store that commands of the service share; what is not right with them ends the command."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from service.commands.outputs import BAD, WRONG_USE, say

if TYPE_CHECKING:
    from service.settings import ServiceSettings
    from service.store import Store


def settings_here() -> ServiceSettings:
    """The settings of the environment."""
    from service.settings import ServiceSettings, SettingsInvalid

    try:
        return ServiceSettings.of(os.environ)
    except SettingsInvalid as invalid:
        say(str(invalid))
        raise typer.Exit(WRONG_USE) from None


def open_store(settings: ServiceSettings) -> Store:
    """The store of the settings, brought up to date."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    from service.store import Store
    from service.store.engine import TooNew, url_of

    try:
        return Store.open(settings.database_url)
    except OperationalError as error:
        say(f"The database cannot be reached: {error.orig}".strip())
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # those of a kind are a fault of ours, this one is about the file
            raise
        say(f"{url_of(settings.database_url).database} is not a store: {error.orig}.")
    except TooNew as too_new:
        say(str(too_new))
    raise typer.Exit(BAD)
