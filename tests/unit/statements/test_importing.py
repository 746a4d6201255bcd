"""What becomes of the records of a file."""

from datetime import UTC, date, datetime

import pytest

from earntrack_core.earnings.model import EarningKind
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import ForbiddenError
from earntrack_core.statements.batch import BatchState, Counts
from earntrack_core.statements.model import Answers, RowStatus
from earntrack_core.statements.report import SHOWN
from earntrack_core.testing.makers import an_actor
from tests.unit.statements.slips import Desk, slips


@pytest.fixture(name="desk")
def _desk():
    return Desk()


def sale(key, gross="10.00", day="2026-01-05", **said):
    words = " ".join(f"{name}={value}" for name, value in said.items())
    return f"{key} earning {day} gross={gross} {words}".strip()


class TestRecords:
    def test_is_booked(self, desk):
        """A record becomes an earning that says what it says."""
        report = desk.book(
            slips(
                "tx1 earning 2026-01-05 gross=10.005 tip=2 fee=-1.5 refund=-1"
                " tax_withheld=-0.5 adjustment=-0.25 text=Two_shoes"
                " at=2026-01-05T23:30:00+02:00 worked=5400"
            )
        )

        [earning] = desk.earnings()
        assert str(earning.net.amount) == "8.76"
        legs = {name: str(money.amount) for name, money in earning.legs()}
        assert legs == {
            "gross": "10.01",
            "tip": "2.00",
            "fee": "1.50",
            "tax_withheld": "0.50",
            "refund": "1.00",
            "adjustment": "-0.25",
        }
        assert earning.earned_on == date(2026, 1, 5)
        assert earning.occurred_at == datetime(2026, 1, 5, 21, 30, tzinfo=UTC)
        assert earning.worked.total_seconds() == 5400
        assert earning.notes == "Two shoes"
        assert earning.external_id == "tx1"
        assert earning.batch_id == report.batch_id
        assert earning.kind is EarningKind.EARNING
        assert earning.count == 1

    @pytest.mark.parametrize(
        ("row", "kind", "net"),
        [
            ("a fee 2026-01-05 fee=-3", EarningKind.FEE, "-3.00"),
            ("a refund 2026-01-05 refund=-3", EarningKind.REFUND, "-3.00"),
            ("a unknown 2026-01-05 adjustment=3", "unknown", "3.00"),
            ("a purchase 2026-01-05 fee=-1", EarningKind.FEE, "-1.00"),
            ("a transfer 2026-01-05 transfer=5 fee=-1", "fee", "-1.00"),
            ("a earning 2026-01-05 worked=60", EarningKind.TIME, "0.00"),
            ("a earning 2026-01-05 gross=0", EarningKind.EARNING, "0.00"),
        ],
    )
    def test_is_of_a_kind(self, desk, row, kind, net):
        """What an earning is does not depend on its sign."""
        desk.book(slips(row))

        [earning] = desk.earnings()
        assert (earning.kind, str(earning.net.amount)) == (kind, net)

    def test_that_is_no_income(self, desk):
        """Purchases and transfers are kept, but are no earnings."""
        desk.book(slips("a purchase 2026-01-05 expense=-3"))

        assert desk.earnings() == []
        assert len(desk.lines()) == 1

    def test_payout(self, desk):
        """What left for the bank is a payout, with its fee an earning too."""
        desk.book(slips("a payout 2026-01-05 payout=-100 fee=-2 text=To_bank"))

        [payout] = desk.payouts()
        [earning] = desk.earnings()
        assert str(payout.amount.amount) == "100.00"
        assert (payout.paid_on, payout.notes) == (date(2026, 1, 5), "To bank")
        assert str(earning.net.amount) == "-2.00"

    def test_payout_that_came_back(self, desk):
        """A payout that came back is one with the other sign."""
        desk.book(slips("a payout_reversal 2026-01-05 payout=100"))

        [payout] = desk.payouts()
        assert str(payout.amount.amount) == "-100.00"

    def test_of_several_rows(self, desk):
        """Each row of a record is booked; the record counts once."""
        report = desk.book(
            slips(
                "a earning 2026-01-05 gross=1&b fee 2026-01-05 fee=-1"
                " currency=JPY"
            )
        )

        assert report.counts == Counts(data_rows=1, imported=1)
        assert {one.currency for one in desk.earnings()} == {"EUR", "JPY"}

    def test_equal_without_ids(self, desk):
        """Two equal rows of a file are two transactions."""
        report = desk.book(slips(sale("-"), sale("-"), sale("-", "9.00")))

        assert report.counts == Counts(data_rows=3, imported=3)
        assert desk.gross() == {"10.00": 2, "9.00": 1}

    def test_as_many_as_the_file_that_shows_most(self, desk):
        """The book holds as many equal rows as any one file shows."""
        desk.book(slips(sale("-"), sale("-")))
        desk.book(slips(sale("-"), sale("-"), sale("-")))
        desk.book(slips(sale("-")))

        assert desk.gross() == {"10.00": 3}

    def test_same_id_of_two_accounts(self, desk):
        """An id is one of its platform, account and family of formats."""
        desk.book(slips(sale("a")))
        desk.book(slips(sale("a"), family="other"))
        desk.book(slips(sale("a"), platform="gigs"))

        assert len(desk.earnings()) == 3

    def test_bank_transactions(self, desk):
        """A bank statement is kept line by line; nothing of it is income."""
        report = desk.book(
            slips(
                "- transaction 2026-01-05 amount=10",
                platform="bank",
                kind="bank_transactions",
            )
        )

        assert report.counts.imported == 1
        assert desk.earnings() == []
        assert desk.platforms() == []
        [line] = desk.lines()
        assert line.platform_id is None


