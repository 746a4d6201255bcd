"""All formats that are tables, ready for the statement service."""

from pathlib import Path

from attrs import frozen

from earntrack_adapters.statements.mapped_table import MappedTableFormat
from earntrack_adapters.statements.spec_loading import BrokenSpec, shelf
from earntrack_adapters.statements.tabular import TabularFormat
from earntrack_core.statements.model import Limits
from earntrack_core.statements.ports import StatementFormat


@frozen
class Catalogue:
    """The formats that specs describe, and what went wrong with others."""

    formats: tuple[StatementFormat, ...]
    broken: tuple[BrokenSpec, ...]
    notes: tuple[str, ...]
    """Specs of a user that took the place of built-in ones."""


def catalogue(*folders: str | Path, limits: Limits | None = None) -> Catalogue:
    """Return the formats of the package and of users' *folders*.

    The last one is for any bank's table, by a mapping of its columns. A
    broken spec is part of the result, never an exception.
    """
    found = shelf(map(Path, folders))
    bounds = Limits() if limits is None else limits
    described = [TabularFormat(spec, bounds) for spec in found.specs]
    return Catalogue(
        (*described, MappedTableFormat(bounds)), found.broken, found.notes
    )


def tabular_formats(*folders: str | Path) -> tuple[StatementFormat, ...]:
    """Return the formats of the package and of users' *folders*."""
    return catalogue(*folders).formats
