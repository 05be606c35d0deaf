"""The one page that lists all changes."""

from __future__ import annotations

from scenarios.changes.base import Change
from scenarios.changes.bookings import Forbid, Pin, Release
from scenarios.changes.delay import Delay
from scenarios.changes.drop_relation import DropRelation
from scenarios.changes.freeze_until import FreezeUntil
from scenarios.changes.hire import Candidates, Hire
from scenarios.changes.leave import Leave
from scenarios.changes.lend import Lend, OpenLending
from scenarios.changes.more_hours import MoreHours
from scenarios.changes.projects import AddProject, DropProject, Outsource
from scenarios.changes.rotate import Rotate
from scenarios.changes.scale_demand import ScaleDemand
from scenarios.changes.set_activity import SetActivity
from scenarios.changes.set_policy import SetPolicy, SetPreset
from scenarios.changes.set_requirement import SetRequirement
from scenarios.changes.train import Train

#: every change: people first, then work, then rules, then the plan
CHANGES: tuple[type[Change], ...] = (
    Hire,
    Candidates,
    Leave,
    MoreHours,
    Lend,
    OpenLending,
    Train,
    Rotate,
    DropRelation,
    Outsource,
    AddProject,
    DropProject,
    Delay,
    ScaleDemand,
    SetActivity,
    SetRequirement,
    SetPolicy,
    SetPreset,
    Pin,
    Forbid,
    Release,
    FreezeUntil,
)
BY_NAME = {change.name(): change for change in CHANGES}
