"""Without Redis everything goes on, within bounds."""

from datetime import timedelta
from uuid import UUID

import pytest

import services
from earntrack_adapters.memory.clock import FrozenClock, system_clock
from earntrack_adapters.memory.limits import MemoryLimiter
from earntrack_adapters.memory.presence import MemoryPresence
from earntrack_adapters.memory.relay import MemoryRelay
from earntrack_adapters.redis.cache import LONGEST, MOST_SEEN, RedisCache
from earntrack_adapters.redis.debts import Debt, Debts
from earntrack_adapters.redis.limits import RedisLimiter
from earntrack_adapters.redis.link import BOUND, COOL_DOWN, RedisLink
from earntrack_adapters.redis.presence import RedisPresence
from earntrack_adapters.redis.relay import RedisRelay
from earntrack_core.kernel.errors import InvalidError, UnavailableError
from earntrack_core.kernel.ids import UserId, WorkspaceId


MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
WORKSPACE = WorkspaceId(UUID(int=1))
ADA = UserId(UUID(int=2))


@pytest.fixture(name="clock")
def _clock():
    """The clock of the links' cool-down."""
    return FrozenClock()


@pytest.fixture(name="connect")
def _connect(redis_server, clock):
    """Makes links to a server that the test may hurt."""
    links = []

    def connect(bound=SECOND):
        link = RedisLink.open(redis_server.url, bound=bound)
        link.seconds = clock.seconds
        links.append(link)
        return link

    yield connect
    redis_server.thaw()
    for link in links:
        link.close()


@pytest.fixture(name="link")
def _link(connect):
    return connect()


@pytest.fixture(name="cache")
def _cache(link):
    return RedisCache(link, system_clock)


def use_everything(link):
    """Call each adapter; return what they answer."""
    cache = RedisCache(link, system_clock)
    limiter = RedisLimiter(link, MemoryLimiter(), system_clock)
    presence = RedisPresence(link, MemoryPresence())
    relay = RedisRelay(link, MemoryRelay())
    heard = []
    cache.put("a", b"1", MINUTE)
    cache.bump("g")
    cache.drop("b")
    presence.beat(WORKSPACE, ADA, "tab", MINUTE)
    presence.leave(WORKSPACE, ADA, "other")
    relay.listen("room:", lambda *said: heard.append(said))
    relay.publish("room:1", "hello")
    relay.close()
    return (
        cache.get("a"),
        [limiter.hit("ada", 2, MINUTE).allowed for _ in range(3)],
        presence.present(WORKSPACE),
        [said for said in heard if said[1]],
    )


ALONE = (None, [True, True, False], {ADA}, [("room:1", "hello")])


class TestBounds:
    def test_absent(self):
        """A server that was never there is done without."""
        link = RedisLink.open(f"redis://127.0.0.1:{services.free_port()}/0")

        assert use_everything(link) == ALONE

    def test_killed(self, redis_server, link):
        """A server that has crashed is done without."""
        link.call(lambda redis: redis.ping())

        redis_server.kill()

        assert use_everything(link) == ALONE

    def test_frozen(self, redis_server, connect):
        """A server that stands still makes nobody wait for it."""
        link = connect(BOUND)

        redis_server.freeze()

        assert use_everything(link) == ALONE

    def test_frozen_in_the_middle(self, redis_server, connect):
        """The same holds for connections that are open already."""
        link = connect(BOUND)
        link.call(lambda redis: redis.ping())

        redis_server.freeze()

        assert use_everything(link) == ALONE

    def test_not_redis(self, smtp_server):
        """Whoever answers in another language is done without."""
        link = RedisLink.open(f"redis://127.0.0.1:{smtp_server.port}/0")

        assert use_everything(link) == ALONE

    def test_no_name(self):
        """A host that does not exist is done without."""
        link = RedisLink.open("redis://redis.invalid:6379/0")

        assert use_everything(link) == ALONE

    def test_waits_add_up_to_the_bound(self):
        """Connecting and waiting for the answer stay below 0.25 s."""
        link = RedisLink.open("redis://127.0.0.1/0")

        options = link.pool.connection_kwargs

        waits = (options["socket_timeout"], options["socket_connect_timeout"])
        assert sum(waits) == pytest.approx(0.25)
        assert options["retry"].get_retries() == 0

    @pytest.mark.parametrize("url", ["http://host", "redis", ""])
    def test_no_redis_url(self, url):
        """What is no URL of a Redis server is refused at once."""
        with pytest.raises(InvalidError, match="url: is not a redis"):
            RedisLink.open(url)


class TestBreaker:
    def test_no_call_until_it_has_cooled_down(self, redis_server, link, clock):
        """After a fault nobody asks Redis, then one call tries."""
        redis_server.kill()
        with pytest.raises(UnavailableError, match="no answer"):
            link.call(lambda redis: redis.ping())
        redis_server.start()

        with pytest.raises(UnavailableError, match="no answer lately"):
            link.call(lambda redis: redis.ping())
        clock.move(COOL_DOWN)

        assert link.call(lambda redis: redis.ping()) is True
        assert link.call(lambda redis: redis.ping()) is True

    def test_one_call_tries(self, redis_server, link, clock):
        """While one call tries, the others still do without."""
        redis_server.kill()
        asked = []

        def ask(redis):
            asked.append(1)
            redis.ping()

        for _ in range(2):
            for _ in range(5):
                with pytest.raises(UnavailableError):
                    link.call(ask)
            clock.move(COOL_DOWN)

        assert len(asked) == 2

    def test_refusal_is_no_absence(self, link):
        """A refused command does not stop the next one."""
        with pytest.raises(UnavailableError, match="it refuses"):
            link.call(lambda redis: redis.execute_command("NONSENSE"))

        assert link.call(lambda redis: redis.ping()) is True

    def test_restart_is_not_noticed(self, redis_server, link):
        """Connections that a restart has broken are made anew."""
        link.call(lambda redis: redis.ping())

        redis_server.kill()
        redis_server.start()

        assert link.call(lambda redis: redis.ping()) is True


