"""Relays and presence: what one process does, the others hear of."""

import secrets
import time
from datetime import timedelta
from queue import Queue
from uuid import UUID

import pytest

from earntrack_adapters.memory.clock import FrozenClock
from earntrack_adapters.memory.presence import MemoryPresence
from earntrack_adapters.memory.relay import MemoryRelay
from earntrack_adapters.redis.link import RedisLink
from earntrack_adapters.redis.presence import RedisPresence
from earntrack_adapters.redis.relay import RedisRelay
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.ports.relay import MISSED


MINUTE = timedelta(minutes=1)
BRIEFLY = timedelta(milliseconds=30)
PATIENT = timedelta(seconds=30)
HOME = WorkspaceId(UUID(int=1))
WORK = WorkspaceId(UUID(int=2))
ADA = UserId(UUID(int=3))
BOB = UserId(UUID(int=4))


@pytest.fixture(name="link")
def _link(redis_url):
    link = RedisLink.open(
        redis_url, namespace=secrets.token_hex(8), bound=PATIENT
    )
    yield link
    link.close()


class RelayContract:
    def test_listener_hears_its_channels(self, relay):
        """A listener hears the channels that begin with its prefix."""
        heard = []
        relay.listen("room:", lambda *said: heard.append(said))

        relay.publish("room:1", "hello")
        relay.publish("user:1", "secret")

        assert [one for one in heard if one[1]] == [("room:1", "hello")]

    def test_all_hear(self, relay):
        """Every listener is told, also by one that listens twice."""
        heard = []
        for prefix in ("", "room:", "room:"):
            relay.listen(prefix, lambda *said: heard.append(said))

        relay.publish("room:1", "hello")

        assert [one for one in heard if one[1]] == 3 * [("room:1", "hello")]

    def test_stopped(self, relay):
        """A listener that was stopped hears nothing; stop twice is fine."""
        heard = []
        stop = relay.listen("room:", lambda *said: heard.append(said))
        stop()
        stop()

        relay.publish("room:1", "hello")

        assert [one for one in heard if one[1]] == []

    def test_failing_listener(self, relay, caplog):
        """A listener that fails never stops the next one."""
        heard = []

        def fail(channel, message):
            raise ValueError(message)

        relay.listen("", fail)
        relay.listen("", lambda *said: heard.append(said))

        relay.publish("room:1", "hello")

        assert ("room:1", "hello") in heard
        assert "failed on channel room:1" in caplog.text

    def test_closed(self, relay):
        """After closing nobody is told, and nothing fails."""
        heard = []
        relay.listen("", lambda *said: heard.append(said))
        relay.close()

        relay.publish("room:1", "hello")

        assert [one for one in heard if one[1]] == []


class TestMemoryRelay(RelayContract):
    @pytest.fixture(name="relay")
    def _relay(self):
        return MemoryRelay()


class Ear:
    """Keeps what a listener hears in a queue."""

    def __init__(self, relay, prefix=""):
        self.said = Queue()
        relay.listen(prefix, lambda *said: self.said.put(said))

    def hears(self):
        """Wait for the next message."""
        return self.said.get()


class TestRedisRelay(RelayContract):
    @pytest.fixture(name="relay")
    def _relay(self, link):
        relay = RedisRelay(link, MemoryRelay())
        yield relay
        relay.close()

    @pytest.fixture(name="other")
    def _other(self, link):
        """The relay of another process."""
        relay = RedisRelay(link, MemoryRelay())
        yield relay
        relay.close()

    def test_other_process_hears(self, relay, other):
        """What one process says, the others hear, once and in order."""
        ear = Ear(other, "room:")
        ready = ear.hears()

        for channel, message in (
            ("room:1", "a"),
            ("user:1", "secret"),
            ("room:ü*", "ß\n"),
            ("room:1", "b"),
        ):
            relay.publish(channel, message)

        heard = [ear.hears() for _ in range(3)]
        assert ready == ("room:", MISSED)
        assert heard == [("room:1", "a"), ("room:ü*", "ß\n"), ("room:1", "b")]

    def test_own_process_hears_once(self, relay, other):
        """The echo of what this process said is not heard again."""
        here, there = Ear(relay), Ear(other)
        here.hears(), there.hears()
        relay.publish("room:1", "a")
        other.publish("room:1", "b")

        assert [here.hears()[1], here.hears()[1]] == ["a", "b"]
        assert here.said.empty()

    def test_installations_are_told_apart(self, relay, redis_url):
        """Another installation on the same server hears nothing."""
        link = RedisLink.open(redis_url, namespace="*", bound=PATIENT)
        stranger = RedisRelay(link, MemoryRelay())
        here, there = Ear(relay), Ear(stranger)
        here.hears(), there.hears()
        relay.publish("room:1", "secret")
        stranger.publish("room:1", "own")
        here.hears()

        assert there.hears() == ("room:1", "own")
        assert there.said.empty()
        stranger.close()

    def test_connects_again_after_a_restart(self, redis_server):
        """After a break listeners learn that they missed something."""
        link = RedisLink.open(redis_server.url, bound=PATIENT)
        relay, other = (RedisRelay(link, MemoryRelay()) for _ in "ab")
        ear = Ear(other, "room:")
        ear.hears()

        redis_server.kill()
        redis_server.start()

        assert ear.hears() == ("room:", MISSED)
        relay.publish("room:1", "back")
        assert ear.hears() == ("room:1", "back")
        relay.close()
        other.close()

    def test_notices_a_frozen_server(self, redis_server):
        """A server that gives no sign of life counts as lost."""
        link = RedisLink.open(redis_server.url, bound=timedelta(seconds=1))
        relay = RedisRelay(link, MemoryRelay(), BRIEFLY)
        ear = Ear(relay, "room:")
        ear.hears()
        idle = list(relay.link.pool._in_use_connections)  # noqa: SLF001 -- shows that the connection is given up

        redis_server.freeze()
        while idle[0].is_connected:
            time.sleep(0.05)
        redis_server.thaw()

        assert ear.hears() == ("room:", MISSED)
        relay.close()

    def test_silence_is_no_break(self, link, relay):
        """A server that has nothing to say gives its sign of life."""
        quiet = timedelta(milliseconds=300)
        other = RedisRelay(link, MemoryRelay(), quiet)
        ear = Ear(other)
        ear.hears()

        time.sleep(5 * quiet.total_seconds())
        relay.publish("room:1", "hello")

        assert ear.hears() == ("room:1", "hello")
        other.close()

    def test_failing_listener_misses(self, link, caplog):
        """A listener that fails at `MISSED` never stops the next one."""
        relay = RedisRelay(link, MemoryRelay())

        def fail(channel, message):
            raise ValueError(message)

        relay.listen("a", fail)
        ear = Ear(relay, "b")
        link.call(lambda redis: redis.client_kill_filter(_type="pubsub"))

        assert ear.hears() == ("b", MISSED)
        assert "failed on channel a" in caplog.text
        relay.close()


