"""`earntrack import`, `earntrack imports` and `earntrack undo`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

from attrs import evolve
from cyclopts import Parameter
from rich.progress import Progress, SpinnerColumn, TextColumn

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.errors import EarnTrackError
from earntrack_core.statements.batch import Batch, BatchFilter
from earntrack_core.statements.importer import Order
from earntrack_core.statements.report import ImportReport
from earntrack_server.cli.answering import Answering
from earntrack_server.cli.common import (
    After,
    Database,
    Desk,
    Json,
    Limit,
    desk,
    part_of,
)
from earntrack_server.cli.outcome import (
    Ended,
    Exit,
    code_of,
    ending,
    err,
    error_tree,
    out,
    show_error,
    show_json,
    unopened,
)
from earntrack_server.cli.reports import contract, shown
from earntrack_server.cli.tables import table_of
from earntrack_server.unpacking import members


Files = Annotated[
    list[Path], Parameter(name="FILE", help="Statements, or archives of them.")
]
Result = ImportReport | EarnTrackError
EVERY = BatchFilter()


def import_files(
    files: Files,
    /,
    *,
    answering: Answering | None = None,
    dry_run: Annotated[
        bool,
        Parameter(negative="", help="Only say what would be done."),
    ] = False,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """Import statements: what is new is booked, nothing twice.

    Exit code 1 says that some records could not be read, 2 that a file is no
    statement that we know, 3 that a question must be answered first.
    """
    with ending(json_output=json_output), desk(database) as here:
        order = (answering or Answering()).order(here)
        results = [
            result
            for file in files
            for result in _file(here, file, order, dry_run=dry_run)
        ]
    if json_output:
        trees = [_tree(one) for one in results]
        show_json(trees[0] if len(trees) == 1 else trees)
    else:
        _show(results)
    worst = max((_code(one) for one in results), default=Exit.DONE)
    if worst is not Exit.DONE:
        raise Ended(worst)


def _file(
    here: Desk, path: Path, order: Order, *, dry_run: bool
) -> Iterator[Result]:
    """Yield what becomes of a file; of an archive, of each file in it."""
    try:
        with path.open("rb") as source:
            for name, file in members(path.name, source):
                yield _one(here, file, evolve(order, name=name), dry_run)
    except OSError as error:
        yield unopened(path, error)
    except EarnTrackError as error:
        yield error


def _one(here: Desk, file: BinaryIO, order: Order, dry_run: bool) -> Result:
    statements = here.et.statements
    do = statements.preview if dry_run else statements.book
    try:
        with _progress(order) as watched:
            return do(here.me, file, watched)
    except EarnTrackError as error:
        return error


@contextmanager
def _progress(order: Order) -> Iterator[Order]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,}", markup=False),
    )
    watched = err.is_terminal
    with Progress(
        *columns, console=err, transient=True, disable=not watched
    ) as progress:
        task = progress.add_task(order.name, total=None)
        yield evolve(
            order,
            progress=lambda done: progress.update(task, completed=done),
        )


def _tree(result: Result) -> dict[str, object]:
    if isinstance(result, EarnTrackError):
        return {"error": error_tree(result)}
    return contract(result)


def _show(results: Sequence[Result]) -> None:
    for one in results:
        if isinstance(one, EarnTrackError):
            show_error(one)
        else:
            out.print(shown(one))


def _code(result: Result) -> Exit:
    if isinstance(result, EarnTrackError):
        return code_of(result)
    if result.questions and result.batch_id is None:
        return Exit.QUESTIONS
    return Exit.PARTLY if result.errors else Exit.DONE


def imports(
    *,
    limit: Limit = 50,
    after: After = None,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """List imports, the newest first."""
    with ending(json_output=json_output), desk(database) as here:
        part = part_of(limit, after)
        page = here.et.statements.batches(here.me, EVERY, part)
        if json_output:
            show_json(here.tree(page))
            return
    heads = ("Day", "Id", "State", "New>", "File")
    out.print(table_of(heads, map(_row, page.items)))
    if page.next is not None:
        err.print(f"More: --cursor {page.next}")


def _row(batch: Batch) -> tuple[str, ...]:
    return (
        f"{batch.created_at:%Y-%m-%d}",
        str(batch.id),
        batch.state.value,
        f"{batch.counts.imported:,}",
        batch.file_name,
    )


def undo(
    batch: UUID, *, json_output: Json = False, database: Database = None
) -> None:
    """Take an import back; what other imports tell too stays."""
    with ending(json_output=json_output), desk(database) as here:
        done = here.et.statements.undo(here.me, BatchId(batch))
    if json_output:
        show_json({"batch": str(done.id), "state": done.state.value})
    else:
        out.print(f"{done.file_name} is undone.")
