"""Expected results of statements, in the words of the product."""

from collections import Counter
from decimal import Decimal


KINDS = {
    "bonus": {"earning", "bonus"},
    "conversion": {"conversion", "transfer"},
    "earning_part": {"earning"},
    "fee_credit": {"fee_refund"},
    "fee_tax": {"fee"},
    "other_income": {"adjustment"},
    "payout_failure": {"payout_reversal"},
    "hold": {"hold", "release"},
    "promotion": {"earning"},
    "reimbursement": {"adjustment"},
    "reserve": {"hold"},
    "tax_remitted": {"tax_collected"},
}


def numbers(value):
    """Return a result with its amounts as numbers, nothing left out."""
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    return Decimal(value) if isinstance(value, str) else value


def work_log(totals):
    """Return time entries by the words of the one file of deliveries."""
    return {
        "deliveries": totals["entries"],
        "seconds_pickup_to_delivery": totals["seconds"],
    }


def fitting(kinds, expected):
    """Say whether kinds are those expected, by whatever words."""
    left = Counter(kinds)
    for word, count in expected.items():
        missing = count
        for kind in sorted(KINDS.get(word, {word}) | {word}):
            taken = min(left[kind], missing)
            left[kind] -= taken
            missing -= taken
        if missing:
            return False
    return not +left


def without_balance(wanted, found):
    """Leave the balance out where file and expectation state none."""
    for one in (wanted, found):
        for sums in one.values():
            inside = (v for v in sums.values() if isinstance(v, dict))
            for inner in (sums, *inside):
                inner.pop("balance_change", None)
