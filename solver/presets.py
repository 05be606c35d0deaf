"""Named weight tables, each with the reason that is shown next to it.

A preset changes some weights of `balanced`, whose weights are those written on the rules themselves. The last five are
the culture archetypes of the field (`docs/model.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Preset:
    """Weights that differ from `balanced`, per rule name, and why."""

    name: str
    because: str
    weights: dict[str, int] = field(default_factory=dict)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("balanced", "people's expertise, talents and growth weigh together, none of them alone"),
        Preset(
            "achievement",
            "results and ownership first",
            {"staffing": 30, "expertise_coverage": 600, "expertise_fit": 10, "stretch": 3, "energy": 2},
        ),
        Preset(
            "customer-centric",
            "the client meets the people, and the same ones",
            {"talent_coverage": 400, "talent_fit": 8, "continuity": 200, "stability": 10},
        ),
        Preset(
            "innovation",
            "learning by doing, and change is welcome",
            {"stretch": 10, "role_width": 8, "energy": 6, "focus": 15, "stability": 2},
        ),
        Preset(
            "one-team",
            "carried together, everybody counts",
            {"talent_coverage": 300, "load_balance": 6, "talent_use": 6, "stretch": 6, "focus": 40},
        ),
        Preset(
            "greater-good",
            "work that means something to who does it",
            {"wishes": 60, "energy": 6, "responsibility": 6, "talent_use": 6},
        ),
    )
}
