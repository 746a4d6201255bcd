from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core.kernel.ids import EPOCH, MILLISECOND, uuid7, uuid7s


NOON = datetime(2026, 1, 15, 12, 0, 0, 123_456, tzinfo=UTC)
INSTANTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 -- hypothesis adds zones
    max_value=datetime(9999, 12, 31),  # noqa: DTZ001 -- see above
    timezones=st.just(UTC),
)


def time_of(key):
    return EPOCH + (key.int >> 80) * MILLISECOND


class TestUuid7:
    @given(INSTANTS)
    def test_is_a_uuid_of_version_7(self, now):
        """Version, variant and time stand where RFC 9562 wants them."""
        key = uuid7(now)

        assert (key.version, key.variant) == (7, RFC_4122)
        assert time_of(key) <= now < time_of(key) + MILLISECOND

    @given(INSTANTS, INSTANTS)
    def test_sorts_by_time(self, one, other):
        """Who is born a microsecond later is sorted later."""
        if one != other:
            assert (uuid7(one) < uuid7(other)) == (one < other)

    def test_is_random_within_an_instant(self):
        """Two things of one instant have two identities."""
        assert len({uuid7(NOON) for _ in range(1000)}) == 1000

    def test_uses_all_random_bits(self):
        """Every bit that is neither time nor version nor variant varies."""
        ones = zeros = 0
        for _ in range(200):
            ones |= uuid7(NOON).int
            zeros |= ~uuid7(NOON).int

        assert ones & zeros & ((1 << 80) - 1) == (1 << 62) - 1

    def test_needs_an_aware_time(self):
        """A time of no zone is no instant."""
        with pytest.raises(TypeError):
            uuid7(NOON.replace(tzinfo=None))


class TestUuid7s:
    def test_sort_as_they_were_drawn(self):
        """The rows of one batch keep their order."""
        keys = list(islice(uuid7s(NOON), 5000))

        assert keys == sorted(set(keys))

    def test_do_not_drift(self):
        """However many are drawn, all say the time they were given."""
        keys = list(islice(uuid7s(NOON), 20_000))

        assert {time_of(key) for key in keys} == {
            NOON.replace(microsecond=123_000)
        }
        assert {(key.version, key.variant) for key in keys} == {(7, RFC_4122)}

    def test_cannot_be_guessed(self):
        """The next identity is not the last one plus one."""
        keys = list(islice(uuid7s(NOON), 100))
        steps = {b.int - a.int for a, b in pairwise(keys)}

        assert len(steps) > 90

    def test_batches_do_not_meet(self):
        """Two batches of one instant share no identity."""
        one = set(islice(uuid7s(NOON), 1000))
        other = set(islice(uuid7s(NOON), 1000))

        assert one.isdisjoint(other)

    def test_later_batches_sort_later(self):
        """A batch sorts before all that is born after it."""
        last = list(islice(uuid7s(NOON), 1000))[-1]

        assert last < uuid7(NOON + timedelta(microseconds=1))
