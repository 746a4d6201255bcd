"""Marketlane for EarnTrack: the platform, and how to read its statements."""

from collections.abc import Iterable
from decimal import Decimal
from importlib.resources import files

from earntrack_adapters.statements.spec_loading import load_spec
from earntrack_adapters.statements.tabular import TabularFormat
from earntrack_core import FeeRule, PlatformInfo, hookimpl
from earntrack_core.statements.ports import StatementFormat


SPEC = "marketlane.ledger.toml"


@hookimpl
def platforms() -> Iterable[PlatformInfo]:
    """Tell of Marketlane, and what it usually keeps."""
    return [
        PlatformInfo(
            key="marketlane",
            name="Marketlane",
            category="shops",
            colour="#1f6f8b",
            fee=FeeRule(percent=Decimal("8.5"), fixed=Decimal("0.25")),
        )
    ]


@hookimpl
def statement_formats() -> Iterable[StatementFormat]:
    """Give the format that reads Marketlane's ledger."""
    text = files(__package__).joinpath(SPEC).read_text("utf-8")
    return [TabularFormat(load_spec(text, SPEC))]