class TestCounts:
    def test_of_everything(self, desk):
        """Each data record is counted once, as what became of it."""
        report = desk.book(
            slips(
                sale("a"),
                "skip a total",
                "bad 12,34,5",
                "warn odd",
                "check balance 1 1",
                sale("a"),
                sale("b", warned=1),
            )
        )

        assert report.counts == Counts(
            data_rows=5, imported=2, duplicates=1, skipped=1, errors=1
        )
        assert [one.reason for one in report.skipped] == ["a total"]
        assert [one.hint for one in report.errors] == ["12,34,5"]
        assert [one.code for one in report.warnings] == ["odd", "noted"]
        assert [one.name for one in report.checks] == ["balance"]

    def test_of_parts_of_a_record(self, desk):
        """A part of the record before becomes what that becomes."""
        text = slips(sale("a"), "+", "+", sale("b"), "+")

        first, again = desk.book(text), desk.book(text, force=True)

        assert first.counts == Counts(data_rows=5, imported=5)
        assert again.counts == Counts(data_rows=5, duplicates=5)

    def test_of_parts_of_a_bad_record(self, desk):
        """A part of what cannot be booked is left out with it."""
        report = desk.book(slips(sale("a", "1e15"), "+"))

        assert report.counts == Counts(data_rows=2, errors=1, skipped=1)
        assert [one.line for one in report.skipped] == [3]

    def test_are_more_than_is_shown(self, desk):
        """Counts go on where the lists of a report end."""
        many = SHOWN + 1
        report = desk.book(
            slips(*["skip x"] * many, *["bad x"] * many, *["warn x"] * many)
        )

        assert report.counts == Counts(
            data_rows=2 * many, skipped=many, errors=many
        )
        shown = report.skipped, report.errors, report.warnings
        assert [len(one) for one in shown] == [SHOWN] * 3

    def test_sums_leave_out_repetitions(self, desk):
        """What a file says twice, by an id, is added up once."""
        report = desk.book(slips(sale("a"), sale("a"), sale("-"), sale("-")))

        assert report.totals["EUR"]["gross"] == "30.00"
        assert report.rows == 3

    def test_sums_are_of_the_file_booked_or_not(self, desk):
        """A file that adds nothing still says what it says."""
        text = slips(sale("a"))

        first, again = desk.book(text), desk.book(text, force=True)

        assert again.totals == first.totals


