"""`staffing serve`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from service.commands.outputs import WRONG_USE, say

#: seconds that requests may go on once the service has been told to end; then solves are stopped
SECONDS_TO_FINISH = 2


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; this machine alone by default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Run the REST service until Ctrl-C."""
    import uvicorn

    from service.settings import ServiceSettings, SettingsInvalid

    try:
        ServiceSettings.of(os.environ)
    except SettingsInvalid as invalid:
        say(str(invalid))
        raise typer.Exit(WRONG_USE) from None
    uvicorn.run(
        "service.app:create_app", factory=True, host=host, port=port, timeout_graceful_shutdown=SECONDS_TO_FINISH
    )
