"""`staffing why-not`, `alternatives` and `conflict`: why it is so, what else there is, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.elsewhere import elsewhere
from service.commands.inputs import (
    one_from_input,
    read_portfolio,
    read_side,
    rule_settings,
    search_settings,
    with_settings,
)
from service.commands.options import (
    JsonOption,
    LangOption,
    OutOption,
    PortfolioArgument,
    PresetOption,
    ProposalArgument,
    RepeatableOption,
    SeedOption,
    SetOption,
    WorkersOption,
)
from service.commands.outputs import BAD, INTERRUPTED, check_out, new_console, print_json, refuse, say, write_proposal
from service.commands.solving import in_background, interruptible
from service.words import Language, Words, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.portfolio import Portfolio
    from solver.proposal import Proposal
    from solver.why_not import Question

#: what is said to be wrong where it is not a file
QUESTION = "the question"
AnswerSecondsOption = Annotated[float, typer.Option("--seconds", "-s", help="Time limit of the answer.")]


def why_not(
    portfolio: PortfolioArgument,
    proposal: ProposalArgument,
    activity: Annotated[str, typer.Option("--activity", metavar="ID", help="The activity it is about.")],
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="Why is this person not on it? Without: why unfilled?")
    ] = None,
    hours: Annotated[
        int | None, typer.Option("--hours", help="Why not at least so many hours, of the person or in all?")
    ] = None,
    mentor: Annotated[
        str | None, typer.Option("--mentor", metavar="ID", help="Why does the person not learn there from this one?")
    ] = None,
    term: Annotated[
        str | None, typer.Option("--term", metavar="ID", help="Without a person: why not the people with this term?")
    ] = None,
    seconds: AnswerSecondsOption = 10.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Say why a plan is not otherwise: what it would cost and who would move, or the rules in the way.

    Asks about a person, a person's hours, a mentor, or, without a person, what stays unfilled.
    """
    check_out(out)
    one_from_input(portfolio, proposal)
    question = _question(activity, person, hours, mentor, term)
    settings = search_settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    there = elsewhere(as_json)
    if there is not None:
        with interruptible(there.stop):
            about = there.run_of(proposal)
            told = there.why_not(about, question.model_dump(mode="json"), settings, lang)
            written = there.write_plan(portfolio, about, told["plan"], out, lang)
            if as_json:
                print_json(told)
            else:
                _tell(there.sentences(told))
                if written is not None:
                    new_console().print(f"\n{written}", soft_wrap=True)
            there.end_answer()
        return
    found, made = _planned(portfolio, proposal, as_json)
    from solver import why_not as questions
    from solver.portfolio import PortfolioInvalid

    with interruptible() as stop:
        try:
            answer = in_background(
                lambda _: questions.why_not(found, made, question, settings, stop), seconds, stop, lang
            )
        except PortfolioInvalid as invalid:
            refuse(QUESTION, invalid.problems, as_json)
        written = None if answer.plan is None else write_proposal(found, answer.plan, out, lang)
        if as_json:
            print_json(answer.model_dump(mode="json", by_alias=True))
        else:
            _tell(answer.sentences)
            if written is not None:
                new_console().print(f"\n{written}", soft_wrap=True)
        if stop.is_set():
            raise typer.Exit(INTERRUPTED)


def _question(activity: str, person: str | None, hours: int | None, mentor: str | None, term: str | None) -> Question:
    """What the options ask; wrong use where they do not go together."""
    from solver.why_not import WhyNotHours, WhyNotMentor, WhyNotPerson, WhyUnfilled

    if person is None and mentor is not None:
        raise typer.BadParameter("say with --person who would learn", param_hint="'--mentor'")
    if person is not None and term is not None:
        raise typer.BadParameter("a term goes without --person", param_hint="'--term'")
    if hours is not None and (mentor is not None or term is not None):
        raise typer.BadParameter("hours go without --mentor and --term", param_hint="'--hours'")
    if hours is not None and hours < 1:
        raise typer.BadParameter("expected at least 1", param_hint="'--hours'")
    if person is None:
        return WhyUnfilled(activity=activity, term=term, hours=hours)
    if mentor is not None:
        return WhyNotMentor(mentor=mentor, learner=person, activity=activity)
    if hours is not None:
        return WhyNotHours(person=person, activity=activity, hours=hours)
    return WhyNotPerson(person=person, activity=activity)


