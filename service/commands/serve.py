"""`staffing serve`."""

from __future__ import annotations

import errno
import gc
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.outputs import BAD, WRONG_USE, say
from service.commands.stores import open_store, settings_here

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.settings import ServiceSettings
    from service.store import Store

#: seconds that requests may go on once the service has been told to end; then solves are stopped
SECONDS_TO_FINISH = 2
#: how long one thread may keep the others waiting: a request changes threads several times, beside those that compute
SWITCH_SECONDS = 0.0005


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; this machine alone by default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Run the REST service until Ctrl-C."""
    import uvicorn

    from service import heaps, logs, tracing

    heaps.keep_few()
    settings = settings_here()
    _check_free(host, port)
    _guarded(host, settings)
    logs.configure(settings.log)
    tracing.configure()
    sys.setswitchinterval(SWITCH_SECONDS)
    uvicorn.run(
        _lasting,
        factory=True,
        host=host,
        port=port,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        server_header=False,
        log_config=None,  # ours, without addresses, which may name people
        access_log=False,
    )


def _lasting() -> FastAPI:
    """The service, with all that stays made before anybody waits for it.

    Its description takes 0.6 s of a core, and to look through it all for garbage, which comes again and again, 0.15 s.
    """
    from service.app import create_app

    app = create_app()
    app.openapi()
    gc.collect()
    gc.freeze()
    return app


def _check_free(host: str, port: int) -> None:
    """Refuse a port that another listens on; whatever else is in the way is told once it is tried in earnest."""
    with suppress(socket.gaierror):
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                with socket.socket(family, socket.SOCK_STREAM) as trial:
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    trial.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    say(f"{host} cannot be listened on at port {port}: {error.strerror}.")
                    raise typer.Exit(WRONG_USE) from None


def _guarded(host: str, settings: ServiceSettings) -> None:
    """Refuse an address that others reach while everybody would be let in; say so where only this machine is."""
    from service.access import is_loopback

    store = _opened(settings)
    open_to_all = not settings.oidc_issuer and not store.has_keys()
    store.close()
    if not open_to_all:
        return
    if not is_loopback(host):
        say(f"There are no keys, so {host} would let everybody in. Make one with `staffing keys add --role hr` first.")
        raise typer.Exit(WRONG_USE)
    say("There are no keys: only this machine is answered, and it may do everything. `staffing keys add` makes one.")


def _opened(settings: ServiceSettings) -> Store:
    """The store; where it is another process's, says so and ends the command."""
    from service.here import InUse, hold

    store = open_store(settings)
    try:
        if store.engine.dialect.name == "sqlite":
            hold(store).close()
    except OSError as error:
        say(f"{error.filename} cannot be written: {error.strerror}.")
        raise typer.Exit(BAD) from None
    except InUse as in_use:
        say(str(in_use))
        raise typer.Exit(BAD) from None
    return store
