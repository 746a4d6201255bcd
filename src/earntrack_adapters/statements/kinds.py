"""Kinds of rows: where their amount belongs, and which are income."""

from typing import Final

from earntrack_core.statements.model import RowKind


NATURAL: Final = {
    RowKind.EARNING: "gross",
    RowKind.BONUS: "gross",
    RowKind.TIP: "tip",
    RowKind.REFUND: "refund",
    RowKind.CHARGEBACK: "refund",
    RowKind.CHARGEBACK_REVERSAL: "refund",
    RowKind.FEE: "fee",
    RowKind.FEE_REFUND: "fee",
    RowKind.TAX_WITHHELD: "tax_withheld",
    RowKind.TAX_COLLECTED: "adjustment",
    RowKind.ADJUSTMENT: "adjustment",
    RowKind.UNKNOWN: "adjustment",
    RowKind.PAYOUT: "payout",
    RowKind.PAYOUT_REVERSAL: "payout",
    RowKind.TRANSFER: "transfer",
    RowKind.CONVERSION: "transfer",
    RowKind.HOLD: "transfer",
    RowKind.RELEASE: "transfer",
    RowKind.OPENING_BALANCE: "transfer",
    RowKind.EXPENSE: "expense",
    RowKind.PURCHASE: "expense",
    RowKind.PURCHASE_REFUND: "expense",
    RowKind.TRANSACTION: "amount",
    RowKind.TIME: "amount",
}
"""Where the `amount` of a kind belongs."""

INCOME: Final = frozenset({RowKind.EARNING, RowKind.BONUS})
"""Kinds that are an event of income each."""
