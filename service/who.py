"""Who asks: a role, and what of the portfolios is that role's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from solver.portfolio import Portfolio

Role = Literal["lead", "planner", "hr", "employee", "auditor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Who:
    """Somebody who asks.

    name: of the key or of the token's subject. person: who they are among the people. units: of a planner, null for
    all units. admin: may do what an admin may as well, whatever the role.
    """

    role: Role
    name: str
    person: str | None = None
    units: frozenset[str] | None = None
    admin: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """The role, and admin where that comes with it."""
        return frozenset({self.role, "admin"}) if self.admin else frozenset({self.role})

    def is_person(self, person: str) -> bool:
        """Whether this is the person, or HR, who see what the person sees."""
        return self.role == "hr" or (self.person is not None and self.person == person)

    def sees_rates_of(self, unit: str | None) -> bool:
        """Whether rates of a unit's people are shown: to HR, and to planners of the unit or of all units."""
        return self.role == "hr" or (self.role == "planner" and (self.units is None or unit in self.units))

    def activities(self, portfolio: Portfolio) -> frozenset[str]:
        """Ids of the activities this is shown: of a lead those of the own projects, of others all."""
        if self.role != "lead":
            return frozenset(one.id for one in portfolio.activities)
        led = {one.id for one in portfolio.projects if one.lead is not None and one.lead == self.person}
        return frozenset(one.id for one in portfolio.activities if one.project in led)


#: whoever works on the machine itself, while the service has no keys
LOCAL = Who(role="hr", name="local", admin=True)
