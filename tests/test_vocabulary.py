"""The tree of terms, and levels combined from observations by the definition of the model."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.portfolio import Observation, Term
from solver.vocabulary import Combined, Part, Vocabulary, combine

START = date(2027, 1, 4)


def term(name: str, dimension: str = "expertise", broader: str | None = None) -> Term:
    """A term without labels."""
    return Term.model_validate({"id": name, "dimension": dimension, "broader": broader})


def seen(level: int, source: str | None = None, on: date | None = None) -> Observation:
    """An observation on one term."""
    return Observation.model_validate({"term": "t", "level": level, "source": source, "on": on})


# finance ── public ── tax        relating ── empathy
#        └── audit
TREE = Vocabulary(
    [
        term("tax", broader="public"),
        term("relating", "talent"),
        term("finance"),
        term("public", broader="finance"),
        term("empathy", "talent", broader="relating"),
        term("audit", broader="finance"),
    ]
)


def names(indices: list[int]) -> list[str]:
    """The ids of terms given by index."""
    return [TREE.ids[v] for v in indices]


def test_the_index_follows_the_portfolio() -> None:
    """Terms are numbered in the order of the portfolio, and each dimension knows its own."""
    assert len(TREE) == 6
    assert [TREE.index[name] for name in TREE.ids] == [0, 1, 2, 3, 4, 5]
    assert names(TREE.of_dimension("talent").tolist()) == ["relating", "empathy"]
    assert names(TREE.of_dimension("expertise").tolist()) == ["tax", "finance", "public", "audit"]
    assert len(Vocabulary([])) == 0
    assert Vocabulary([]).of_dimension("talent").tolist() == []


@pytest.mark.parametrize(
    ("name", "narrower", "broader"),
    [
        ("finance", ["tax", "finance", "public", "audit"], ["finance"]),
        ("public", ["tax", "public"], ["public", "finance"]),
        ("tax", ["tax"], ["tax", "public", "finance"]),
        ("relating", ["relating", "empathy"], ["relating"]),
    ],
)
def test_branches(name: str, narrower: list[str], broader: list[str]) -> None:
    """A term has itself and all that is narrower, at any depth, and itself and all that is broader."""
    v = TREE.index[name]
    assert names(TREE.narrower_or_self(v).tolist()) == narrower
    assert names(TREE.broader_or_self(v).tolist()) == broader


def test_a_very_deep_tree() -> None:
    """Depth is no limit: a chain of thousands of terms is walked without recursion."""
    chain = Vocabulary([term("t0"), *(term(f"t{n}", broader=f"t{n - 1}") for n in range(1, 5000))])
    assert len(chain.narrower_or_self(0)) == 5000
    assert len(chain.broader_or_self(4999)) == 5000


def test_one_observation_is_the_level() -> None:
    """A single observation counts fully, whoever made it and however old it is, and its weight is still told."""
    assert combine([seen(3)], START) == Combined(30, (Part(3, None, None, 1.0),))
    assert combine([seen(4, "self", START)], START) == Combined(40, (Part(4, "self", START, 0.5),))
    assert combine([seen(5, "manager", date(1, 1, 1))], START).tenths == 50


def test_no_observation_is_level_zero() -> None:
    """Who was never observed has level 0, from nothing."""
    assert combine([], START) == Combined(0, ())


@pytest.mark.parametrize(
    ("source", "trust"),
    [("test", 1), ("certificate", 1), ("observed", 1), (None, 1), ("manager", 0.8), ("peers", 0.8), ("self", 0.5)],
)
def test_trust_in_sources(source: str | None, trust: float) -> None:
    """Every source weighs as the model says, without a date as on the day of the start."""
    (part,) = combine([seen(3, source)], START).parts
    assert part.weight == trust


def test_age_halves_every_two_years() -> None:
    """730.5 days, two years, halve a weight; a date after the start is as good as none."""
    (two_years,) = combine([seen(3, "peers", date(2021, 1, 1))], date(2025, 1, 1)).parts
    assert two_years.weight == pytest.approx(0.8 * 0.25)
    (later,) = combine([seen(3, None, date(2027, 1, 5))], START).parts
    assert later.weight == 1.0


@pytest.mark.parametrize(
    ("observations", "tenths"),
    [
        ([seen(2), seen(3)], 25),
        ([seen(3, "test"), seen(4, "self")], 33),  # (3 + 4 x 0.5) / 1.5 = 3.333...
        ([seen(2), seen(2), seen(2), seen(3)], 23),  # 2.25, half up
        ([seen(3), seen(3), seen(3), seen(4)], 33),  # 3.25, half up where half to even would go down
        ([seen(1, "manager"), seen(1, "peers"), seen(1, "manager"), seen(2, "peers")], 13),  # 1.25 in weights of 0.8
        ([seen(1, "self", date(2027, 1, 4)), seen(5)], 37),  # 5.5 / 1.5 = 3.666...
        ([seen(4, "self"), seen(3, "peers"), seen(3, "test")], 32),  # 7.4 / 2.3 = 3.217...
    ],
)
def test_combined_levels(observations: list[Observation], tenths: int) -> None:
    """The weighted mean, worked out by hand, rounded half up to tenths."""
    combined = combine(observations, START)
    assert combined.tenths == tenths
    assert [(part.level, part.source) for part in combined.parts] == [(o.level, o.source) for o in observations]


def test_observations_beyond_all_time() -> None:
    """Observations so old that their weights vanish still give a level."""
    assert combine([seen(2, None, date(1, 1, 1)), seen(3, None, date(1, 1, 1))], date(9999, 1, 1)).tenths == 25


TRUST = {"test": "1", "certificate": "1", "observed": "1", None: "1", "manager": "0.8", "peers": "0.8", "self": "0.5"}


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(list(TRUST)), st.none() | st.dates(date(1990, 1, 1), START)),
        min_size=1,
        max_size=6,
    )
)
def test_combined_levels_are_exact(facts: list[tuple[int, str | None, date | None]]) -> None:
    """In fifty digits the definition of the model gives the same tenths, so floats never round the wrong way."""
    with localcontext() as context:
        context.prec = 50
        weights = [
            Decimal(TRUST[source]) * Decimal("0.5") ** (Decimal((START - (on or START)).days) / Decimal("730.5"))
            for _, source, on in facts
        ]
        mean = sum(w * level for w, (level, _, _) in zip(weights, facts, strict=True)) / sum(weights)
        tenths = int((10 * mean).quantize(Decimal("0.0000000001")).quantize(Decimal(1), ROUND_HALF_UP))
    assert combine([seen(*fact) for fact in facts], START).tenths == tenths
