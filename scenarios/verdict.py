"""What can be said for certain of two proposals, and what had better be said with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.comparison import Verdict
from scenarios.moved import listed, rule_words
from scenarios.side import Side
from solver.rules import rules_of
from solver.rules.base import UNIT, Rule

NO_PLAN = {
    "INFEASIBLE": "{name} has no plan: rules that may not be broken contradict each other",
    "NONE": "No plan was found for {name} in its time",
    "FAILED": "The solve of {name} failed",
}


def verdict(before: Side, after: Side) -> Verdict:
    """Which of the two is better, if that is certain; `after` is judged against `before`."""
    reason = "; ".join(_incomparable(before, after))
    if reason:
        return Verdict(proven="incomparable", text=reason)
    better, worse = (before, after) if before.total <= after.total else (after, before)
    word = "worse" if better is before else "better"
    same_portfolio = before.proposal.portfolio.sha256 == after.proposal.portfolio.sha256
    if same_portfolio and better.total == worse.total:
        return Verdict(proven="equal", text="Both are plans of the same portfolio, and cost the same")
    if same_portfolio:
        text = f"Both are plans of the same portfolio, and {better.name} is the better one by {_far(better, worse)}"
        return Verdict(proven="better" if word == "better" else "worse", text=text)
    if before.portfolio.policy.tiers or after.portfolio.policy.tiers:
        return Verdict(proven="open", text="The rules were improved in tiers, so the bounds do not decide on the total")
    return _by_bounds(better, worse, before)


def _by_bounds(better: Side, worse: Side, before: Side) -> Verdict:
    """Two portfolios, scored by the same rules: what the bounds prove of the best plans of both."""
    bound, objective = worse.proposal.run.bound, better.proposal.run.objective
    if bound is not None and objective is not None and bound > objective:
        text = f"{better.name} is better, whatever a longer search finds: its plan costs {objective:,.10g}, "
        text += f"and no plan of {worse.name} costs less than {bound:,.10g}"
        return Verdict(proven="worse" if better is before else "better", text=text)
    optimal = better.proposal.run.status == worse.proposal.run.status == "OPTIMAL"
    if better.total == worse.total:
        if optimal:
            return Verdict(proven="equal", text="Both are proven to be the best there is, and cost the same")
        return Verdict(proven="open", text="Both cost the same, but a longer search may find a better plan of either")
    gap = worse.proposal.run.gap
    if gap is None:
        text = f"How far {worse.name} is from its best plan is not known, so the difference proves nothing"
        return Verdict(proven="open", text=text)
    far, unknown = _far(better, worse), _percent(gap)
    smaller = "smaller" if far != unknown else "no larger"
    text = f"The difference ({far}) is {smaller} than what is still unknown (gap {unknown}): "
    return Verdict(proven="open", text=text + f"a longer search of {worse.name} may undo it")


def _incomparable(before: Side, after: Side) -> Iterator[str]:
    for side in (before, after):
        if not side.has_plan:
            run = side.proposal.run
            yield NO_PLAN.get(run.status, "{name} has no plan").format(name=side.name)
        elif side.broken:
            yield f"{side.name} breaks rules that may not be broken"
    if before.has_plan and after.has_plan:
        differing = _scored_differently(before, after)
        if differing:
            yield f"Scored by different rules ({listed(differing)}): the totals do not say which is better"
        elif before.proposal.portfolio.sha256 != after.proposal.portfolio.sha256 and (_other(before) or _other(after)):
            yield "Whether both were scored by the same rules is not known: their portfolios are not the ones given"


def _scored_differently(before: Side, after: Side) -> list[str]:
    """The rules that count on either side and are not the same on both."""
    was = {rule.name: rule for rule in rules_of(before.portfolio.policy)}
    now = {rule.name: rule for rule in rules_of(after.portfolio.policy)}
    return [
        rule_words(name)
        for name in {**before.rules, **after.rules}
        if before.weight(name) != after.weight(name)
        or (after.weight(name) and name in was and name in now and _numbers(name, was) != _numbers(name, now))
    ]


def _numbers(name: str, rules: Mapping[str, Rule]) -> tuple[Any, ...]:
    """What decides what a rule counts: its settings, and those of other rules."""
    rule = rules[name]
    return (rule.settings, *(getattr(rules[other].settings, setting) for other, setting in rule.counts_by))


def _other(side: Side) -> bool:
    """Whether the proposal was made from another version of the portfolio than the one given with it."""
    return side.proposal.portfolio.sha256 != side.portfolio.sha256()


def cautions(before: Side, after: Side) -> tuple[str, ...]:
    """What a reader of the numbers had better know."""
    found = [
        f"{side.name} was made from another version of its portfolio than the one given here: names, rates and units "
        "are of the one given"
        for side in (before, after)
        if _other(side)
    ]
    lone = set(before.activities) ^ set(after.activities)
    if lone:
        one = "1 activity is" if len(lone) == 1 else f"{len(lone)} activities are"
        found.append(f"The work differs: {one} in one of the two only, and more work costs more")
    if before.portfolio.calendar != after.portfolio.calendar:
        found.append("The calendars differ")
    return tuple(found)


def _far(better: Side, worse: Side) -> str:
    """The difference as a part of what the worse one costs, which is what its gap is a part of."""
    return _percent((worse.total - better.total) / max(UNIT, worse.total))


def _percent(share: float) -> str:
    percents = 100 * share
    if 0 < percents < 0.01:
        return "less than 0.01 %"
    return f"{percents:.2g} %" if percents < 10 else f"{percents:.0f} %"