def alternatives(
    portfolio: PortfolioArgument,
    proposal: ProposalArgument,
    plans: Annotated[int, typer.Option("--plans", "-k", min=1, max=100, help="How many other plans.")] = 3,
    within: Annotated[
        str, typer.Option("--within", metavar="PERCENT", help="How much more they may cost, as in 2%.")
    ] = "2%",
    seconds: AnswerSecondsOption = 30.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Find other plans that are nearly as good and differ in people.

    Each differs from the proposal, and from the others, in a twentieth of the bookings or more.
    """
    one_from_input(portfolio, proposal)
    percent = _percent(within)
    settings = search_settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    there = elsewhere(as_json)
    if there is not None:
        with interruptible(there.stop):
            answer = there.alternatives(there.run_of(proposal), plans, percent, settings, lang)
            if as_json:
                print_json(answer)
            else:
                _tell_alternatives(
                    there.sentences(answer), [one.get("sentences", []) for one in answer["alternatives"]]
                )
            there.end_answer()
        return
    found, made = _planned(portfolio, proposal, as_json)
    from solver import alternatives as others
    from solver.portfolio import PortfolioInvalid

    with interruptible() as stop:
        try:
            told = in_background(
                lambda _: others.alternatives(found, made, plans, percent, settings, stop), seconds, stop, lang
            )
        except PortfolioInvalid as invalid:
            refuse(proposal, invalid.problems, as_json)
        if as_json:
            print_json(told.model_dump(mode="json", by_alias=True))
        else:
            _tell_alternatives(told.sentences, [one.sentences for one in told.alternatives])
        if stop.is_set():
            raise typer.Exit(INTERRUPTED)


def _tell_alternatives(sentences: Sequence[str], each: Sequence[Sequence[str]]) -> None:
    """What was found in all, then each plan; the last sentences say the same of each in short."""
    _tell(sentences[: len(sentences) - len(each)])
    for one in each:
        new_console().print()
        _tell(one)


def _percent(text: str) -> float:
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = -1
    if not 0 <= number <= 1000:
        raise typer.BadParameter(f"{text!r} is no percentage from 0 to 1000, as in 2%", param_hint="'--within'")
    return number


def conflict(
    portfolio: PortfolioArgument,
    seconds: AnswerSecondsOption = 20.0,
    preset: PresetOption = None,
    change: SetOption = None,
    seed: SeedOption = 1,
    workers: WorkersOption = 8,
    repeatable: RepeatableOption = False,
    as_json: JsonOption = False,
    lang: LangOption = Language.en,
) -> None:
    """Say whether the hard rules can all hold, and if not, which contradict each other and what can be done.

    Every way out was tried: with its changes there is a plan, at the price that stands there. --seconds is the time
    for the ways out. The exit code is 1 if there is no plan.
    """
    settings = search_settings(seconds=seconds, seed=seed, workers=workers, repeatable=repeatable)
    there = elsewhere(as_json)
    source = read_portfolio(portfolio, as_json)
    found = with_settings(source, preset, change or [], as_json)
    from scenarios.ways_out import conflict_in

    with interruptible(None if there is None else there.stop) as stop:
        if there is None:
            known, contradiction = in_background(lambda _: conflict_in(found, settings, stop), seconds, stop, lang)
        else:
            from service.what_if import policy_changes

            changes = policy_changes(preset, rule_settings(change or []))
            known, contradiction = there.conflict_in(portfolio, source, changes, settings, lang)
        words = Words(lang)
        if as_json:
            print_json({"known": known, "conflict": contradiction and contradiction.model_dump(mode="json")})
        elif contradiction is not None:
            from service.show import show_conflict

            show_conflict(new_console(), contradiction, lang)
        else:
            new_console().print(words("can_hold" if known else "not_known"))
        if stop.is_set():
            say("Interrupted.")
            raise typer.Exit(INTERRUPTED)
        if contradiction is not None or not known:
            raise typer.Exit(BAD)


def _planned(portfolio: str, proposal: str, as_json: bool) -> tuple[Portfolio, Proposal]:
    """A portfolio with a proposal that has a plan."""
    from solver.portfolio import Problem

    found, made = read_side(portfolio, proposal, as_json)
    if made.bookings is None:
        refuse(proposal, [Problem("/bookings", "no_plan", None, "a proposal with a plan")], as_json)
    return found, made


def _tell(sentences: Sequence[str]) -> None:
    """The first sentence as a heading, the others below it."""
    from rich.padding import Padding

    console = new_console()
    for n, sentence in enumerate(map(plain, sentences)):
        console.print(Padding(sentence, (0, 0, 0, 2)) if n else sentence, style="" if n else "bold")
