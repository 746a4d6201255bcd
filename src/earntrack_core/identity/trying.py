"""Patience with those who try: counted before, forgiven after."""

from datetime import datetime

from attrs import evolve

from earntrack_core.identity.ports import DirectoryUnit
from earntrack_core.identity.rules import Patience, locked_until, one_more
from earntrack_core.kernel.errors import LockedOutError


def admit(
    unit: DirectoryUnit, key: str, patience: Patience, now: datetime
) -> None:
    """Count an attempt as failed until it turns out otherwise.

    So of many attempts at the same time, no more get through than one after
    the other.

    Raises:
        LockedOutError: There were too many.
    """
    unit.lock(key)
    attempts = unit.attempts(key)
    until = locked_until(attempts, patience, now)
    if until is not None:
        raise LockedOutError(until)
    unit.put_attempts(one_more(attempts, key, now))


def may(
    unit: DirectoryUnit, key: str, patience: Patience, now: datetime
) -> bool:
    """Count an attempt if there may be one, and say whether."""
    try:
        admit(unit, key, patience, now)
    except LockedOutError:
        return False
    return True


def take_back(unit: DirectoryUnit, key: str) -> None:
    """Take one attempt back, since it did not fail."""
    unit.lock(key)
    attempts = unit.attempts(key)
    if attempts is not None and attempts.failures > 1:
        unit.put_attempts(evolve(attempts, failures=attempts.failures - 1))
    else:
        unit.drop_attempts(key)
