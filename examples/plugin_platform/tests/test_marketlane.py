"""Marketlane's ledger gives what its own summary says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from earntrack_core import EarnTrack, ImportReport


LEDGER = Path(__file__).parent / "marketlane-2026-03.csv"


@pytest.fixture(name="et")
def _et() -> Iterator[EarnTrack]:
    """An EarnTrack that has found the installed plugin."""
    with EarnTrack.open() as et:
        yield et


@pytest.fixture(name="report")
def _report(et: EarnTrack) -> ImportReport:
    """What became of the statement of March."""
    with LEDGER.open("rb") as file:
        return et.import_file(file)


class TestLedger:
    """The statement of March."""

    def test_totals(self, report: ImportReport) -> None:
        """Sales, what was kept of them, refunds and payouts are apart."""
        sums = report.totals["EUR"]

        assert sums["gross"] == "168.00"
        assert sums["fees"] == "-10.70"
        assert sums["refunds"] == "-48.00"
        assert sums["payouts"] == "-109.30"
        assert sums["net"] == "109.30"

    def test_every_record_counts(self, report: ImportReport) -> None:
        """What moved no money is left out, with its reason."""
        assert report.counts.imported == 4
        assert [one.reason for one in report.skipped] == ["no money moved"]

    def test_platform(self, et: EarnTrack, report: ImportReport) -> None:
        """Its earnings are booked on Marketlane."""
        lines = [str(one) for one in et.net_by_platform()]

        assert report.batch_id is not None
        assert lines == ["Marketlane: 109.30 EUR"]
