from datetime import UTC, datetime, timedelta

from earntrack_adapters.memory.clock import FrozenClock, system_clock


HOUR = timedelta(hours=1)


class TestSystemClock:
    def test_aware_and_going(self):
        """It tells aware instants in UTC, and goes forward."""
        first, second = system_clock(), system_clock()

        assert first.tzinfo is UTC
        assert datetime(2026, 1, 1, tzinfo=UTC) < first <= second


class TestFrozenClock:
    def test_stands_still(self):
        """It tells the same instant until it is moved."""
        clock = FrozenClock()

        assert clock() == clock() == datetime(2026, 1, 1, tzinfo=UTC)

    def test_moved(self):
        """It moves by what it is told, seconds included."""
        clock = FrozenClock()
        before = clock.seconds()

        clock.move(HOUR)

        assert clock() == datetime(2026, 1, 1, 1, tzinfo=UTC)
        assert clock.seconds() - before == HOUR.total_seconds()
