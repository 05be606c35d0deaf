"""`staffing keys`: who may use the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, cast

import typer

from service.commands.outputs import BAD, say
from service.commands.stores import open_store, settings_here
from service.who import ROLES, Role

if TYPE_CHECKING:
    from service.store import Store

RoleName = StrEnum("RoleName", [(role, role) for role in ROLES])  # type: ignore[misc]
#: roles that are nobody without a person: what is their own hangs on it
OF_A_PERSON = ("lead", "employee")
#: of what a key is called
LONGEST_NAME = 100

app = typer.Typer(
    name="keys", help="Keys to the service: add, list, revoke.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("add")
def add(
    role: Annotated[RoleName, typer.Option("--role", help="What the holder may see and do; see docs/access.md.")],
    units: Annotated[
        str | None,
        typer.Option("--units", metavar="ID,ID", help="Of a planner: the own units; without it all of them."),
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="Who the holder is; a lead and an employee need it.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How long the key is good.")] = 90,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="What `keys list` calls it, such as where it is used.")
    ] = None,
) -> None:
    """Make a key, and print it: this is the only time that it is seen."""
    if person is None and role in OF_A_PERSON:
        raise typer.BadParameter(f"a key for the role {role} says who it is for", param_hint="'--person'")
    if units is not None and role != "planner":
        raise typer.BadParameter("only a planner has units", param_hint="'--units'")
    if name is not None and not 0 < len(name.strip()) <= LONGEST_NAME:
        raise typer.BadParameter(f"expected text of 1 to {LONGEST_NAME} characters", param_hint="'--name'")
    own = None if units is None else [one.strip() for one in units.split(",") if one.strip()]
    _check_ids("--person", [] if person is None else [person])
    _check_ids("--units", own or [])
    with _store() as store:
        stored, text = store.add_key(cast(Role, role.value), days, person=person, units=own, name=name)
    typer.echo(text)
    say(f"Key {stored.id}, good until {stored.expires:%Y-%m-%d}. It is not stored: keep it now, or revoke it.")


@app.command("list")
def listed() -> None:
    """List the keys: never the key itself."""
    with _store() as store:
        cursor = None
        while True:
            page = store.keys(cursor, 200)
            for key in page.items:
                state = "revoked" if key.revoked else f"until {key.expires:%Y-%m-%d}"
                whose = "" if key.person is None else f"  person {key.person}"
                units = "" if key.units is None else f"  units {', '.join(key.units)}"
                typer.echo(f"{key.id}  {key.role:8}  {state:16}  {key.name}{whose}{units}")
            cursor = page.next
            if cursor is None:
                return


@app.command("revoke")
def revoke(id: Annotated[str, typer.Argument(metavar="ID", help="The id, as `keys list` shows it.")]) -> None:
    """From now on the key is no good."""
    with _store() as store:
        found = store.revoke_key(id)
    if found is None:
        say(f"There is no key {id}; `staffing keys list` shows them all.")
        raise typer.Exit(BAD)
    say(f"Key {id} is revoked.")


def _check_ids(option: str, ids: list[str]) -> None:
    """Refuse what can be the id of nobody and nothing."""
    from pydantic_core import PydanticCustomError

    from solver.fields import ShortId

    for id in ids:
        try:
            ShortId().check(id)
        except PydanticCustomError as error:
            raise typer.BadParameter(f"expected {error.message()}, not {id!r}", param_hint=f"'{option}'") from None


@contextmanager
def _store() -> Iterator[Store]:
    """The store that the service has, with the same settings."""
    store = open_store(settings_here())
    try:
        yield store
    finally:
        store.close()
