"""Files as they come: plain, in an archive, or as a spreadsheet."""

from collections.abc import Iterator
from typing import BinaryIO

from earntrack_adapters.statements.archives import unpacked


def members(name: str, source: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the files in a file, which is most often one: itself.

    Raises:
        StatementError: (`bad_archive`) It is an archive that could harm.
    """
    yield from unpacked(source, name)
