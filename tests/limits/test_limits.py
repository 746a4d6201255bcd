"""Every rate limiter counts alike."""

import secrets
import time
from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_adapters.memory.clock import FrozenClock, system_clock
from earntrack_adapters.memory.limits import PARTS, MemoryLimiter
from earntrack_adapters.redis.limits import RedisLimiter
from earntrack_adapters.redis.link import RedisLink


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PATIENT = timedelta(seconds=30)


class LimiterContract:
    def test_so_many_and_no_more(self, limiter):
        """Hits are allowed up to the limit, and count down."""
        hits = [limiter.hit("ada", 3, HOUR) for _ in range(5)]

        allowed = [(one.allowed, one.remaining) for one in hits]
        assert allowed == [
            (True, 2),
            (True, 1),
            (True, 0),
            (False, 0),
            (False, 0),
        ]

    def test_keys_are_told_apart(self, limiter):
        """Each key has hits of its own."""
        limiter.hit("ada", 1, HOUR)

        assert limiter.hit("bob", 1, HOUR).allowed
        assert not limiter.hit("ada", 1, HOUR).allowed

    def test_windows_are_told_apart(self, limiter):
        """Limits per minute and per hour of one key are counted apart."""
        limiter.hit("ada", 1, MINUTE)

        assert limiter.hit("ada", 1, HOUR).allowed

    def test_nothing_is_allowed(self, limiter):
        """A limit of nothing refuses everything."""
        assert not limiter.hit("ada", 0, HOUR).allowed

    def test_when_it_resets(self, limiter, now):
        """The oldest hit counts for a window, and at most a part more."""
        before = now()

        allowance = limiter.hit("ada", 1, HOUR)

        after = now()
        assert before + HOUR <= allowance.resets_at + timedelta(seconds=1)
        assert allowance.resets_at <= after + HOUR + HOUR / PARTS

    def test_counts_again_after_the_reset(self, limiter, now, wait):
        """Once the oldest hit has left the window, another is allowed."""
        window = timedelta(milliseconds=240)
        limiter.hit("ada", 1, window)
        limiter.hit("ada", 1, window)

        wait(window + window / PARTS * 2)

        assert limiter.hit("ada", 1, window).allowed

    def test_threads_hit_at_once(self, limiter):
        """However many hit at once, the limit holds."""
        allowed = []

        def work():
            hits = [limiter.hit("ada", 30, HOUR) for _ in range(25)]
            allowed.extend(one.allowed for one in hits)

        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (len(allowed), sum(allowed)) == (100, 30)


class TestMemoryLimiter(LimiterContract):
    @pytest.fixture(name="now")
    def _now(self):
        return FrozenClock()

    @pytest.fixture(name="limiter")
    def _limiter(self, now):
        return MemoryLimiter(now, now.seconds)

    @pytest.fixture(name="wait")
    def _wait(self, now):
        return now.move

    @given(
        st.integers(1, 5),
        st.lists(st.integers(0, 30), max_size=60),
    )
    def test_no_window_has_more(self, limit, pauses):
        """No span as long as the window ever holds more than the limit."""
        clock = FrozenClock()
        limiter = MemoryLimiter(clock, clock.seconds)
        allowed = []
        for pause in pauses:
            clock.move(timedelta(seconds=pause))
            if limiter.hit("ada", limit, MINUTE).allowed:
                allowed.append(clock.at)

        for first, last in zip(allowed, allowed[limit:], strict=False):
            assert last - first > MINUTE

    @given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
    def test_waiting_for_the_reset_helps(self, pauses):
        """Who is refused and waits until the reset is allowed."""
        clock = FrozenClock()
        limiter = MemoryLimiter(clock, clock.seconds)
        for pause in pauses:
            clock.move(timedelta(seconds=pause))
            allowance = limiter.hit("ada", 2, MINUTE)
        clock.at = max(clock.at, allowance.resets_at)

        assert limiter.hit("ada", 2, MINUTE).allowed

    def test_memory_is_bounded(self):
        """Of too many keys the least used are forgotten."""
        clock = FrozenClock()
        limiter = MemoryLimiter(clock, clock.seconds, most_keys=2)
        for key in ("ada", "bob", "cyd"):
            limiter.hit(key, 1, HOUR)

        refused = [limiter.hit(key, 1, HOUR).allowed for key in ("cyd", "ada")]

        assert refused == [False, True]

    def test_close_forgets(self):
        """Closing forgets all hits."""
        limiter = MemoryLimiter()
        limiter.hit("ada", 1, HOUR)

        limiter.close()

        assert limiter.hit("ada", 1, HOUR).allowed


class TestRedisLimiter(LimiterContract):
    @pytest.fixture(name="link")
    def _link(self, redis_url):
        link = RedisLink.open(
            redis_url, namespace=secrets.token_hex(8), bound=PATIENT
        )
        yield link
        link.close()

    @pytest.fixture(name="limiter")
    def _limiter(self, link):
        return RedisLimiter(link, MemoryLimiter(), system_clock)

    @pytest.fixture(name="now")
    def _now(self):
        return system_clock

    @pytest.fixture(name="wait")
    def _wait(self):
        return lambda span: time.sleep(span.total_seconds())

    def test_processes_share_the_count(self, link, limiter):
        """Two limiters on one server are one limiter."""
        other = RedisLimiter(link, MemoryLimiter(), system_clock)
        limiter.hit("ada", 1, HOUR)

        assert not other.hit("ada", 1, HOUR).allowed

    def test_nothing_stays_for_ever(self, link, limiter):
        """Redis forgets the counts once they do not matter any more."""
        limiter.hit("ada", 1, HOUR)

        ends = link.call(
            lambda redis: [
                redis.pttl(key)
                for key in redis.scan_iter(match=f"{link.namespace}:*")
            ]
        )

        assert len(ends) == 1
        assert 0 < ends[0] <= (HOUR + HOUR / PARTS).total_seconds() * 1000