class TestBounds:
    @pytest.mark.parametrize(
        ("row", "field"),
        [
            (sale("a", "1e12"), "amount"),
            (sale("a", "NaN"), "amount"),
            (sale("a", "Infinity"), "amount"),
            (sale("a", day="1815-12-10"), "earned_on"),
            (sale("a", day="-"), "date"),
            ("a payout - payout=-1", "date"),
            ("a earning - worked=60", "date"),
            (sale("a", worked=10**9), "worked"),
            (sale("a", currency="XXY"), "currency"),
            ("a payout 2026-01-05 payout=-1e13", "amount"),
            ("a payout 1815-12-10 payout=-1", "paid_on"),
        ],
    )
    def test_beyond(self, desk, row, field):
        """What cannot be booked is an error with its place; others go on."""
        report = desk.book(slips(row, sale("b")))

        assert report.counts == Counts(data_rows=2, imported=1, errors=1)
        [error] = report.errors
        assert (error.line, error.code) == (2, "out_of_bounds")
        assert error.column == field
        assert len(desk.lines()) == 1
        assert report.totals["EUR"]["gross"] == "10.00"

    def test_one_row_of_several(self, desk):
        """All rows of a record are booked, or none."""
        report = desk.book(slips(f"{sale('a')}&{sale('b', '1e15')}"))

        assert report.counts.errors == 1
        assert desk.lines() == []

    def test_undated_without_money(self, desk):
        """What needs no booking needs no day."""
        report = desk.book(slips("a opening_balance -"))

        assert report.counts.imported == 1

    def test_repeated_error_is_an_error_again(self, desk):
        """What was not booked is not known, either."""
        report = desk.book(slips(sale("a", "1e15"), sale("a", "1e15")))

        assert report.counts == Counts(data_rows=2, errors=2)

    def test_long_texts_are_cut(self, desk):
        """No text of a file is too long for the book."""
        long = "x" * 5000
        desk.book(
            slips(
                f"{long} earning 2026-01-05 gross=1 text={long} who={long}"
                f" order={long}&p payout 2026-01-05 payout=-1 text={long}"
            )
        )

        [earning] = desk.earnings()
        [payout] = desk.payouts()
        lengths = len(earning.notes), len(earning.external_id)
        assert lengths == (2000, 200)
        assert len(payout.notes) == 500


