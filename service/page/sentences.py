"""The solver's sentences, which are English, in Dutch: one pattern a sentence, with the names left as they are."""

from __future__ import annotations

from service.page.tongue import Tongue
from solver.portfolio import Portfolio


class Sentences:
    """`sentences(text)` is the text in the page's language; what no pattern knows stays as it is."""

    def __init__(self, portfolio: Portfolio, t: Tongue, *others: Portfolio) -> None:
        self.portfolios, self.t = (portfolio, *others), t

    def __call__(self, text: str) -> str:
        """The sentence in the page's language."""
        return text

    def rule(self, name: str, title: str) -> str:
        """The title of a rule in the page's language."""
        return title

    def unit(self, unit: str) -> str:
        """The unit of a rule in the page's language."""
        return unit
