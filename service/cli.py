"""The `staffing` command: all its commands in the order in which its help lists them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from service.commands import keys, study
from service.commands.demo import demo
from service.commands.elsewhere import ask_of
from service.commands.explaining import alternatives, conflict, why_not
from service.commands.lists import changes, presets, rules, scenarios
from service.commands.outputs import INTERRUPTED, LANGUAGE, OUR_FAULT, WRONG_USE, Unwritable, say, watch_output
from service.commands.people import agreement, explain
from service.commands.plans import check, propose, score
from service.commands.portfolios import convert, library, template
from service.commands.serve import serve
from service.commands.settings import settings
from service.commands.what_if import compare, run
from service.commands.worker import worker
from service.words import plain
from solver.faults import SHOWN


class Commands(TyperGroup):
    """The commands, which tell in our own words what is wrong with an option."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            from pydantic import ValidationError

            if isinstance(wrong.__cause__, ValidationError):
                wrong.message = _expected(dict(wrong.__cause__.errors()[0]))
            raise


def _expected(found: dict[str, Any]) -> str:
    """What would be right, and what was given."""
    from solver.references import plain as in_words

    if "error" in found.get("ctx", {}):
        return str(found["ctx"]["error"]).removesuffix(".")
    return f"expected {in_words(found)[1]}, not {found['input']}"


app = typer.Typer(
    cls=Commands,
    name="staffing",
    help="From a portfolio of people and projects to a staffing proposal: who works on what, for how long, and why.",
    epilog="Exit codes: 0 fine, 1 the portfolio or plan is bad or there is no plan, 2 wrong use, 3 a fault of ours, "
    "4 no service there, or it lets nobody in, 130 interrupted (the best plan so far is still written).",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
#: what takes long to load is loaded by the command that needs it, once it is called
COMMANDS: tuple[Callable[..., None], ...] = (
    check,
    propose,
    run,
    compare,
    why_not,
    alternatives,
    conflict,
    explain,
    agreement,
    score,
    demo,
    scenarios,
    changes,
    rules,
    presets,
    library,
    template,
    convert,
    serve,
    worker,
    settings,
)
#: options of every command that take a value
ANYWHERE = ("--server", "--key-file")
for command in COMMANDS:
    app.command()(command)
app.add_typer(study.app)
app.add_typer(keys.app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"staffing {version('staffing')}")
        raise typer.Exit


@app.callback()
def staffing(
    context: typer.Context,
    version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    server: Annotated[
        str | None,
        typer.Option(
            "--server",
            metavar="URL",
            envvar="STAFFING_SERVER",
            help="Let the service at this address do it, as https://staffing.example.org.",
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file", metavar="FILE", envvar="STAFFING_KEY_FILE", help="The key to it is here, or in STAFFING_KEY."
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where a fault of ours happened; works anywhere.")
    ] = False,
) -> None:
    """The options of every command; `--debug` has been seen to by `main`."""
    LANGUAGE.set("en")
    ask_of(context, server, key_file)


def guarded(run: Callable[[], object], debug: bool) -> int:
    """The exit code of `run`; a fault of ours is one plain line, with --debug after where it happened."""
    try:
        run()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else OUR_FAULT if ended.code else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Unwritable as unwritable:
        say(str(unwritable))
        return WRONG_USE
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is ours
        if debug:
            traceback.print_exc()
        more = "" if debug else "; --debug shows where it happened"
        said = plain(f"{type(fault).__name__}: {fault}")
        say(f"A fault of ours, please report it with the command and `staffing --version`: {said}{more}")
        return OUR_FAULT
    return 0


def _in_front(arguments: list[str]) -> list[str]:
    """The arguments with the options of every command before the command, where they are looked for."""
    front: list[str] = []
    rest = iter(arguments)
    behind: list[str] = []
    for argument in rest:
        if argument == "--":
            behind += [argument, *rest]
        elif argument in ANYWHERE:
            front += [argument, *([value] if (value := next(rest, None)) is not None else [])]
        elif argument.partition("=")[0] in ANYWHERE:
            front.append(argument)
        else:
            behind.append(argument)
    return front + behind


def main() -> None:
    """Run the command; `--debug` and `--server` count wherever they stand."""
    watch_output()
    if hasattr(sys.stderr, "reconfigure"):
        sys.stderr.reconfigure(errors="replace")  # a terminal that lacks a letter still shows the rest
    os.environ[SHOWN] = "1"  # of a solve here, too, whatever may help
    debug = "--debug" in sys.argv[1:]
    sys.argv[1:] = _in_front([argument for argument in sys.argv[1:] if argument != "--debug"])
    sys.exit(guarded(app, debug))


if __name__ == "__main__":
    main()
