from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.periods import (
    Period,
    Step,
    buckets,
    instant,
    known_zone,
    local_day,
    period_of,
    sane_day,
    shift,
    zone_info,
)


DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
STEPS = st.sampled_from(Step)


@attrs.frozen
class Dated:
    earned_on: date | None = attrs.field(validator=sane_day)


class TestZoneInfo:
    @pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
    def test_reads_iana_zones(self, name):
        """The names of the IANA database are zones."""
        assert zone_info(name).key == name

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "Europe",
            "Mars/Olympus",
            "CEST",
            "+02:00",
            "../../etc/passwd",
            "/etc/localtime",
            "Europe/Berlin\x00",
            "\ud800",
            "x" * 5000,
            "localtime",
            "Factory",
            "posixrules",
            "posix/Europe/Berlin",
            "right/Europe/Berlin",
        ],
        ids=lambda name: ascii(name[:20]),
    )
    def test_refuses_other_names(self, name):
        """A zone means the same on every machine, or it is none."""
        with pytest.raises(InvalidError, match="is not an IANA time zone"):
            zone_info(name)

    def test_says_little_about_long_names(self):
        """A problem stays readable, however long the name is."""
        with pytest.raises(InvalidError) as caught:
            zone_info("x" * 1_000_000)

        assert len(str(caught.value)) < 120

    def test_known_zone(self):
        """A field may insist on a zone."""

        @attrs.frozen
        class Zoned:
            zone: str = attrs.field(validator=known_zone)

        assert Zoned("UTC").zone == "UTC"
        with pytest.raises(InvalidError, match="zone: 'here' is not"):
            Zoned("here")


class TestSaneDay:
    @pytest.mark.parametrize(
        "day", [None, date(1970, 1, 1), date(2199, 12, 31)]
    )
    def test_takes_days_of_our_time(self, day):
        """Two centuries are enough for any book."""
        assert Dated(day).earned_on == day

    @pytest.mark.parametrize(
        "day", [date(1969, 12, 31), date(2200, 1, 1), date(26, 1, 1)]
    )
    def test_refuses_slips_of_the_pen(self, day):
        """The year 26 was meant to be 2026."""
        with pytest.raises(InvalidError, match="earned_on: must be in the"):
            Dated(day)

    def test_refuses_instants(self):
        """A day has no time, even where Python takes one for the other."""
        noon = datetime(2026, 1, 15, 12, tzinfo=UTC)

        with pytest.raises(InvalidError, match="earned_on: must be a day"):
            Dated(noon)


class TestLocalDay:
    @pytest.mark.parametrize(
        ("zone", "day"),
        [
            ("UTC", date(2026, 1, 15)),
            ("Pacific/Kiritimati", date(2026, 1, 16)),
            ("Pacific/Pago_Pago", date(2026, 1, 15)),
            ("Asia/Tokyo", date(2026, 1, 16)),
        ],
    )
    def test_is_the_day_people_there_have(self, zone, day):
        """One instant is today here and tomorrow there."""
        at = datetime(2026, 1, 15, 15, 30, tzinfo=UTC)

        assert local_day(at, zone) == day

    def test_takes_any_offset(self):
        """An instant is the same, however it is written."""
        at = datetime(2026, 1, 16, 1, tzinfo=timezone(timedelta(hours=2)))

        assert local_day(at, "UTC") == date(2026, 1, 15)

    def test_refuses_times_of_no_zone(self):
        """The zone of the machine is never guessed."""
        naive = datetime(2026, 1, 15, 15, 30)  # noqa: DTZ001 -- the point

        with pytest.raises(InvalidError, match="at: must know its zone"):
            local_day(naive, "UTC")


