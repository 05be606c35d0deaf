"""What commands print and write, and how they end."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from service.files import write_file
from service.words import Words, plain

if TYPE_CHECKING:
    from rich.console import Console

    from solver.portfolio import Portfolio, Problem
    from solver.proposal import Proposal

#: forms of a proposal, and one more that a service writes
FORMS, FORMS_THERE = (".json", ".csv", ".xlsx"), (".json", ".csv", ".xlsx", ".ics")
BAD, WRONG_USE, OUR_FAULT, NO_SERVICE, INTERRUPTED = 1, 2, 3, 4, 130
#: that of `--lang`, for the command that goes on
LANGUAGE: ContextVar[str] = ContextVar("language", default="en")
#: as a file to write: JSON for a program to read
STANDARD_OUTPUT = Path("-")
#: a line longer than this is hard to read, however wide the terminal
WIDEST = 150
#: the width where none is known
USUAL = 80


def check_out(out: Path | None, suffixes: tuple[str, ...] = FORMS) -> None:
    """Refuse, before anything takes long, a file that what is wanted cannot be written to."""
    if out is None:
        return
    if out.suffix.lower() not in suffixes:
        *most, last = suffixes
        raise typer.BadParameter(f"{out} should end in {', '.join(most)} or {last}", param_hint="'--out'")
    if out.is_dir() or not out.parent.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
        raise typer.BadParameter(f"{out} cannot be written", param_hint="'--out'")


def check_sheets(out: Path, *others: str) -> None:
    """Refuse a file or folder that a spreadsheet, or a file of another form, cannot be written to.

    Standard output takes JSON, where that is among the forms.
    """
    *most, last = forms = (*others, ".xlsx", ".zip")
    if out == STANDARD_OUTPUT:
        if ".json" in forms:
            return
        raise typer.BadParameter("standard output takes no spreadsheet: name a file or a folder", param_hint="'OUT'")
    if out.suffix.lower() not in (*forms, "") and not out.is_dir():
        ends = f"{', '.join(most)} or {last}"
        folder = "be a folder that is there or has no dot in its name"
        raise typer.BadParameter(f"{out} should end in {ends}, or {folder}", param_hint="'OUT'")


def write_proposal(portfolio: Portfolio, proposal: Proposal, out: Path | None, lang: str) -> str | None:
    """Write the proposal where one is wanted; what to say of it, None where it was not wanted or could not be."""
    if out is None:
        return None
    from service import export

    try:
        export.write(portfolio, proposal, out, lang)
    except export.NoPlan:
        say(f"There is no plan, so {out} was not written.")
        return None
    except OSError as error:
        # The plan took long to find: it is shown instead, and not lost.
        say(f"{out} could not be written: {error.strerror}")
        return None
    return f"Written to {out}."


def show_proposal(portfolio: Portfolio, proposal: Proposal, written: str | None, by: str, lang: str) -> None:
    """Print a proposal; where it was written only how it was found, and where it is."""
    from service.show import Page, show

    console = new_console()
    if written is None:
        show(console, portfolio, proposal, lang, by)
    else:
        console.print(Page(console, portfolio, proposal, lang).headline())
        console.print(written, soft_wrap=True)


def keep(out: Path, data: bytes) -> str | None:
    """Write what took long to find; what to say of it, None where it could not be written."""
    try:
        write_file(out, data)
    except OSError as error:
        say(f"{out} could not be written: {error.strerror}")
        return None
    return f"Written to {out}."


def write_or_refuse(out: Path, write: Callable[[], object]) -> None:
    """Write at once, and say so; where that is not possible, say why and end the command."""
    try:
        write()
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {error.strerror}", param_hint="'OUT'") from None
    new_console().print(f"Written to {out}.", soft_wrap=True)


def refuse(source: str, problems: list[Problem], as_json: bool, code: int = BAD, stderr: bool = True) -> NoReturn:
    """Say what is wrong, and end the command."""
    if as_json:
        print_json(problems_json(problems, []))
    else:
        console = new_console(stderr=stderr)
        if len(problems) == 1 and not problems[0].path:
            (one,) = problems
            console.print(_one_line(source, one), soft_wrap=True)
        else:
            said = Words(LANGUAGE.get())
            things = said("wrong_one" if len(problems) == 1 else "wrong", n=said.number(len(problems)), source=source)
            console.print(f"{things}\n", soft_wrap=True)
            print_problems(console, problems, "bold red")
    raise typer.Exit(code)


def _one_line(source: str, problem: Problem) -> str:
    said = Words(LANGUAGE.get())
    known = problem.value in (None, source)
    given = "" if known else said("wrong_value", value=repr(plain(str(problem.value))))
    return f"{source}: {given}{said('expected')} {plain(problem.expected)} [{problem.code}]"


def print_problems(console: Console, problems: Iterable[Problem], style: str) -> None:
    """Path, what was given and what would be right, each problem apart from the next."""
    said = Words(LANGUAGE.get())
    for one in problems:
        console.print(plain(one.path) or said("the_whole"), style=style, soft_wrap=True, end="")
        console.print(f"  [{one.code}]", style="dim", soft_wrap=True)
        given = said("no_value") if one.value is None else plain(json.dumps(one.value, ensure_ascii=False))
        console.print(f"    {said('given'):8}  {given}", soft_wrap=True)
        console.print(f"    {said('expected'):8}  {plain(one.expected)}", soft_wrap=True)


def problems_json(errors: Iterable[Problem], warnings: Iterable[Problem]) -> dict[str, Any]:
    """What is wrong and what is odd, as JSON has it."""

    def listed(problems: Iterable[Problem]) -> list[dict[str, Any]]:
        return [{"path": p.path, "code": p.code, "value": p.value, "expected": p.expected} for p in problems]

    return {"errors": listed(errors), "warnings": listed(warnings)}


def print_markdown(text: str) -> None:
    """Laid out on a terminal; in a pipe the Markdown itself, for a program or a file."""
    console = new_console()
    if console.is_terminal:
        from rich.markdown import Markdown

        console.print(Markdown(text))
    else:
        emit(text.encode("utf-8", "replace"))


def print_json(data: Any) -> None:
    """Print indented JSON."""
    emit(json_bytes(data))


def json_bytes(data: Any) -> bytes:
    """Indented JSON, as it is printed and written."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def print_proposal(portfolio: Portfolio, proposal: Proposal) -> None:
    """Print a proposal as JSON."""
    from service.export import to_json

    emit(to_json(portfolio, proposal))


