"""The one page that lists all studies."""

from __future__ import annotations

from scenarios.studies.base import Study
from scenarios.studies.best_hires import BestHires
from scenarios.studies.exposure import Exposure
from scenarios.studies.frontier import Frontier
from scenarios.studies.lending_market import LendingMarket
from scenarios.studies.sweep import Sweep

STUDIES: tuple[type[Study], ...] = (BestHires, Exposure, LendingMarket, Sweep, Frontier)
BY_KIND = {study.name(): study for study in STUDIES}
