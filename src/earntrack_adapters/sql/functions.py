"""SQL that the databases spell differently."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    cast,
    func,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Contains(FunctionElement[bool]):
    """Whether a text contains another, letter by letter."""

    name = "contains"
    type = Boolean()
    inherit_cache = True


@compiles(Contains)
def _strpos(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    arguments = compiler.process(element.clauses, **options)
    return f"(strpos({arguments}) > 0)"


@compiles(Contains, "sqlite")
def _instr(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    arguments = compiler.process(element.clauses, **options)
    return f"(instr({arguments}) > 0)"


def summed(values: ColumnElement[Any]) -> ColumnElement[int]:
    """Return the sum of whole numbers, as a whole number; 0 of none."""
    return cast(func.coalesce(func.sum(values), 0), BigInteger)


def microseconds(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column as the whole number that it is stored as."""
    return type_coerce(column, BigInteger)
