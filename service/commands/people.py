"""`staffing explain` and `agreement`: what a proposal says about one person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.elsewhere import elsewhere
from service.commands.inputs import one_from_input, read_side
from service.commands.options import JsonOption, LangOption, PersonOption, PortfolioArgument, ProposalArgument
from service.commands.outputs import check_out, emit, new_console, print_json, print_markdown, refuse
from service.words import Language

if TYPE_CHECKING:
    from solver.portfolio import Portfolio


def explain(
    portfolio: PortfolioArgument,
    proposal: ProposalArgument,
    person: PersonOption,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Tell one person what a proposal says about them, from what, and what would change it.

    Only that person's own data is in it, and no colleague's.
    """
    one_from_input(portfolio, proposal)
    from scenarios.person import explanation
    from scenarios.person_text import as_markdown
    from solver.portfolio import PortfolioInvalid

    there = elsewhere(as_json)
    if there is not None:
        told = there.explanation(person, proposal, lang.value)
    else:
        found, made = read_side(portfolio, proposal, as_json)
        _check_person(found, person)
        try:
            told = explanation(found, made, person, lang.value)
        except PortfolioInvalid as invalid:
            refuse(proposal, invalid.problems, as_json)
    if as_json:
        print_json(told.model_dump(mode="json", by_alias=True))
    else:
        print_markdown(as_markdown(told))


def agreement(
    portfolio: PortfolioArgument,
    proposal: ProposalArgument,
    person: PersonOption,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write it here, as .md, .html, .pdf or .json; replaces it."),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Make the talent agreement of one person: the sheet for a talk between employee and manager."""
    one_from_input(portfolio, proposal)
    check_out(out, (".md", ".html", ".pdf", ".json"))
    from scenarios import agreement as agreements
    from service.agreements import to_json, to_markdown, write
    from solver.portfolio import PortfolioInvalid

    there = elsewhere(as_json)
    if there is not None:
        sheet = there.agreement(person, proposal, lang.value)
    else:
        found, made = read_side(portfolio, proposal, as_json)
        _check_person(found, person)
        try:
            sheet = agreements.agreement(found, made, person, lang.value)
        except PortfolioInvalid as invalid:
            refuse(proposal, invalid.problems, as_json)
    if out is not None:
        try:
            write(sheet, out)
        except OSError as error:
            raise typer.BadParameter(f"{out} cannot be written: {error.strerror}", param_hint="'--out'") from None
    if as_json:
        emit(to_json(sheet))
    elif out is not None:
        new_console().print(f"Written to {out}.", soft_wrap=True)
    else:
        print_markdown(to_markdown(sheet).decode())


def _check_person(portfolio: Portfolio, person: str) -> None:
    """Refuse the id of nobody."""
    if person not in [one.id for one in portfolio.people]:
        raise typer.BadParameter(f"there is no {person!r} in the portfolio", param_hint="'--person'")
