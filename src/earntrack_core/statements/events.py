"""What happens to statements."""

from typing import ClassVar

from attrs import frozen

from earntrack_core.kernel.events import Event
from earntrack_core.kernel.ids import UserId
from earntrack_core.statements.batch import Batch


@frozen(kw_only=True)
class StatementImported(Event):
    """A file was imported."""

    topic: ClassVar[str] = "activity:logged"

    verb: str = "imported"
    batch: Batch


@frozen(kw_only=True)
class ImportUndone(Event):
    """An import was taken back."""

    topic: ClassVar[str] = "activity:logged"

    verb: str = "undone"
    batch: Batch


@frozen(kw_only=True)
class ImportProgress(Event):
    """An import got further; told to who listens now, and not stored."""

    topic: ClassVar[str] = "import:progress"

    user_id: UserId
    name: str
    """Of the file."""
    records: int
    """How many records are done."""
