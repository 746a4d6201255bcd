"""Which format a file is of: every format is asked, the surest one wins."""

import logging
from collections.abc import Sequence
from typing import BinaryIO, Final

from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Answers, FileHead, Limits, Sniff
from earntrack_core.statements.ports import StatementFormat


log = logging.getLogger(__name__)

SURE: Final = 0.9
LEAD: Final = 0.2
MAPPED: Final = "bank.generic_csv"
"""The format of files whose columns the user names."""

LIMITS: Final = Limits()


def head_of(name: str, source: BinaryIO) -> FileHead:
    """Return the beginning of a seekable file.

    Raises:
        StatementError: The file is too large.
    """
    size = source.seek(0, 2)
    source.seek(0)
    head = source.read(LIMITS.head)
    source.seek(0)
    if size > LIMITS.bytes:
        raise StatementError(
            "too_large",
            f"The file has {size:,} bytes; {LIMITS.bytes:,} are the most.",
            "Export a shorter period.",
        )
    return FileHead(name=name, size=size, head=head)


def claims(
    formats: Sequence[StatementFormat], head: FileHead
) -> list[tuple[Sniff, StatementFormat]]:
    """Return the formats that claim a file, the surest first."""
    found = [(sniff, one) for one in formats if (sniff := _asked(one, head))]
    return sorted(found, key=lambda claim: -claim[0].confidence)


def _asked(one: StatementFormat, head: FileHead) -> Sniff | None:
    try:
        return one.sniff(head)
    except Exception:  # one broken plugin must not stop the others
        log.exception("The format %s failed to look at a file", one.format_id)
        return None


def chosen(
    formats: Sequence[StatementFormat],
    head: FileHead,
    answers: Answers,
    format_id: str | None = None,
) -> StatementFormat:
    """Return the format that reads a file.

    Raises:
        StatementError: None claims it (`header_not_found`), or several do
            (`ambiguous_format`).
    """
    wanted = MAPPED if answers.mapping is not None else format_id
    if wanted is not None:
        return _named(formats, wanted)
    found = claims(formats, head)
    if not found or found[0][0].confidence < SURE:
        raise StatementError(
            "header_not_found",
            f"No known format claims {head.name}.",
            "Name its columns in a mapping, or say which format it is.",
        )
    if len(found) > 1:
        first, second = found[0][0], found[1][0]
        if first.confidence - second.confidence < LEAD:
            raise StatementError(
                "ambiguous_format",
                f"{head.name} could be {first.format_id} or"
                f" {second.format_id}.",
                "Say which of them it is.",
            )
    return found[0][1]


def _named(
    formats: Sequence[StatementFormat], format_id: str
) -> StatementFormat:
    for one in formats:
        if one.format_id == format_id:
            return one
    raise StatementError(
        "header_not_found",
        f"There is no format {format_id[:80]!r}.",
        "`earntrack formats` lists them.",
    )