class TestInstant:
    @pytest.mark.parametrize(
        ("day", "at", "zone", "utc"),
        [
            # plain winter and summer
            ("2026-01-15", "12:00", "Europe/Berlin", "2026-01-15T11:00"),
            ("2026-07-15", "12:00", "Europe/Berlin", "2026-07-15T10:00"),
            # spring forward: 02:00 to 03:00 does not exist
            ("2025-03-30", "01:59", "Europe/Berlin", "2025-03-30T00:59"),
            ("2025-03-30", "02:30", "Europe/Berlin", "2025-03-30T01:30"),
            ("2025-03-30", "03:00", "Europe/Berlin", "2025-03-30T01:00"),
            ("2026-03-08", "02:30", "America/New_York", "2026-03-08T07:30"),
            # fall back: 02:00 to 03:00 comes twice
            ("2025-10-26", "01:59", "Europe/Berlin", "2025-10-25T23:59"),
            ("2025-10-26", "02:30", "Europe/Berlin", "2025-10-26T01:30"),
            ("2025-10-26", "03:00", "Europe/Berlin", "2025-10-26T02:00"),
            ("2026-11-01", "01:30", "America/New_York", "2026-11-01T06:30"),
            # half an hour, and midnight itself, can be skipped
            ("2025-10-05", "02:15", "Australia/Lord_Howe", "2025-10-04T15:45"),
            ("2018-11-04", "00:00", "America/Sao_Paulo", "2018-11-04T03:00"),
            # a whole day that never was
            ("2011-12-30", "12:00", "Pacific/Apia", "2011-12-30T22:00"),
        ],
    )
    def test_is_the_later_one_in_doubt(self, day, at, zone, utc):
        """Skipped and repeated wall-clock times are the later instant."""
        actual = instant(date.fromisoformat(day), time.fromisoformat(at), zone)

        assert actual.replace(tzinfo=None).isoformat("T", "minutes") == utc

    def test_is_in_utc_and_keeps_microseconds(self):
        """What is handed out can be stored as it is."""
        actual = instant(
            date(2026, 1, 15), time(12, 1, 2, 345678), "Asia/Kolkata"
        )

        assert actual == datetime(2026, 1, 15, 6, 31, 2, 345678, tzinfo=UTC)
        assert actual.tzinfo is UTC

    @given(DAYS, st.times(), st.booleans())
    def test_fold_of_the_caller_does_not_matter(self, day, at, fold):
        """A doubtful time has one answer, whatever its fold says."""
        folded = at.replace(fold=int(fold))

        assert instant(day, folded, "Europe/Berlin") == instant(
            day, at, "Europe/Berlin"
        )

    @given(DAYS, st.sampled_from(["Europe/Berlin", "America/St_Johns"]))
    def test_noon_is_on_its_day(self, day, zone):
        """A day there and back is the same day."""
        assert local_day(instant(day, time(12), zone), zone) == day

    @pytest.mark.parametrize(
        ("day", "hours"), [("2025-03-30", 1), ("2025-10-26", 3)]
    )
    def test_elapsed_time_over_a_change(self, day, hours):
        """Work from 01:30 to 03:30 took an hour in spring, three in autumn."""
        on = date.fromisoformat(day)

        start = instant(on, time(1, 30), "Europe/Berlin")
        end = instant(on, time(3, 30), "Europe/Berlin")

        assert end - start == timedelta(hours=hours)


class TestPeriod:
    def test_is_half_open(self):
        """The end is not in it; the last day is."""
        january = Period(date(2026, 1, 1), date(2026, 2, 1))

        assert (january.days, january.last) == (31, date(2026, 1, 31))
        assert date(2026, 1, 1) in january
        assert date(2026, 1, 31) in january
        assert date(2026, 2, 1) not in january
        assert date(2025, 12, 31) not in january

    @pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 12, 31)])
    def test_is_never_empty(self, end):
        """A period ends after it starts."""
        with pytest.raises(
            InvalidError, match=r"^until: must not be before since$"
        ):
            Period(date(2026, 1, 1), end)

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (date(1968, 12, 31), date(2026, 1, 1)),
            (date(2026, 1, 1), date(2201, 1, 1)),
        ],
    )
    def test_is_of_our_time(self, start, end):
        """A period has bounds, so that its days can be counted."""
        with pytest.raises(InvalidError, match=r"(start|end): must be in the"):
            Period(start, end)

    def test_has_room_for_the_buckets_at_both_ends(self):
        """The week of the first sane day begins before it."""
        ever = Period(date(1969, 1, 1), date(2200, 12, 31))

        assert ever.days == 84_735


