"""What users say about files, as it is kept and written."""

from datetime import date

import pytest

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.statements.answers import (
    answers_from,
    answers_to,
    period_from,
)
from earntrack_core.statements.model import Answers, Check


PERIOD = (date(2026, 1, 1), date(2026, 1, 31))


class TestKeeping:
    @pytest.mark.parametrize(
        ("answers", "tree"),
        [
            (Answers(), {}),
            (Answers(currency="EUR", account="1"), None),
            (Answers(period=PERIOD), {"period": ["2026-01-01", "2026-01-31"]}),
            (Answers(mapping={"date": 0}), {"mapping": {"date": 0}}),
        ],
    )
    def test_comes_back(self, answers, tree):
        """What is kept as JSON means the same when it is read again."""
        kept = answers_to(answers)

        assert answers_from(kept) == answers
        assert tree in (None, kept)


class TestPeriod:
    def test_two_days(self):
        """The first and the last day, with a slash between."""
        assert period_from("2026-01-01/2026-01-31") == PERIOD

    @pytest.mark.parametrize(
        "text", ["", "2026-01-01", "2026-01-01/x", "2026-02-01/2026-01-31"]
    )
    def test_no_period(self, text):
        """Anything else is refused."""
        with pytest.raises(InvalidError) as refused:
            period_from(text)

        assert refused.value.field == "period"


class TestCheck:
    @pytest.mark.parametrize(
        ("found", "holds"), [("1.00", True), ("2", False)]
    )
    def test_holds(self, found, holds):
        """A file agrees with itself, or it does not."""
        assert Check(name="net", expected="1.00", found=found).holds is holds
