"""Every cache keeps the same promises."""

import time
from datetime import timedelta
from threading import Thread

import pytest

from earntrack_adapters.memory.cache import OVERHEAD, MemoryCache
from earntrack_adapters.memory.clock import FrozenClock, system_clock
from earntrack_adapters.redis.cache import RedisCache
from earntrack_adapters.redis.link import RedisLink
from earntrack_core.testing.cache_contract import MINUTE, CacheContract


PATIENT = timedelta(seconds=30)


class TestMemoryCache(CacheContract):
    @pytest.fixture(name="clock")
    def _clock(self):
        return FrozenClock()

    @pytest.fixture(name="cache")
    def _cache(self, clock):
        return MemoryCache(seconds=clock.seconds)

    @pytest.fixture(name="wait")
    def _wait(self, clock):
        return clock.move


class TestRedisCache(CacheContract):
    @pytest.fixture(name="cache")
    def _cache(self, redis_url, request):
        link = RedisLink.open(
            redis_url, namespace=request.node.nodeid, bound=PATIENT
        )
        yield RedisCache(link, system_clock)
        link.close()

    @pytest.fixture(name="wait")
    def _wait(self):
        return lambda span: time.sleep(span.total_seconds())


class TestBounds:
    def test_least_used_goes_first(self):
        """When it is full, what was not asked for longest is forgotten."""
        cache = MemoryCache(most_bytes=3 * (OVERHEAD + 10 + 1))
        for key in "abc":
            cache.put(key, bytes(10), MINUTE)
        cache.get("a")

        cache.put("d", bytes(10), MINUTE)

        kept = [key for key in "abcd" if cache.get(key) is not None]
        assert kept == ["a", "c", "d"]

    def test_larger_than_all(self):
        """What does not fit is not kept, and pushes nothing out."""
        cache = MemoryCache(most_bytes=1000)
        cache.put("a", b"1", MINUTE)

        cache.put("b", bytes(1000), MINUTE)

        assert cache.get("a") == b"1"
        assert cache.get("b") is None

    def test_replacing_frees_the_room(self):
        """Only what is there now takes room."""
        cache = MemoryCache(most_bytes=2 * (OVERHEAD + 500))
        cache.put("a", b"1", MINUTE)

        for _ in range(100):
            cache.put("b", bytes(400), MINUTE)

        assert cache.get("a") == b"1"

    def test_forgotten_generations_never_come_back(self):
        """Forgetting generations gives no key a number it had before."""
        cache = MemoryCache(most_generations=2)
        told = {cache.generation("a")}
        told |= {cache.bump("a"), cache.bump("b")}

        cache.bump("c")

        assert cache.generation("a") not in told
        assert cache.bump("a") not in told
        assert cache.generation("never") != 0

    def test_threads_share_it(self):
        """Threads that put and drop at once leave the size right."""
        cache = MemoryCache(most_bytes=20_000)

        def work(key):
            for number in range(500):
                cache.put(f"{key}{number % 7}", bytes(number), MINUTE)
                cache.drop(f"{key}{number % 3}")

        threads = [Thread(target=work, args=[key]) for key in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        for key in "abcd":
            for number in range(7):
                cache.drop(f"{key}{number}")
        cache.put("a", bytes(20_000 - OVERHEAD - 1), MINUTE)
        assert cache.get("a") is not None
