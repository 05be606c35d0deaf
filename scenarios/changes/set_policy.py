"""What counts, and how much."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from scenarios.changes.base import Change, malformed
from scenarios.changes.sentences import count, listed, money
from solver.fields import Label, Money
from solver.portfolio import FixedCost, MaxHires, Opened, Policy, Portfolio, Tiers
from solver.presets import PRESETS


def _replaces(description: str) -> Any:
    """A field whose absence leaves what stands there: a form has to ask apart whether to take that away."""
    return Field(description=description, json_schema_extra={"x-absent-is-not-empty": True})


class SetPolicy(Change):
    """The policy changes: weights, modes, tolerances and settings of rules, tiers, budget, limits.

    `rules` is merged, setting by setting, into what stands there. Each other field, where it is given, replaces the
    policy's own; a budget of null takes the budget away.
    """

    title: ClassVar[str] = "Change the policy"
    change: Literal["set_policy"] = "set_policy"
    rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="per rule its weight, mode, tolerance and settings, as in a policy"
    )
    tiers: Annotated[Tiers, _replaces("soft rules solved one tier after the other")] = ()
    budget: Annotated[Money | None, _replaces("what the plan may cost; null is no budget")] = None
    max_hires: Annotated[tuple[MaxHires, ...], _replaces("how many candidates of each group at most")] = ()
    lending: Annotated[tuple[Opened, ...], _replaces("the directions of lending that are open")] = ()
    fixed_costs: Annotated[tuple[FixedCost, ...], _replaces("money that is spent whatever the plan")] = ()

    @model_validator(mode="after")
    def _says_something(self) -> SetPolicy:
        if not self._said():
            raise malformed("rules", "missing", "at least one field of a policy")
        return self

    @model_serializer(mode="wrap")
    def _as_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only what was given: a budget of null is not the same as none named."""
        given = self.model_fields_set | {"change"}
        return {name: value for name, value in handler(self).items() if name in given}

    def _said(self) -> list[str]:
        """The fields that were given, in their order."""
        return [name for name in type(self).model_fields if name != "change" and name in self.model_fields_set]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """Rules are merged, the other fields replaced."""
        update = {name: getattr(self, name) for name in self._said()}
        old = portfolio.policy.rules
        merged = {name: {**old.get(name, {}), **settings} for name, settings in self.rules.items()}
        update["rules"] = {**old, **merged}
        return portfolio.model_copy(update={"policy": portfolio.policy.model_copy(update=update)})

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """The policy's fields have the same names here."""
        return {f"/policy/{name}": f"/{name}" for name in Policy.model_fields if name in self._said()}

    def words(self, portfolio: Portfolio) -> str:
        """Everything that is set."""
        said = [
            f"{name.replace('_', ' ')} of {rule} {_plain(value)}"
            for rule, settings in self.rules.items()
            for name, value in settings.items()
        ]
        if "tiers" in self.model_fields_set:
            said.append(f"tiers {' before '.join(listed(tier) for tier in self.tiers if tier) or 'none'}")
        if "budget" in self.model_fields_set:
            said.append("no budget" if self.budget is None else f"budget {money(self.budget)}")
        if "max_hires" in self.model_fields_set:
            limits = listed([f"{limit.most} of {limit.group}" for limit in self.max_hires])
            said.append(f"hires at most {limits}" if limits else "no limit on hires")
        if "lending" in self.model_fields_set:
            said.append(f"{count(len(self.lending), 'direction', 'directions')} of lending")
        if "fixed_costs" in self.model_fields_set:
            said.append(f"fixed costs {money(sum(one.money for one in self.fixed_costs))}")
        return f"the policy is changed: {listed(said) or 'nothing'}"


class SetPreset(Change):
    """The weights are those of another preset. Weights that the policy itself names stay as they are."""

    title: ClassVar[str] = "Choose a preset"
    change: Literal["set_preset"] = "set_preset"
    preset: Annotated[Label, Field(description="the name of a preset", json_schema_extra={"examples": list(PRESETS)})]

    def edited(self, portfolio: Portfolio) -> Portfolio:
        """The preset is set."""
        policy = portfolio.policy.model_copy(update={"preset": self.preset})
        return portfolio.model_copy(update={"policy": policy})

    def given(self, portfolio: Portfolio) -> dict[str, str]:
        """The field has the same name."""
        return {"/policy/preset": "/preset"}

    def words(self, portfolio: Portfolio) -> str:
        """Which preset, and which weights of the policy's own stay."""
        own = [name for name, settings in portfolio.policy.rules.items() if "weight" in settings]
        stay = f"; the policy's own {'weights' if len(own) > 1 else 'weight'} of {listed(own)} stay" if own else ""
        stay += "s" * (len(own) == 1)
        if self.preset == portfolio.policy.preset:
            return f"the preset stays {self.preset}{stay}"
        return f"the preset is {self.preset} instead of {portfolio.policy.preset}{stay}"


def _plain(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
