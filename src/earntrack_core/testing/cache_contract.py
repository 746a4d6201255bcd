"""The exam of every cache: subclass it and supply the fixtures.

A fixture `cache` gives a cache that nobody else uses and that nothing is in;
a fixture `wait` gives a function that lets a span of time go by for it.
"""
# ruff: noqa: S101 -- a contract is made of tests

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from earntrack_core.ports.cache import Cache, CacheStats


MINUTE: Final = timedelta(minutes=1)
BRIEFLY: Final = timedelta(milliseconds=30)
Wait = Callable[[timedelta], None]


class CacheContract:
    """What every cache promises, as long as nothing is lost."""

    def test_what_was_put_is_there(self, cache: Cache) -> None:
        """A value is returned as it was put, byte by byte."""
        cache.put("ada", bytes(range(256)), MINUTE)

        assert cache.get("ada") == bytes(range(256))

    def test_empty_value_is_a_value(self, cache: Cache) -> None:
        """An empty value is not a missing one."""
        cache.put("ada", b"", MINUTE)

        assert cache.get("ada") == b""

    def test_unknown_key(self, cache: Cache) -> None:
        """A key that was never put is a miss."""
        assert cache.get("nobody") is None

    def test_keys_are_told_apart(self, cache: Cache) -> None:
        """Keys are compared exactly, whatever characters they have."""
        keys = ("a", "A", "a:b", "a b", "*", "", "ä\n\0", "x" * 1000)
        for number, key in enumerate(keys):
            cache.put(key, b"%d" % number, MINUTE)

        found = [cache.get(key) for key in keys]

        assert found == [b"%d" % number for number in range(len(keys))]

    def test_later_value_wins(self, cache: Cache) -> None:
        """Putting again replaces the value."""
        cache.put("ada", b"old", MINUTE)
        cache.put("ada", b"new", MINUTE)

        assert cache.get("ada") == b"new"

    def test_time_is_over(self, cache: Cache, wait: Wait) -> None:
        """A value is kept for no longer than it was said."""
        cache.put("ada", b"1", BRIEFLY)
        cache.put("bob", b"2", MINUTE)

        wait(2 * BRIEFLY)

        assert cache.get("ada") is None
        assert cache.get("bob") == b"2"

    def test_keeping_for_no_time(self, cache: Cache) -> None:
        """A value that must not be kept also replaces the one before."""
        cache.put("ada", b"old", MINUTE)
        cache.put("ada", b"new", timedelta(0))

        assert cache.get("ada") is None

    def test_dropped(self, cache: Cache) -> None:
        """A dropped key is a miss, and no other key is."""
        cache.put("ada", b"1", MINUTE)
        cache.put("bob", b"2", MINUTE)

        cache.drop("ada")

        assert cache.get("ada") is None
        assert cache.get("bob") == b"2"

    def test_dropping_nothing(self, cache: Cache) -> None:
        """A key that is not there can be dropped."""
        cache.drop("nobody")

        assert cache.get("nobody") is None

    def test_first_generation(self, cache: Cache) -> None:
        """A key that was never bumped has generation 0."""
        assert cache.generation("ada") == 0

    def test_bumped(self, cache: Cache) -> None:
        """Each generation is higher than the one before, and stays."""
        first = cache.bump("ada")
        second = cache.bump("ada")

        assert 0 < first < second
        assert cache.generation("ada") == second

    def test_generations_are_of_one_key(self, cache: Cache) -> None:
        """Bumping a key leaves the others as they are."""
        cache.bump("ada")

        assert cache.generation("bob") == 0

    def test_generation_is_no_value(self, cache: Cache) -> None:
        """A generation and a value may have the same key."""
        cache.put("ada", b"1", MINUTE)
        cache.bump("ada")

        assert cache.get("ada") == b"1"

    def test_hits_and_misses_are_counted(self, cache: Cache) -> None:
        """Every question counts once, as a hit or as a miss."""
        cache.put("ada", b"1", MINUTE)
        for key in ("ada", "ada", "nobody"):
            cache.get(key)

        assert cache.stats() == CacheStats(hits=2, misses=1)

    def test_works_after_close(self, cache: Cache) -> None:
        """Closing lets go of connections, not of the adapter."""
        cache.close()

        cache.put("ada", b"1", MINUTE)

        assert cache.get("ada") == b"1"