class PresenceContract:
    def test_present(self, presence):
        """A user is there, in their workspace, once they beat."""
        presence.beat(HOME, ADA, "tab", MINUTE)
        presence.beat(WORK, BOB, "tab", MINUTE)

        assert presence.present(HOME) == {ADA}
        assert presence.present(WORK) == {BOB}

    def test_nobody(self, presence):
        """A workspace without connections is empty."""
        assert presence.present(HOME) == frozenset()

    def test_last_connection_leaves(self, presence):
        """A user is there until their last connection ends."""
        presence.beat(HOME, ADA, "phone", MINUTE)
        presence.beat(HOME, ADA, "tab", MINUTE)

        presence.leave(HOME, ADA, "phone")
        first = presence.present(HOME)
        presence.leave(HOME, ADA, "tab")

        assert first == {ADA}
        assert presence.present(HOME) == frozenset()

    def test_leaving_without_being_there(self, presence):
        """A connection that is unknown can end."""
        presence.leave(HOME, ADA, "tab")

        assert presence.present(HOME) == frozenset()

    def test_silent_connection(self, presence, wait):
        """A connection that no longer beats is not believed for ever."""
        presence.beat(HOME, ADA, "tab", BRIEFLY)
        presence.beat(HOME, BOB, "tab", MINUTE)

        wait(2 * BRIEFLY)

        assert presence.present(HOME) == {BOB}

    def test_beating_again(self, presence, wait):
        """The latest beat counts."""
        presence.beat(HOME, ADA, "tab", BRIEFLY)
        presence.beat(HOME, ADA, "tab", MINUTE)

        wait(2 * BRIEFLY)

        assert presence.present(HOME) == {ADA}


class TestMemoryPresence(PresenceContract):
    @pytest.fixture(name="clock")
    def _clock(self):
        return FrozenClock()

    @pytest.fixture(name="presence")
    def _presence(self, clock):
        return MemoryPresence(clock.seconds)

    @pytest.fixture(name="wait")
    def _wait(self, clock):
        return clock.move

    def test_closed(self, presence):
        """Closing forgets everybody."""
        presence.beat(HOME, ADA, "tab", MINUTE)

        presence.close()

        assert presence.present(HOME) == frozenset()


class TestRedisPresence(PresenceContract):
    @pytest.fixture(name="presence")
    def _presence(self, link):
        return RedisPresence(link, MemoryPresence())

    @pytest.fixture(name="wait")
    def _wait(self):
        return lambda span: time.sleep(span.total_seconds())

    def test_processes_see_each_other(self, link, presence):
        """A user who is connected to another process is there."""
        other = RedisPresence(link, MemoryPresence())
        other.beat(HOME, BOB, "tab", MINUTE)
        presence.beat(HOME, ADA, "tab", MINUTE)
        both = presence.present(HOME)

        other.leave(HOME, BOB, "tab")

        assert both == {ADA, BOB}
        assert presence.present(HOME) == {ADA}

    def test_nothing_stays_for_ever(self, link, presence):
        """Redis forgets a workspace once nobody beats any more."""
        presence.beat(HOME, ADA, "tab", MINUTE)
        presence.beat(HOME, BOB, "tab", BRIEFLY)

        left = link.call(lambda redis: redis.pttl(link.key("presence", HOME)))

        assert BRIEFLY.total_seconds() * 1000 < left <= 60_000
