"""Storing many units on PostgreSQL in one transaction and one round trip."""

from collections.abc import Iterator, Sequence
from typing import Final

from earntrack_adapters.sql.combining import Batch
from earntrack_adapters.sql.commands import Command
from earntrack_adapters.sql.pool import Pool
from earntrack_adapters.sql.postgres_errors import AGAIN, translated
from earntrack_adapters.sql.postgres_link import Link, RefusedError
from earntrack_adapters.sql.postgres_running import (
    BEGIN,
    COMMIT,
    entering,
    take_back,
)
from earntrack_core.kernel.errors import InvalidError, UnavailableError


ATTEMPTS: Final = 3
"""How often a unit is run that had to make way for others."""


def store_all(pool: Pool[Link], batches: Sequence[Batch]) -> None:
    """Store batches together; if one of them fails, each by itself."""
    if len(batches) > 1:
        with pool.link() as link:
            if _store_together(link, batches):
                return
    for batch in batches:
        try:
            with pool.link() as link:
                _store_alone(link, batch)
        except (InvalidError, UnavailableError) as error:
            batch.error = error


def _store_together(link: Link, batches: Sequence[Batch]) -> bool:
    """Store batches in one transaction, or none of them.

    What everybody waits for comes last, and in the order of workspaces, so
    that two such transactions cannot wait for each other.
    """
    batches = sorted(batches, key=lambda one: str(one.workspace))
    steps = [
        *_steps(batches, [one.commands for one in batches]),
        *_steps(batches, [one.last for one in batches]),
    ]
    commands = [BEGIN, *(command for _, command in steps), COMMIT]
    try:
        results = link.exchange(commands)[1:-1]
    except InvalidError:
        return False
    except RefusedError:
        take_back(link)
        return False
    for (batch, _), result in zip(steps, results, strict=True):
        if batch is not None:
            batch.results.append(result)
    return True


def _store_alone(link: Link, batch: Batch) -> None:
    first = [BEGIN, *entering(batch.workspace)]
    commands = [*first, *batch.commands, *batch.last, COMMIT]
    for left in reversed(range(ATTEMPTS)):
        try:
            results = link.exchange(commands)
        except RefusedError as error:
            take_back(link)
            if not (left and isinstance(error.error, AGAIN)):
                batch.error = translated(error.error, error.given)
                batch.error.__cause__ = error.error
                return
        else:
            batch.results = results[len(first) : -1]
            return


def _steps(
    batches: Sequence[Batch], parts: Sequence[Sequence[Command]]
) -> Iterator[tuple[Batch | None, Command]]:
    """Yield the commands with their batches, each in its workspace."""
    workspace = None
    for batch, commands in zip(batches, parts, strict=True):
        if commands and batch.workspace != workspace:
            workspace = batch.workspace
            yield from ((None, one) for one in entering(workspace))
        yield from ((batch, one) for one in commands)
