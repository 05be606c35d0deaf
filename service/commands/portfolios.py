"""`staffing library`, `template` and `convert`: portfolios as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.elsewhere import elsewhere
from service.commands.inputs import bundled_case, read_portfolio
from service.commands.options import ForceOption, JsonOption, LangOption, PortfolioArgument
from service.commands.outputs import (
    STANDARD_OUTPUT,
    check_sheets,
    emit,
    json_bytes,
    new_console,
    print_json,
    print_table,
    write_or_refuse,
)
from service.files import write_file
from service.words import Language

if TYPE_CHECKING:
    from solver.portfolio import Portfolio


def library(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell the story of this one.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="OUT",
            help="Write it here: .json, .xlsx, .zip, a folder of CSV files, or - for JSON.",
        ),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """List the bundled portfolios, or show or write one."""
    from scenarios.library import ENTRIES

    there = elsewhere(as_json)
    if out is not None:
        check_sheets(out, ".json")
    if name is None:
        if out is not None:
            raise typer.BadParameter("say which portfolio to write", param_hint="'NAME'")
        here: list[dict[str, Any]] = [{"slug": one.slug, "title": one.title, "summary": one.summary} for one in ENTRIES]
        items = here if there is None else there.items("library")
        if as_json:
            print_json({"items": items})
            return
        rows = [(item["slug"], item["title"][lang], item["summary"][lang]) for item in items]
        print_table({"name": 0, "title": 40, "what it is about": 60}, rows)
        return
    if there is None:
        case = bundled_case(name)
        text, story = case.text(), case.story(lang)
    else:
        page = there.library_portfolio(name)
        text, story = json_bytes(page["portfolio"]).decode(), page["story"][lang]
    if out is not None:
        from solver.portfolio import parse_json

        _write_portfolio(parse_json(text), out, text.encode())
    elif as_json:
        print_json(json.loads(text))
    else:
        from rich.markdown import Markdown

        new_console().print(Markdown(story))


def template(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="An .xlsx or .zip file, or a folder for CSV files.")],
    examples: Annotated[bool, typer.Option("--examples", help="With a small portfolio in it, to write over.")] = False,
    force: ForceOption = False,
) -> None:
    """Write an empty workbook, or folder of CSV files.

    Every column is explained in it. What is there already is not replaced.
    """
    from service import spreadsheet

    check_sheets(out)
    if not force and out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise typer.BadParameter(f"{out} is there already; --force replaces it", param_hint="'OUT'")
    write_or_refuse(out, lambda: spreadsheet.template(out, examples=examples))


def convert(
    portfolio: PortfolioArgument,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A .json, .xlsx or .zip file, a folder of CSV files, or - for JSON.")
    ],
) -> None:
    """Write a portfolio as JSON or as a spreadsheet.

    A file that is there already is replaced.
    """
    check_sheets(out, ".json")
    found = read_portfolio(portfolio, as_json=False)
    _write_portfolio(found, out, json_bytes(found.canonical()))


def _write_portfolio(portfolio: Portfolio, out: Path, data: bytes) -> None:
    """Write a portfolio; `data` is its JSON."""
    if out == STANDARD_OUTPUT:
        emit(data)
    elif out.suffix.lower() == ".json":
        write_or_refuse(out, lambda: write_file(out, data))
    else:
        from service import spreadsheet

        write_or_refuse(out, lambda: spreadsheet.write(portfolio, out))
