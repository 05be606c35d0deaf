"""All rules of the model, in the order in which score cards show them, and the rules a policy asks for.

A new rule is one file here and one line in `RULES`; `docs/how-to-add-a-rule.md` says what else belongs to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.presets import PRESETS
from solver.rules.availability import Availability
from solver.rules.base import Rule
from solver.rules.budget import Budget
from solver.rules.commitment import Commitment
from solver.rules.continuity import Continuity
from solver.rules.cost import Cost
from solver.rules.eligibility import Eligibility
from solver.rules.energy import Energy
from solver.rules.expert_hours import ExpertHours
from solver.rules.expertise_coverage import ExpertiseCoverage
from solver.rules.expertise_fit import ExpertiseFit
from solver.rules.focus import Focus
from solver.rules.hires import Hires
from solver.rules.hiring import Hiring
from solver.rules.lending import Lending
from solver.rules.lending_cap import LendingCap
from solver.rules.load_balance import LoadBalance
from solver.rules.mentoring import Mentoring
from solver.rules.must_requirement import MustRequirement
from solver.rules.overbooking import Overbooking
from solver.rules.relation import Relation
from solver.rules.responsibility import Responsibility
from solver.rules.role_width import RoleWidth
from solver.rules.rotation import Rotation
from solver.rules.smallest_booking import SmallestBooking
from solver.rules.stability import Stability
from solver.rules.staffing import Staffing
from solver.rules.stretch import Stretch
from solver.rules.stretch_cap import StretchCap
from solver.rules.talent_coverage import TalentCoverage
from solver.rules.talent_fit import TalentFit
from solver.rules.talent_use import TalentUse
from solver.rules.team_size import TeamSize
from solver.rules.window import Window
from solver.rules.wishes import Wishes

if TYPE_CHECKING:
    from solver.portfolio import Policy

RULES: tuple[type[Rule], ...] = (
    # hard: no returned plan breaks one
    Availability,
    Window,
    Eligibility,
    TeamSize,
    SmallestBooking,
    MustRequirement,
    ExpertHours,
    Overbooking,
    Mentoring,
    StretchCap,
    Commitment,
    Relation,
    LendingCap,
    Rotation,
    Hires,
    Budget,
    # soft: weight × Σ item weight × amount is what a plan costs (default weight beside each rule's name)
    Staffing,  # 20
    ExpertiseCoverage,  # 400
    TalentCoverage,  # 200
    ExpertiseFit,  # 6
    TalentFit,  # 4
    Energy,  # 3
    Wishes,  # 20
    TalentUse,  # 3
    RoleWidth,  # 4
    Responsibility,  # 3
    Stretch,  # 4
    LoadBalance,  # 2
    Focus,  # 30
    Stability,  # 5
    Continuity,  # 100
    Lending,  # 1
    Hiring,  # 1
    Cost,  # 0
)
BY_NAME: dict[str, type[Rule]] = {rule.name: rule for rule in RULES}

#: what the policy may say of a soft rule besides its own settings
OF_EVERY_SOFT_RULE = ("weight", "mode", "tolerance")


def rules_of(policy: Policy) -> tuple[Rule, ...]:
    """Every rule with the numbers of a policy: the preset's weights, then what is said of the rule itself."""
    weights = PRESETS[policy.preset].weights
    found = []
    for rule in RULES:
        said = dict(policy.rules.get(rule.name, {}))
        general = {name: said.pop(name) for name in OF_EVERY_SOFT_RULE if name in said}
        if not rule.hard:
            general.setdefault("weight", weights.get(rule.name, rule.default_weight))
        found.append(rule(rule.Settings.model_validate(said), **general))
    return tuple(found)
