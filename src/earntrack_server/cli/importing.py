"""`earntrack import` and `earntrack undo`."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Literal
from uuid import UUID

from attrs import evolve, frozen
from cyclopts import Parameter, validators
from rich.progress import Progress, SpinnerColumn, TextColumn

from earntrack_core.earnings.model import BatchId
from earntrack_core.kernel.errors import (
    EarnTrackError,
    InvalidError,
    NotFoundError,
)
from earntrack_core.platforms.model import PlatformFilter, PlatformId
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.importer import Order
from earntrack_core.statements.model import Answers
from earntrack_core.statements.report import ImportReport
from earntrack_server.cli.common import Database, Desk, Json, desk
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
)
from earntrack_server.cli.reports import contract, shown
from earntrack_server.unpacking import members


Flag = Parameter(negative="")
File = Annotated[
    Path, Parameter(validator=validators.Path(exists=True, dir_okay=False))
]
DateOrder = Literal["dmy", "mdy", "ymd"]
PERIOD: Final = "2026-09-01/2026-09-30"


@Parameter(name="*")
@frozen(kw_only=True)
class Answering:
    """What a file may not tell itself."""

    platform: Annotated[
        str | None,
        Parameter(help="Name, key or id of the platform to book on."),
    ] = None
    currency: Annotated[
        str | None, Parameter(help="ISO 4217 code of the amounts.")
    ] = None
    timezone: Annotated[
        str | None, Parameter(help="IANA name of the times' zone.")
    ] = None
    date_order: Annotated[
        DateOrder | None, Parameter(help="Order of day, month and year.")
    ] = None
    number_form: Annotated[
        Literal[".", ","] | None, Parameter(help="The decimal mark.")
    ] = None
    period: Annotated[
        str | None, Parameter(help=f"Days of a sum: {PERIOD}.")
    ] = None
    account: Annotated[
        str, Parameter(help="Which account, if there are several.")
    ] = ""
    format: Annotated[
        str | None, Parameter(help="Id of the format, if it is not clear.")
    ] = None
    map: Annotated[
        File | None,
        Parameter(help="JSON file that names the columns of a table."),
    ] = None

    def answers(self) -> Answers:
        """Return the answers as the core wants them."""
        return Answers(
            currency=self.currency,
            zone=self.timezone,
            date_order=self.date_order,
            number_form=self.number_form,
            period=_period(self.period),
            account=self.account,
            mapping=None if self.map is None else _mapping(self.map),
        )


def _period(text: str | None) -> tuple[date, date] | None:
    if text is None:
        return None
    first, _, last = text.partition("/")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise InvalidError("period", f"must look like {PERIOD}") from error


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        tree = json.loads(path.read_bytes())
    except ValueError as error:
        raise InvalidError("map", f"{path} is not JSON") from error
    mapping = tree.get("mapping", tree) if isinstance(tree, dict) else None
    if not isinstance(mapping, dict):
        raise InvalidError("map", "must be a JSON object")
    return mapping


def import_files(
    *files: File,
    answering: Answering | None = None,
    dry_run: Annotated[
        bool, Flag, Parameter(help="Only say what would be done.")
    ] = False,
    strict: Annotated[
        bool, Flag, Parameter(help="All records of a file, or none.")
    ] = False,
    force: Annotated[
        bool, Flag, Parameter(help="Read a file again that is known.")
    ] = False,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """Import statements: what is new is booked, nothing twice.

    Exit code 1 says that some records could not be read, 2 that a file is no
    statement that we know, 3 that a question must be answered first.
    """
    if not files:
        err.print("Name at least one file.")
        raise Ended(Exit.REFUSED)
    with ending(json_output=json_output), desk(database) as here:
        told = answering or Answering()
        order = Order(
            name="",
            answers=told.answers(),
            format_id=told.format,
            platform_id=_platform(here, told.platform),
            strict=strict,
            force=force,
        )
        results = [
            result
            for file in files
            for result in _file(here, file, order, dry_run=dry_run)
        ]
    _show(results, json_output=json_output)


Result = ImportReport | EarnTrackError


def _file(
    here: Desk, path: Path, order: Order, *, dry_run: bool
) -> Iterator[Result]:
    with path.open("rb") as source:
        try:
            for name, file in members(path.name, source):
                yield _one(here, file, evolve(order, name=name), dry_run)
        except StatementError as error:
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
        TextColumn("{task.description} {task.completed:,} records"),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(order.name, total=None)
        yield evolve(
            order,
            progress=lambda done: progress.update(task, completed=done),
        )


def _platform(here: Desk, wanted: str | None) -> PlatformId | None:
    if wanted is None:
        return None
    platforms = here.et.platforms
    for where in (PlatformFilter(key=wanted), PlatformFilter(name=wanted)):
        found = platforms.find(here.me, where).items
        if found:
            return found[0].id
    try:
        return platforms.get(here.me, PlatformId(UUID(wanted))).id
    except ValueError as error:
        raise NotFoundError("platform", wanted) from error


def _show(results: list[Result], *, json_output: bool) -> None:
    if json_output:
        trees = [
            {"error": error_tree(one)}
            if isinstance(one, EarnTrackError)
            else contract(one)
            for one in results
        ]
        show_json(trees[0] if len(trees) == 1 else trees)
    else:
        for one in results:
            if isinstance(one, EarnTrackError):
                show_error(one)
            else:
                out.print(shown(one))
    worst = max((_code(one) for one in results), default=Exit.DONE)
    if worst is not Exit.DONE:
        raise Ended(worst)


def _code(result: Result) -> Exit:
    if isinstance(result, EarnTrackError):
        return code_of(result)
    if result.questions and result.batch_id is None:
        return Exit.QUESTIONS
    return Exit.PARTLY if result.errors else Exit.DONE


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
