"""What the command line tells about files that do not tell it themselves."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from attrs import frozen
from cyclopts import Parameter

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.statements.answers import PERIOD, period_from
from earntrack_core.statements.importer import Order
from earntrack_core.statements.model import Answers
from earntrack_server.cli.common import Desk
from earntrack_server.cli.outcome import unopened


OPTIONS: Final[Mapping[str, str]] = {
    "currency": "--currency EUR",
    "date_order": "--date-order",
    "encoding": "--encoding",
    "mapping": "--map FILE",
    "number_form": "--number-form",
    "period": f"--period {PERIOD}",
    "zone": "--timezone Europe/Berlin",
}
"""Which option answers which question."""


@Parameter(name="*")
@frozen(kw_only=True)
class Answering:
    """What a file may not tell itself, and how to take it."""

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
        Literal["dmy", "mdy", "ymd"] | None,
        Parameter(help="Order of day, month and year."),
    ] = None
    number_form: Annotated[
        Literal[".", ","] | None, Parameter(help="The decimal mark.")
    ] = None
    period: Annotated[
        str | None, Parameter(help=f"Days of a sum: {PERIOD}.")
    ] = None
    encoding: Annotated[
        str | None, Parameter(help="Encoding of the text, as utf-8.")
    ] = None
    account: Annotated[
        str, Parameter(help="Which account, if there are several.")
    ] = ""
    format: Annotated[
        str | None, Parameter(help="Id of the format, if it is not clear.")
    ] = None
    map: Annotated[
        Path | None,
        Parameter(help="JSON file that names the columns of a table."),
    ] = None
    strict: Annotated[
        bool,
        Parameter(negative="", help="All records of a file, or none."),
    ] = False
    force: Annotated[
        bool,
        Parameter(negative="", help="Read a file again that is known."),
    ] = False

    def order(self, here: Desk) -> Order:
        """Return what is wanted of any file.

        Raises:
            InvalidError: An answer is none of the possible ones.
            NotFoundError: There is no such platform.
            FileError: The file of the mapping cannot be opened.
        """
        wanted = self.platform
        return Order(
            name="",
            answers=self._answers(),
            format_id=self.format,
            platform_id=None if wanted is None else here.platform(wanted),
            strict=self.strict,
            force=self.force,
        )

    def _answers(self) -> Answers:
        return Answers(
            currency=None if self.currency is None else self.currency.upper(),
            zone=self.timezone,
            date_order=self.date_order,
            number_form=self.number_form,
            period=None if self.period is None else period_from(self.period),
            encoding=self.encoding,
            account=self.account,
            mapping=None if self.map is None else _mapping(self.map),
        )


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        tree = json.loads(path.read_bytes())
    except OSError as error:
        raise unopened(path, error) from error
    except (ValueError, RecursionError) as error:
        raise InvalidError("map", f"{path} is not JSON") from error
    mapping = tree.get("mapping", tree) if isinstance(tree, dict) else None
    if not isinstance(mapping, dict):
        raise InvalidError("map", "must be a JSON object")
    return mapping
