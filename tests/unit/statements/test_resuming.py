"""Imports that were cut off go on as if they never had been."""

from contextlib import contextmanager

import pytest
from attrs import define

from earntrack_core.kernel.errors import (
    NotFoundError,
    UnavailableError,
    WrongStateError,
)
from earntrack_core.statements import importing
from earntrack_core.statements.batch import BatchFilter, BatchState
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Answers
from tests.unit.statements.slips import Desk, Slips, slips


TEXT = slips(
    "a earning 2026-01-05 gross=10 order=#1",
    "b earning 2026-01-05 gross=20 status=pending",
    "skip x",
    "bad y",
    "c payout 2026-01-06 payout=-30 fee=-1",
    "a earning 2026-01-05 gross=10 order=#1",
    "b earning 2026-01-07 gross=19",
    "d earning 1815-12-10 gross=1",
    "d2 earning 2026-01-08 gross=2&d3 fee 2026-01-08 fee=-1",
    "+",
    "- earning 2026-01-08 gross=5",
    "- earning 2026-01-08 gross=5",
    "a earning 2026-01-05 gross=11 order=#1",
)
OTHERS = (
    slips(
        "o1 earning 2026-01-04 gross=11 order=#1",
        report="orders",
        family="orders",
    ),
    slips(
        "- transaction 2026-01-08 amount=30",
        platform="bank",
        kind="bank_transactions",
    ),
    slips("c payout 2026-01-06 payout=-30 fee=-1 text=Other"),
)
RECORDS = ("platforms", "earnings", "payouts", "lines", "batches")


@define
class Fuse:
    """Blows after so many calls; then nothing works."""

    left: int

    def burn(self):
        self.left -= 1
        if self.left < 0:
            raise UnavailableError("database", "the cable is cut")


@define
class Wired:
    """Things whose every call burns a fuse."""

    _thing: object
    _fuse: Fuse

    def __getattr__(self, name):
        found = getattr(self._thing, name)
        if name in RECORDS:
            return Wired(found, self._fuse)
        if callable(found):
            self._fuse.burn()
        return found


@define
class Cut:
    """Units that are cut off sooner or later, perhaps after the commit."""

    _units: object
    _fuse: Fuse

    @contextmanager
    def begin(self, actor):
        with self._units.begin(actor) as unit:
            yield Wired(unit, self._fuse)
        self._fuse.burn()

    @contextmanager
    def view(self, actor):
        with self._units.view(actor) as unit:
            yield Wired(unit, self._fuse)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)


def a_desk():
    desk = Desk()
    for text in OTHERS:
        desk.book(text)
    return desk


def cut_after(calls, text=TEXT):
    """Return a desk whose import was cut off, and whether it was."""
    desk = a_desk()
    desk.units = Cut(desk.storage, Fuse(calls))
    try:
        desk.book(text)
    except UnavailableError:
        cut = True
    else:
        cut = False
    desk.units = None
    return desk, cut


def batches(desk, state=BatchState.READING):
    with desk.view() as unit:
        return list(unit.batches.find(BatchFilter(state=state)))


def every_cut():
    """Yield desks whose import was cut off, at every place there is."""
    calls = 0
    while True:
        desk, cut = cut_after(calls)
        if not cut:
            return
        yield desk
        calls += 1


class TestCut:
    def test_goes_on_at_every_place(self):
        """However far it got, booking again gives the whole book once."""
        whole = a_desk()
        report = whole.book(TEXT)
        places = 0

        for desk in every_cut():
            done = bool(batches(desk, BatchState.DONE)[len(OTHERS) :])
            again = desk.book(TEXT)

            assert desk.portrait() == whole.portrait()
            if not done:
                told = again.counts, again.totals, again.months
                assert told == (report.counts, report.totals, report.months)
                assert again.errors == report.errors
                assert again.warnings == report.warnings
                assert again.skipped == report.skipped
            assert batches(desk) == []
            assert desk.files.names() == []
            places += 1

        assert places > 50

    def test_goes_on_by_its_number(self):
        """An import can be gone on with without its file at hand."""
        whole = a_desk()
        report = whole.book(TEXT)

        for desk in every_cut():
            for batch in batches(desk):
                told = []
                again = desk.service.resume(desk.actor, batch.id, told.append)

                assert again.counts == report.counts
                assert again.batch_id == batch.id
                assert desk.portrait() == whole.portrait()

    def test_can_be_undone_at_every_place(self):
        """Half an import can be taken back as well as a whole one."""
        before = a_desk().portrait()

        for desk in every_cut():
            for batch in batches(desk):
                desk.service.undo(desk.actor, batch.id)

                assert desk.portrait() == before
                assert desk.files.names() == []

    def test_stores_whole_chunks(self):
        """The counts of a batch are those of the lines in the book."""
        for desk in every_cut():
            for batch in batches(desk):
                mine = [
                    line for line in desk.lines() if line.batch_id == batch.id
                ]
                assert batch.offset % 2 == 0 or batch.offset == 13
                assert bool(mine) == bool(batch.counts.imported)


