"""The laws of importing: the book depends on the files, not on the way."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from earntrack_core.statements import importing
from tests.unit.statements import world
from tests.unit.statements.slips import Desk, slips


def booked(files, **wanted):
    """Return a desk that booked files in their order."""
    desk = Desk()
    for text in files:
        desk.book(text, **wanted)
    return desk


def conserved(report):
    counts = report.counts
    return counts.conserved and counts.data_rows >= counts.imported


class TestRepetition:
    @given(world.files())
    def test_again_adds_nothing(self, files):
        """Importing any of the files again changes nothing at all."""
        desk = booked(files)
        before = desk.portrait()

        reports = [desk.book(text, force=True) for text in files]

        assert desk.portrait() == before
        assert sum(one.counts.imported for one in reports) == 0

    @given(world.files())
    def test_counts_are_conserved(self, files):
        """Every data record is accounted for, in every report."""
        desk = Desk()
        for text in files:
            records = text.count("\n")
            report = desk.book(text)

            assert conserved(report)
            assert report.counts.data_rows == records


class TestOrder:
    @given(world.files(least=2), st.randoms())
    def test_any_order_gives_the_same_book(self, files, random):
        """Overlapping files are imported in any order."""
        shuffled = random.sample(files, len(files))

        assert booked(shuffled).portrait() == booked(files).portrait()

    @given(world.files(least=2), st.randoms())
    def test_undone_in_any_order(self, files, random):
        """Undoing some leaves just the book of the others."""
        desk = Desk()
        reports = {text: desk.book(text) for text in files}
        gone = random.sample(files, random.randint(1, len(files)))
        for text in gone:
            desk.undo(reports[text])
        rest = [text for text in files if text not in gone]

        assert desk.portrait() == booked(rest).portrait()

    @given(world.files(least=2), st.randoms())
    def test_undone_and_imported_again(self, files, random):
        """What was undone can come back, as if it had never gone."""
        desk = Desk()
        reports = [desk.book(text) for text in files]
        before = desk.portrait()
        gone = random.randrange(len(files))
        desk.undo(reports[gone])

        desk.book(files[gone])

        assert desk.portrait() == before

    @given(world.files())
    def test_all_undone(self, files):
        """Nothing is left of files that were all undone."""
        desk = Desk()
        for report in [desk.book(text) for text in files]:
            desk.undo(report)

        assert desk.portrait() == Desk().portrait()


class TestParts:
    @given(
        world.files([[world.ledger], [world.fans], [world.wallet]], most=1),
        st.data(),
    )
    def test_split_at_any_row(self, files, data):
        """The parts of a file with ids give the book of the whole."""
        [text] = files
        top, *rows = text.splitlines()
        cut = data.draw(st.integers(0, len(rows)))
        parts = ["\n".join([top, *rows[:cut]]), "\n".join([top, *rows[cut:]])]

        assert booked(parts).portrait() == booked([text]).portrait()

    @given(world.files([[world.gigs], [world.bank]], most=1), st.data())
    def test_split_between_days(self, files, data):
        """Without ids the same is true of parts that share no day."""
        [text] = files
        top, *rows = text.splitlines()
        days = sorted({row.split()[2] for row in rows}) or [""]
        day = data.draw(st.sampled_from(days))
        early = [row for row in rows if row.split()[2] < day]
        late = [row for row in rows if row.split()[2] >= day]
        parts = ["\n".join([top, *early]), "\n".join([top, *late])]

        assert booked(parts).portrait() == booked([text]).portrait()

    @given(world.files(), st.integers(1, 4))
    @settings(max_examples=40)
    def test_size_of_chunks_does_not_matter(self, files, size):
        """A file is booked the same in one transaction or in many."""
        whole = booked(files).portrait()
        usual = importing.CHUNK
        importing.CHUNK = size
        try:
            parts = booked(files).portrait()
        finally:
            importing.CHUNK = usual

        assert parts == whole


class TestPreview:
    @given(world.files())
    def test_tells_what_booking_does(self, files):
        """A preview counts what the import counts, and changes nothing."""
        desk = Desk()
        for text in files:
            before = desk.portrait()
            told = desk.preview(text)
            assert desk.portrait() == before

            done = desk.book(text)

            assert told.counts == done.counts
            assert told.totals == done.totals
            assert told.months == done.months

    @given(world.files())
    @example([slips("a earning 2026-01-01 gross=1", "a earning - gross=1")])
    def test_platform_is_made_for_what_is_booked(self, files):
        """A preview makes no platform."""
        desk = Desk()

        for text in files:
            desk.preview(text)

        assert desk.platforms() == []
