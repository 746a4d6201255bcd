"""The formats of banks that are not tables, each with its reader."""

from earntrack_adapters.statements.camt053 import Camt053Format
from earntrack_adapters.statements.mt940 import Mt940Format
from earntrack_adapters.statements.ofx import OfxFormat
from earntrack_adapters.statements.qif import QifFormat
from earntrack_core.statements.ports import StatementFormat


def bank_formats() -> tuple[StatementFormat, ...]:
    """Return OFX, QIF, CAMT.053 and MT940."""
    return (OfxFormat(), QifFormat(), Camt053Format(), Mt940Format())
