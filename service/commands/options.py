"""Arguments and options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.commands.outputs import LANGUAGE
from service.words import Language


class By(StrEnum):
    """What the bookings are listed by."""

    activity = "activity"
    person = "person"


def _speak(language: Language) -> Language:
    """Have refusals in the language, too."""
    LANGUAGE.set(language)
    return language


PortfolioArgument = Annotated[
    str,
    typer.Argument(
        metavar="PORTFOLIO",
        help="A JSON file, an .xlsx workbook, a folder (or .zip) of CSV files, - for standard input, or the name of a "
        "bundled portfolio.",
    ),
]
ProposalArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROPOSAL", help="JSON: a proposal, a run as `run` writes it, or a plan with `bookings`; - as above."
    ),
]
PersonOption = Annotated[str, typer.Option("--person", metavar="ID", help="The id of the person it is about.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read, errors too.")]
LangOption = Annotated[
    Language,
    typer.Option(
        "--lang",
        envvar="STAFFING_LANG",
        callback=_speak,
        help="Language of labels and headings; sentences are English.",
    ),
]
ByOption = Annotated[By, typer.Option("--by", help="List the bookings by activity or by person.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Write the proposal here, as .json, .csv or .xlsx; replaces the file."
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
SecondsOption = Annotated[float, typer.Option("--seconds", "-s", help="Time limit of the search.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]
WorkersOption = Annotated[int, typer.Option("--workers", help="Search workers of the solver.")]
RepeatableOption = Annotated[bool, typer.Option("--repeatable", help="The same input gives the same proposal; slower.")]
PresetOption = Annotated[
    str | None, typer.Option("--preset", metavar="NAME", help="Weights to use; `staffing presets` lists them.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="RULE.SETTING=VALUE",
        help="Change a setting of a rule, as in role_width.max_share=0.5 or staffing.weight=30; may be repeated.",
    ),
]
