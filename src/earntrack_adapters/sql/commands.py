"""What a unit asks of a database: commands, and what they bring back."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from attrs import frozen

from earntrack_adapters.sql.compiled import Compiled, Compiler, Row
from earntrack_core.kernel.ids import WorkspaceId


Given = Mapping[str, Any]
"""Values of parameters, as the core knows them."""


@frozen(eq=False)
class Command:
    """A statement with its parameters; many of them to run it many times."""

    statement: Compiled
    given: Sequence[Given] = ({},)

    def parameters(self) -> list[list[Any]]:
        """Return the parameters of each run, as the driver wants them."""
        return [self.statement.write(one) for one in self.given]


@frozen(eq=False)
class Result:
    """What a command brought back, and how many rows it changed."""

    rows: Sequence[Row] = ()
    changed: int = 0


class SurvivedError(Exception):
    """A command failed, and left its transaction as it was before."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Channel(Protocol):
    """A transaction on a connection, for one unit alone.

    Errors are those of the core. After one, only `rollback` makes sense.
    """

    def run(self, commands: Sequence[Command]) -> list[Result]:
        """Run commands and return what each brought back."""
        ...

    def attempt(self, commands: Sequence[Command], command: Command) -> Result:
        """Run commands, and then one that may fail.

        Raises:
            SurvivedError: That one failed; the transaction can go on.
        """
        ...

    def commit(self, commands: Sequence[Command]) -> list[Result]:
        """Run the last commands and store everything."""
        ...

    def rollback(self) -> None:
        """Take everything back; never raises."""
        ...


class Engine(Protocol):
    """A database, as units use it."""

    @property
    def compiler(self) -> Compiler:
        """Compiles statements for this database."""
        ...

    @property
    def reads_apart(self) -> bool:
        """Say whether a unit that has not written yet may read outside.

        So it is where a transaction does not keep others from writing: each
        of its reads sees what is stored at that moment, inside or outside.
        """
        ...

    @property
    def locking(self) -> Compiled | None:
        """Takes a lock by its name; None if whoever writes is alone."""
        ...

    def reader(self, workspace: WorkspaceId | None) -> Channel:
        """Open a transaction that only reads."""
        ...

    def writer(self, workspace: WorkspaceId | None) -> Channel:
        """Open a transaction that writes."""
        ...

    def store(
        self,
        workspace: WorkspaceId | None,
        commands: Sequence[Command],
        last: Sequence[Command],
    ) -> list[Result]:
        """Run a unit that never had to wait for an answer, and commit it.

        It may share a commit with others; *last* are the commands whose
        locks everybody waits for.
        """
        ...

    def ping(self) -> None:
        """Do the least that shows that the database answers."""
        ...

    def close(self) -> None:
        """Let go of all connections."""
        ...