class TestCorrections:
    def test_pending_becomes_final(self, desk):
        """What was pending is replaced by what became of it."""
        desk.book(slips(sale("a", "10.00", status="pending")))
        before = desk.earnings()[0]
        report = desk.book(slips(sale("a", "9.50", day="2026-01-07")))

        [after] = desk.earnings()
        assert report.counts == Counts(data_rows=1, updated=1)
        assert (after.id, str(after.gross.amount)) == (before.id, "9.50")
        assert after.earned_on == date(2026, 1, 7)
        assert after.version == 2
        assert report.warnings == ()

    def test_final_stays(self, desk):
        """An older export does not make a final record pending again."""
        desk.book(slips(sale("a", "9.50")))
        report = desk.book(slips(sale("a", "10.00", status="pending")))

        assert report.counts == Counts(data_rows=1, duplicates=1)
        assert report.warnings == ()
        assert desk.gross() == {"9.50": 1}

    def test_estimate_becomes_final(self, desk):
        """An estimate gives way to what came true."""
        desk.book(slips(sale("a", "10.00", status="estimate")))
        desk.book(slips(sale("a", "9.50")))

        assert desk.gross() == {"9.50": 1}

    def test_pending_and_final_in_one_file(self, desk):
        """A file may tell the whole story of a record."""
        text = slips(sale("a", "10.00", status="pending"), sale("a", "9.50"))

        told, report = desk.preview(text), desk.book(text)

        assert report.counts == Counts(data_rows=2, imported=1, updated=1)
        assert told.counts == report.counts
        assert desk.gross() == {"9.50": 1}

    def test_cannot_be_booked(self, desk):
        """A correction beyond all bounds leaves what is there."""
        desk.book(slips(sale("a", "10.00", status="pending")))
        report = desk.book(slips(sale("a", "1e15")))

        assert report.counts == Counts(data_rows=1, errors=1)
        assert desk.gross() == {"10.00": 1}

    def test_contradiction(self, desk):
        """Two final words: the first stays, and both are shown."""
        desk.book(slips(sale("a", "10.00")))
        report = desk.book(slips(sale("a", "11.00")))

        assert report.counts == Counts(data_rows=1, duplicates=1)
        [conflict] = report.warnings
        assert conflict.code == "conflict"
        assert conflict.value == "2026-01-05 gross 11.00 EUR"
        assert "2026-01-05 gross 10.00 EUR" in conflict.hint
        assert desk.gross() == {"10.00": 1}

    def test_contradiction_in_one_file(self, desk):
        """A file that contradicts itself is told where."""
        report = desk.book(slips(sale("a", "10.00"), sale("a", "11.00")))

        [conflict] = report.warnings
        assert (conflict.line, conflict.code) == (3, "conflict")
        assert "Line 2 says" in conflict.hint

    def test_contradiction_comes_up_when_the_first_is_undone(self, desk):
        """Undoing an import gives the word to the next one."""
        first = desk.book(slips(sale("a", "10.00")))
        desk.book(slips(sale("a", "11.00")))
        desk.book(slips(sale("a", "12.00")))

        desk.undo(first)

        assert desk.gross() == {"11.00": 1}

    def test_other_words_are_no_contradiction(self, desk):
        """The same record in another language says the same."""
        desk.book(slips(sale("a", text="Shoes")))
        report = desk.book(slips(sale("a", text="Schuhe")))

        assert report.warnings == ()
        assert desk.earnings()[0].notes == "Shoes"

    def test_other_words_come_up_when_the_first_are_undone(self, desk):
        """What is left says what its own file says."""
        first = desk.book(slips(sale("a", text="Shoes")))
        desk.book(slips(sale("a", text="Schuhe")))

        desk.undo(first)

        assert desk.earnings()[0].notes == "Schuhe"

    def test_sum_of_a_later_export(self, desk):
        """A sum of a period is replaced by the one of a later export."""
        row = "- earning 2026-01-31 from=2026-01-01 gross="
        desk.book(slips(row + "10.00", exported="2026-01-20"))
        report = desk.book(slips(row + "30.00", exported="2026-02-01"))
        older = desk.book(slips(row + "5.00", exported="2026-01-10"))

        assert report.counts == Counts(data_rows=1, updated=1)
        assert older.counts == Counts(data_rows=1, duplicates=1)
        assert older.warnings == ()
        assert desk.gross() == {"30.00": 1}

    def test_sum_that_a_later_export_confirms(self, desk):
        """The last export has the last word, also if it says the same."""
        row = "- earning 2026-01-31 from=2026-01-01 gross="
        desk.book(slips(row + "10.00", exported="2026-01-20"))
        same = desk.book(slips(row + "10.00", exported="2026-03-01"))
        between = desk.book(slips(row + "9.00", exported="2026-02-01"))

        assert same.counts == Counts(data_rows=1, duplicates=1)
        assert between.counts == Counts(data_rows=1, duplicates=1)
        assert desk.gross() == {"10.00": 1}

    def test_sum_of_an_unknown_day(self, desk):
        """Without a day of export nobody knows which sum is newer."""
        row = "- earning 2026-01-31 from=2026-01-01 gross="
        desk.book(slips(row + "10.00"))
        report = desk.book(slips(row + "30.00", exported="2026-02-01"))

        assert [one.code for one in report.warnings] == ["conflict"]
        assert desk.gross() == {"10.00": 1}

    def test_keeps_the_status(self, desk):
        """What is pending is known as such."""
        desk.book(slips(sale("a", status="pending")))

        assert desk.line("a").status is RowStatus.PENDING