class TestPeriodOf:
    @pytest.mark.parametrize(
        ("step", "start", "end"),
        [
            (Step.DAY, date(2026, 2, 18), date(2026, 2, 19)),
            (Step.WEEK, date(2026, 2, 16), date(2026, 2, 23)),
            (Step.MONTH, date(2026, 2, 1), date(2026, 3, 1)),
            (Step.QUARTER, date(2026, 1, 1), date(2026, 4, 1)),
            (Step.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
        ],
    )
    def test_is_the_bucket_around_a_day(self, step, start, end):
        """18 February 2026, a Wednesday, in its day, week, ... and year."""
        assert period_of(step, date(2026, 2, 18)) == Period(start, end)

    @pytest.mark.parametrize(
        ("first_weekday", "start"),
        [(0, 16), (1, 17), (2, 18), (3, 12), (5, 14), (6, 15)],
    )
    def test_weeks_begin_where_people_say(self, first_weekday, start):
        """A week begins on Monday, Saturday, Sunday, as the place has it."""
        week = period_of(Step.WEEK, date(2026, 2, 18), first_weekday)

        assert week.start == date(2026, 2, start)

    @given(DAYS, STEPS, st.integers(0, 6))
    def test_contains_its_day(self, day, step, first_weekday):
        """Every sane day has a bucket of every size."""
        assert day in period_of(step, day, first_weekday)

    @given(DAYS, STEPS, st.integers(0, 6))
    def test_is_the_same_for_all_its_days(self, day, step, first_weekday):
        """The first and the last day of a bucket are in that bucket."""
        bucket = period_of(step, day, first_weekday)

        assert period_of(step, bucket.start, first_weekday) == bucket
        assert period_of(step, bucket.last, first_weekday) == bucket


class TestShift:
    @pytest.mark.parametrize(
        ("day", "step", "times", "moved"),
        [
            ("2025-01-31", Step.MONTH, 1, "2025-02-28"),
            ("2025-01-31", Step.MONTH, 2, "2025-03-31"),
            ("2025-01-31", Step.MONTH, 3, "2025-04-30"),
            ("2024-01-31", Step.MONTH, 1, "2024-02-29"),
            ("2024-02-29", Step.YEAR, 1, "2025-02-28"),
            ("2024-02-29", Step.YEAR, 4, "2028-02-29"),
            ("2025-11-30", Step.QUARTER, 1, "2026-02-28"),
            ("2025-03-31", Step.MONTH, -1, "2025-02-28"),
            ("2025-12-31", Step.DAY, 1, "2026-01-01"),
            ("2026-01-05", Step.WEEK, -2, "2025-12-22"),
            ("2026-01-05", Step.MONTH, 0, "2026-01-05"),
        ],
    )
    def test_clips_to_the_end_of_the_month(self, day, step, times, moved):
        """From the anchor, not from the step before, which lost its day."""
        actual = shift(date.fromisoformat(day), step, times)

        assert actual == date.fromisoformat(moved)

    def test_hands_out_plain_dates(self):
        """The calendar library stays inside."""
        assert type(shift(date(2026, 1, 31), Step.MONTH, 1)) is date

    @pytest.mark.parametrize("step", Step)
    @pytest.mark.parametrize(
        "times",
        [-(10**7), 10**7, 10**30, 10**400],
        ids=["past", "future", "far", "farthest"],
    )
    def test_refuses_to_leave_the_calendar(self, step, times):
        """Past the year 9999 there are no days, only errors of ours."""
        with pytest.raises(InvalidError, match="times: leaves the calendar"):
            shift(date(2026, 1, 31), step, times)


class TestBuckets:
    def test_are_whole(self):
        """The buckets cover the period, and may stand out of it."""
        period = Period(date(2025, 12, 31), date(2026, 2, 2))

        assert [one.start for one in buckets(period, Step.MONTH)] == [
            date(2025, 12, 1),
            date(2026, 1, 1),
            date(2026, 2, 1),
        ]

    def test_of_weeks_begin_on_monday(self):
        """Where nobody says otherwise, a week begins on Monday."""
        period = Period(date(2026, 2, 18), date(2026, 2, 19))

        assert [*buckets(period, Step.WEEK)] == [
            Period(date(2026, 2, 16), date(2026, 2, 23))
        ]

    def test_end_with_the_period(self):
        """A bucket that begins where the period ends is not touched."""
        period = Period(date(2026, 1, 1), date(2026, 2, 1))

        assert len(list(buckets(period, Step.MONTH))) == 1

    @given(DAYS, st.integers(1, 400), STEPS, st.integers(0, 6))
    def test_cover_without_gap(self, start, days, step, first_weekday):
        """Every day of the period is in exactly one bucket."""
        end = min(start + timedelta(days=days), date(2200, 1, 1))
        period = Period(start, end)

        found = list(buckets(period, step, first_weekday))

        assert period.start in found[0]
        assert period.last in found[-1]
        assert all(one.end == other.start for one, other in pairwise(found))
