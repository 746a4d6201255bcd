"""The work of a unit: writes wait until an answer is needed."""

from collections.abc import Hashable, Sequence
from typing import Any

from attrs import Factory, define

from earntrack_adapters.sql.commands import (
    Channel,
    Command,
    Engine,
    Given,
    Result,
    SurvivedError,
)
from earntrack_adapters.sql.compiled import Build, Compiled, Row
from earntrack_core.kernel.ids import WorkspaceId


@define(eq=False)
class Work:
    """What a unit does to a database.

    Writes are queued, and go out together with the next read, or with the
    commit: a unit that only writes takes a single round trip.
    """

    engine: Engine
    workspace: WorkspaceId | None
    reading: bool = False
    _queue: list[Command] = Factory(list)
    _last: list[Command] = Factory(list)
    _channel: Channel | None = None
    _failure: BaseException | None = None

    def statement(self, key: Hashable, build: Build) -> Compiled:
        """Return a statement that is compiled once."""
        return self.engine.compiler.get(key, build)

    def write(self, statement: Compiled, *given: Given) -> None:
        """Run a statement, at the latest with the commit."""
        self._refuse_if_reading()
        if given:
            self._queue.append(Command(statement, given))

    def write_last(self, statement: Compiled, given: Given) -> None:
        """Run a statement after all others, right before the commit."""
        self._refuse_if_reading()
        self._last.append(Command(statement, (given,)))

    def rows(self, statement: Compiled, given: Given) -> Sequence[Row]:
        """Run what is queued, and return the rows of a query."""
        command = Command(statement, (given,))
        if self._may_read_apart():
            channel = self.engine.reader(self.workspace)
            try:
                return channel.run([command])[-1].rows
            finally:
                channel.rollback()
        return self._run(command).rows

    def row(self, statement: Compiled, given: Given) -> Row | None:
        """Run what is queued, and return the first row of a query."""
        rows = self.rows(statement, given)
        return rows[0] if rows else None

    def changed(self, statement: Compiled, *given: Given) -> int:
        """Run a statement now, and return how many rows it changed."""
        self._refuse_if_reading()
        return self._attempt(Command(statement, given)).changed if given else 0

    def fetch(self, statement: Compiled, given: Given) -> Sequence[Row]:
        """Run a statement that changes rows and returns some, now."""
        self._refuse_if_reading()
        return self._attempt(Command(statement, (given,))).rows

    def open(self) -> None:
        """Begin the transaction, and run what is queued."""
        self._run()

    def lock(self, name: str) -> None:
        """Wait until no other unit of the workspace holds this lock."""
        self._refuse_if_reading()
        locking = self.engine.locking
        if locking is None:
            self.open()
        else:
            self.fetch(locking, {"name": f"{self.workspace}:{name}"})

    def commit(self) -> list[Result]:
        """Store everything; return what the last commands brought back."""
        if self._failure is not None:
            raise self._failure
        last = self._last
        if self._channel is not None:
            results = self._commit(self._channel)
        elif self._queue or last:
            results = self.engine.store(self.workspace, self._queue, last)
        else:
            results = []
        return results[len(results) - len(last) :]

    def rollback(self) -> None:
        """Take everything back; never raises."""
        self._queue.clear()
        self._last.clear()
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.rollback()

    def _commit(self, channel: Channel) -> list[Result]:
        if self.reading:
            self.rollback()
            return []
        results = channel.commit([*self._queue, *self._last])
        self._channel = None
        return results

    def _run(self, *commands: Command) -> Result:
        channel = self._opened()
        queued, self._queue = self._queue, []
        try:
            results = channel.run([*queued, *commands])
        except BaseException as error:
            self._failure = error
            raise
        return results[-1] if results else Result()

    def _attempt(self, command: Command) -> Result:
        """Run what is queued, and a command whose failure can be survived."""
        channel = self._opened()
        queued, self._queue = self._queue, []
        try:
            return channel.attempt(queued, command)
        except SurvivedError as survived:
            raise survived.error from survived.__cause__
        except BaseException as error:
            self._failure = error
            raise

    def _opened(self) -> Channel:
        if self._failure is not None:
            raise self._failure
        if self._channel is None:
            open_channel = (
                self.engine.reader if self.reading else self.engine.writer
            )
            self._channel = open_channel(self.workspace)
        return self._channel

    def _may_read_apart(self) -> bool:
        return (
            self._channel is None
            and not self._queue
            and not self.reading
            and self._failure is None
            and self.engine.reads_apart
        )

    def _refuse_if_reading(self) -> None:
        if self.reading:
            raise RuntimeError("a unit that only reads was asked to write")


def given_of(**values: Any) -> Given:
    """Return named parameters."""
    return values