class TestOrders:
    def test_question_is_asked_first(self, desk):
        """Nothing is booked on a guess."""
        text = slips(sale("a"), currency="")

        report = desk.book(text)

        assert [one.key for one in report.questions] == ["currency"]
        assert report.batch_id is None
        assert desk.lines() == []
        assert desk.files.names() == []

    def test_question_that_is_answered(self, desk):
        """The answer is kept with the import."""
        text = slips(sale("a"), currency="")

        answers = Answers(currency="USD", account="X")
        report = desk.book(text, answers=answers)

        assert desk.earnings()[0].currency == "USD"
        batch = desk.service.batch(desk.actor, report.batch_id)
        assert batch.answers == {"currency": "USD", "account": "X"}
        assert batch.account == "X"

    def test_strict_is_all_or_nothing(self, desk):
        """With one bad record a strict import books none."""
        report = desk.book(slips(sale("a"), "bad x"), strict=True)

        assert report.counts == Counts(data_rows=2, imported=1, errors=1)
        assert report.batch_id is None
        assert desk.lines() == []

    def test_strict_and_good(self, desk):
        """Without one it books all."""
        report = desk.book(slips(sale("a"), "skip x"), strict=True)

        assert report.batch_id is not None
        assert len(desk.lines()) == 1

    def test_very_same_file(self, desk):
        """The same bytes again touch nothing, and name the import."""
        text = slips(sale("a"))
        first = desk.book(text)

        again = desk.book(text, name="b.slips")

        assert again.repeats == first.batch_id
        assert again.batch_id is None
        assert again.counts == Counts(data_rows=1, duplicates=1)
        assert len(desk.service.batches(desk.actor).items) == 1

    def test_very_same_file_by_force(self, desk):
        """Whoever insists gets another import that claims the same."""
        text = slips(sale("a"))
        first, again = desk.book(text), desk.book(text, force=True)

        assert again.repeats is None
        desk.undo(first)
        assert desk.gross() == {"10.00": 1}
        assert desk.earnings()[0].batch_id == again.batch_id

    def test_file_that_was_undone_is_new(self, desk):
        """What was undone may be imported again."""
        text = slips(sale("a"))
        desk.undo(desk.book(text))

        again = desk.book(text)

        assert again.repeats is None
        assert again.counts.imported == 1

    def test_viewer_may_only_look(self):
        """Importing, going on and undoing need a member."""
        desk = Desk(actor=an_actor(role=Role.VIEWER))

        with pytest.raises(ForbiddenError):
            desk.book(slips(sale("a")))
        assert desk.preview(slips(sale("a"))).counts.imported == 1

    def test_progress_is_told(self, desk):
        """Whoever waits hears how many records are done."""
        told = []
        desk.book(slips(sale("a"), sale("b")), progress=told.append)
        desk.preview(slips(sale("a"), sale("b")), progress=told.append)

        assert told == [2, 2]

    def test_report_is_kept(self, desk):
        """What became of a file can be read again later."""
        report = desk.book(
            slips(sale("a"), "skip x", "bad y", "warn z", "check n 1 2")
        )

        batch = desk.service.batch(desk.actor, report.batch_id)
        assert batch.state is BatchState.DONE
        assert batch.counts == report.counts
        assert batch.file_key is None
        assert batch.report["totals"] == report.totals
        assert batch.report["skipped"] == [{"line": 3, "reason": "x"}]
        assert batch.report["errors"][0]["hint"] == "y"
        assert batch.report["warnings"][0]["code"] == "z"
        assert batch.report["checks"] == [
            {"name": "n", "expected": "1", "found": "2"}
        ]
        assert desk.files.names() == []
