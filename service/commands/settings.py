"""`staffing settings`."""

from __future__ import annotations

import typer


def settings() -> None:
    """List the settings of the service: variables of the environment, defaults, and what they do (Markdown)."""
    from service.settings import reference

    typer.echo(reference())
