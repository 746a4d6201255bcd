"""Strategies of hypothesis: earnings, filters and texts with all their edges.

Few different values, so that they meet; the hard ones among them.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from earntrack_core.earnings.filters import EarningFilter
from earntrack_core.earnings.model import LEGS, BatchId, Earning, EarningKind
from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.money import from_minor
from earntrack_core.platforms.model import Platform
from earntrack_core.testing.makers import an_earning


FIRST: Final = date(2025, 12, 20)
CURRENCIES: Final = ("EUR", "JPY", "KWD")
TEXTS: Final = ("", "Straße", "STRASSE", "a_b", "100%", "ß\ny", "it's\\n")
KINDS: Final = tuple(EarningKind)[:3]

days: Final = st.integers(0, 90).map(lambda n: FIRST + timedelta(days=n))
texts: Final = st.sampled_from(TEXTS)
currencies: Final = st.sampled_from(CURRENCIES)
spans: Final = st.sampled_from(
    (None, timedelta(), timedelta(hours=1), timedelta(microseconds=1))
)
coins: Final = st.integers(-300, 300)


@st.composite
def earnings(
    draw: st.DrawFn,
    actor: Actor,
    platforms: Sequence[Platform],
    batch_id: BatchId,
) -> Earning:
    """Return earnings of an actor's, as an import may have made them."""
    currency = draw(currencies)
    legs = {leg: from_minor(draw(coins), currency) for leg in LEGS}
    gross = legs.pop("gross")
    return an_earning(
        actor,
        draw(st.sampled_from(platforms)),
        str(gross.amount),
        currency,
        **legs,
        earned_on=draw(days),
        kind=draw(st.sampled_from(KINDS)),
        count=draw(st.integers(0, 2)),
        worked=draw(spans),
        notes=draw(texts),
        category=draw(st.sampled_from(("", "Design", "design"))),
        external_id=draw(st.sampled_from((None, "A-1"))),
        batch_id=batch_id,
    )


@st.composite
def filters(
    draw: st.DrawFn,
    platforms: Sequence[Platform],
    stored: Sequence[Earning] = (),
) -> EarningFilter:
    """Return filters of earnings; some of *stored* are asked for by id."""
    keys = [one.id for one in stored]
    fields: dict[str, Any] = {
        "since": draw(_rarely(days)),
        "until": draw(_rarely(days)),
        "platform_id": draw(_some([one.id for one in platforms])),
        "kind": draw(_some(KINDS)),
        "category": draw(_rarely(st.sampled_from(("", "design")))),
        "currency": draw(_rarely(currencies)),
        "text": draw(_rarely(st.sampled_from(("strasse", "_", "%", "'s\\")))),
        "has_hours": draw(_rarely(st.booleans())),
        "ids": draw(_some(keys)) if keys else (),
    }
    if fields["currency"] is not None:
        bounds = _rarely(st.decimals(-4, 4, places=3))
        fields |= {"least": draw(bounds), "most": draw(bounds)}
    return EarningFilter(**fields)


def _rarely(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.none() | values


def _some(values: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    chosen = st.lists(st.sampled_from(values), unique=True).map(tuple)
    return st.just(()) | chosen