class TestDebts:
    def test_lost_bump_outdates_here_at_once(self, redis_server, cache):
        """Bumping counts although Redis does not hear of it."""
        old = cache.bump("g")
        redis_server.freeze()

        new = cache.bump("g")

        assert new > old
        assert cache.generation("g") == new

    def test_lost_bump_is_told_when_redis_is_back(
        self, redis_server, connect, clock
    ):
        """No process sees the old generation once this one has called."""
        cache = RedisCache(connect(), system_clock)
        other = RedisCache(connect(), system_clock)
        old = cache.bump("g")
        redis_server.freeze()
        lost = cache.bump("g")
        redis_server.thaw()
        clock.move(COOL_DOWN)

        cache.get("anything")

        assert other.generation("g") >= lost > old
        assert cache.generation("g") == other.generation("g")

    def test_bump_before_redis_was_ever_there(
        self, redis_server, cache, clock
    ):
        """A value from an earlier life is not seen after a lost bump."""
        key = f"{cache.generation('g')}:total"
        cache.put(key, b"old", MINUTE)
        redis_server.freeze()
        cache.bump("g")
        redis_server.thaw()
        clock.move(COOL_DOWN)

        assert cache.get(f"{cache.generation('g')}:total") is None

    def test_lost_drop(self, redis_server, cache, clock):
        """What was dropped in vain is dropped before anything is read."""
        cache.put("ada", b"old", MINUTE)
        redis_server.freeze()
        cache.drop("ada")
        redis_server.thaw()
        clock.move(COOL_DOWN)

        assert cache.get("ada") is None
        assert not cache.debts

    def test_unknown_generation_is_nobodys(self, redis_server, cache):
        """A generation that cannot be asked for never comes twice."""
        redis_server.freeze()

        told = [cache.generation("g") for _ in range(3)]

        assert len(set(told)) == 3

    def test_redis_was_set_back(self, link, cache):
        """A generation that lived before does not come to life again."""
        old = cache.bump("g")
        new = cache.bump("g")
        link.call(lambda redis: redis.set(link.key("generation", "g"), old))

        assert cache.generation("g") > new

    def test_redis_forgot_a_generation(self, link, cache):
        """A lost generation is followed by a higher one."""
        old = cache.bump("g")
        link.call(lambda redis: redis.delete(link.key("generation", "g")))

        assert cache.generation("g") > old

    def test_many_debts_are_paid_in_turns(self, redis_server, cache, clock):
        """As long as a part is owed, nothing is read."""
        cache.put("k700", b"old", MINUTE)
        redis_server.freeze()
        for number in range(701):
            cache.drop(f"k{number}")
        redis_server.thaw()
        clock.move(COOL_DOWN)

        first = cache.get("k700")
        still_owed = bool(cache.debts)
        second = cache.get("k700")

        assert (first, second) == (None, None)
        assert still_owed
        assert not cache.debts

    def test_too_many_debts(self, redis_server, link, clock):
        """With too many, nothing is read until all of it has expired."""
        debts = Debts(LONGEST, clock.seconds, most=2)
        cache = RedisCache(link, system_clock, debts)
        cache.put("ada", b"old", MINUTE)
        redis_server.freeze()
        for key in ("a", "b", "ada"):
            cache.drop(key)
        redis_server.thaw()
        clock.move(COOL_DOWN)
        early = cache.get("ada")
        clock.move(LONGEST)
        cache.put("ada", b"new", MINUTE)

        late = cache.get("ada")

        assert early is None
        assert late == b"new"

    def test_owed_anew_while_it_was_paid(self, clock):
        """A payment does not cover what was lost after it."""
        debts = Debts(LONGEST, clock.seconds)
        debt = Debt("drop", "ada")
        debts.owe(debt, 1)
        paying = debts.some(10)
        debts.owe(debt, 2)

        debts.paid(paying)

        assert debts.number(debt) == 2
        assert debts

    def test_many_generations(self, cache):
        """Remembering generations takes bounded memory, and stays right."""
        numbers = {f"g{n}": cache.bump(f"g{n}") for n in range(MOST_SEEN + 5)}

        found = {key: cache.generation(key) for key in ("g0", "g10004")}

        assert found == {key: numbers[key] for key in found}


class TestClose:
    def test_works_after_close(self, link):
        """Closing lets go of connections; a later call makes new ones."""
        limiter = RedisLimiter(link, MemoryLimiter(), system_clock)
        presence = RedisPresence(link, MemoryPresence())
        limiter.hit("ada", 1, MINUTE)
        presence.beat(WORKSPACE, ADA, "tab", MINUTE)

        limiter.close()
        presence.close()

        assert not limiter.hit("ada", 1, MINUTE).allowed
        assert presence.present(WORKSPACE) == {ADA}