class TestAnotherOrder:
    @pytest.mark.parametrize(
        "wanted",
        [
            {"strict": True},
            {"answers": Answers(account="2")},
            {"format_id": "test.other"},
        ],
    )
    def test_begins_anew(self, wanted):
        """What was half done otherwise is taken back first."""
        text = TEXT.replace("bad y", "skip y").replace("1815", "2025")
        desk, _ = cut_after(40, text)
        [half] = batches(desk)
        if "format_id" in wanted:
            desk.formats = (Slips(format_id=wanted["format_id"]),)

        report = desk.book(text, **wanted)

        assert report.batch_id not in {None, half.id}
        assert desk.service.batch(desk.actor, half.id).state == "undone"

    def test_that_cannot_be_done(self):
        """What was half done stays if nothing better can be done."""
        desk, _ = cut_after(40)
        [half] = batches(desk)

        with pytest.raises(StatementError):
            desk.book(TEXT, format_id="test.other")

        assert batches(desk) == [half]

    def test_goes_on_if_it_names_the_same(self):
        """Naming what is the case anyway asks for nothing else."""
        desk, _ = cut_after(40)
        [half] = batches(desk)

        report = desk.book(
            TEXT, format_id=half.format_id, platform_id=half.platform_id
        )

        assert report.batch_id == half.id


class TestResume:
    @pytest.mark.parametrize("undone", [True, False])
    def test_of_what_is_finished(self, undone):
        """Only what was cut off can go on."""
        desk = Desk()
        report = desk.book(TEXT)
        if undone:
            desk.undo(report)

        with pytest.raises(WrongStateError):
            desk.service.resume(desk.actor, report.batch_id)

    def test_without_its_file(self):
        """What was kept of the file is needed."""
        desk, _ = cut_after(40)
        [batch] = batches(desk)
        desk.files.remove(batch.file_key)

        with pytest.raises(NotFoundError):
            desk.service.resume(desk.actor, batch.id)


class TestBrokenFile:
    def test_is_taken_back(self):
        """A file that ends in the middle leaves nothing behind."""
        desk = a_desk()
        before, platforms = desk.portrait(), desk.platforms()

        with pytest.raises(StatementError):
            desk.book(TEXT + "\nboom")

        assert desk.portrait() == before
        assert desk.platforms() == platforms
        assert desk.files.names() == []
        assert batches(desk) == []

    def test_makes_no_platform(self):
        """Not even the platform that was made for it."""
        desk = Desk()

        with pytest.raises(StatementError):
            desk.book(slips("a earning 2026-01-05 gross=1", "+", "boom"))

        assert desk.platforms() == []
        [batch] = batches(desk, BatchState.UNDONE)
        assert batch.platform_id is None

    def test_cannot_even_be_opened(self):
        """What cannot be read from the beginning is not begun."""
        desk = Desk()

        with pytest.raises(StatementError) as refused:
            desk.book(slips(fails="too_wide"))

        assert refused.value.reason == "too_wide"
        assert batches(desk, BatchState.UNDONE) == []
        assert desk.files.names() == []

    def test_is_noticed_when_an_import_goes_on(self):
        """It is taken back however late that shows."""
        text = TEXT + "\nboom"
        desk, cut = cut_after(60, text)
        [half] = batches(desk)

        with pytest.raises(StatementError):
            desk.service.resume(desk.actor, half.id)

        assert cut
        assert desk.portrait() == a_desk().portrait()