def emit(data: bytes) -> None:
    """Print these bytes as they are."""
    try:
        typer.echo(data, nl=False)
    except BrokenPipeError:
        _nobody_reads()


def _nobody_reads() -> None:
    """Whoever read standard output has seen enough: the exit code is what it would have been."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Unwritable(Exception):
    """Standard output cannot be written, for the reason given."""


class Output(io.FileIO):
    """Standard output, whose faults are told apart from those of other files."""

    def write(self, data: Any) -> int:
        """Write, or raise Unwritable; that nobody reads any more stays what it is."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            _nobody_reads()  # what is still to be written would fail again
            raise Unwritable(f"standard output cannot be written: {error.strerror}") from None


def watch_output() -> None:
    """Have all that is printed go by way of `Output`; where letters lack, the rest is still shown."""
    encoding = "utf-8" if sys.stdout is None else sys.stdout.encoding
    if sys.stdout is None:  # it is closed: then let no other file have its number, and writing fail
        os.dup2(os.open(os.devnull, os.O_RDONLY), 1)
    raw = Output(1, "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors="replace", line_buffering=raw.isatty()
    )


def say(text: str) -> None:
    """A line on standard error."""
    typer.echo(text, err=True)


def new_console(stderr: bool = False) -> Console:
    """A terminal that prints text as it is, never as markup."""
    from rich.console import Console

    class Patient(Console):
        def on_broken_pipe(self) -> None:
            _nobody_reads()

    console = Patient(stderr=stderr, markup=False, highlight=False, emoji=False)
    console.width = min(console.width or USUAL, WIDEST)  # 0: nobody knows
    return console


def print_table(columns: Mapping[str, int], rows: Iterable[Sequence[str]]) -> None:
    """Print a table without lines, its first column, of names, in bold; of the others those that there is room for.

    columns: heading → the width of terminals from which on it is shown.
    """
    from rich.table import Table

    console = new_console()
    shown = [n for n, least in enumerate(columns.values()) if least <= console.width]
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for n, heading in enumerate(columns):
        if n in shown:
            table.add_column(
                heading, overflow="fold", style="bold" if n == 0 else "", no_wrap=n == 0 and len(shown) > 1
            )
    for row in rows:
        table.add_row(*(row[n] for n in shown))
    console.print(table)


def command_name() -> str:
    """How this command was called, so that what is suggested works as it stands."""
    called = Path(sys.argv[0])
    if called.stem != "staffing":
        return "python -m service.cli"
    found = shutil.which("staffing")
    return "staffing" if found and Path(found).resolve() == called.resolve() else str(called)
