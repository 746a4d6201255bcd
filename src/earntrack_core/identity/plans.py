"""Plans: what a workspace may use, as data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen


@frozen(kw_only=True)
class Plan:
    """What a workspace may use; a limit of None is no limit."""

    key: str
    name: str
    platforms: int | None = None
    members: int | None = 1
    features: frozenset[str] = frozenset()


BASIC: Final = frozenset({"analytics", "csv_export"})
MORE: Final = BASIC | {"advanced_analytics", "themes", "api", "settings"}
ALL: Final = MORE | {"team", "white_label", "priority_support"}

PLANS: Final[Mapping[str, Plan]] = MappingProxyType(
    {
        plan.key: plan
        for plan in (
            Plan(key="free", name="Free", platforms=3, features=BASIC),
            Plan(key="pro", name="Pro", features=MORE),
            Plan(key="business", name="Business", members=50, features=ALL),
            Plan(key="admin", name="Admin", members=None, features=ALL),
        )
    }
)
