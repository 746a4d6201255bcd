"""What platforms need from the outside."""

from collections.abc import Callable
from typing import Protocol

from earntrack_core.kernel.actor import Actor
from earntrack_core.platforms.model import (
    Platform,
    PlatformFilter,
    PlatformId,
)
from earntrack_core.ports.storage import Repository, UnitOfWork


class Platforms(Repository[Platform, PlatformId, PlatformFilter], Protocol):
    """Where platforms are kept; names and keys are unique, each."""

    def used(self, key: PlatformId) -> bool:
        """Say whether earnings, payouts, lines or batches refer to it."""
        ...


class PlatformsUnit(UnitOfWork, Protocol):
    """What a transaction on platforms can reach."""

    @property
    def platforms(self) -> Platforms:
        """The workspace's platforms."""
        ...


Admit = Callable[[PlatformsUnit, Actor, Platform], None]
"""Refuses a platform that does not fit the others, or the plan."""
