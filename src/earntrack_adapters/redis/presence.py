"""Presence in all processes, in a sorted set of Redis per workspace.

A member is a connection, its score the instant in milliseconds, by the clock
of Redis, at which it is no longer believed to be alive. Each process also
knows its own connections, and goes by them alone while Redis is away.
"""

from datetime import timedelta
from typing import Final, cast
from uuid import UUID

from attrs import frozen

from earntrack_adapters.redis.link import RedisLink
from earntrack_core.kernel.errors import UnavailableError
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.ports.presence import Presence


MILLISECOND: Final = timedelta(milliseconds=1)
NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
BEAT: Final = f"""{NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
"""
PRESENT: Final = f"""{NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""


@frozen
class RedisPresence:
    """Knows the connections of all processes."""

    link: RedisLink
    own: Presence
    """Knows the connections of this process."""

    def beat(
        self,
        workspace: WorkspaceId,
        user: UserId,
        connection: str,
        keep: timedelta,
    ) -> None:
        """Say that a connection is alive."""
        self.own.beat(workspace, user, connection, keep)
        name, member = self._name(workspace), f"{user}/{connection}"
        span = keep // MILLISECOND
        try:
            self.link.call(lambda r: r.eval(BEAT, 1, name, member, span))
        except UnavailableError:
            return  # the next beat says it again

    def leave(
        self, workspace: WorkspaceId, user: UserId, connection: str
    ) -> None:
        """Say that a connection has ended."""
        self.own.leave(workspace, user, connection)
        name, member = self._name(workspace), f"{user}/{connection}"
        try:
            self.link.call(lambda r: r.zrem(name, member))
        except UnavailableError:
            return  # it is forgotten when its last beat has faded

    def present(self, workspace: WorkspaceId) -> frozenset[UserId]:
        """Return the users whose connections are alive."""
        here = self.own.present(workspace)
        name = self._name(workspace)
        try:
            found = self.link.call(lambda r: r.eval(PRESENT, 1, name))
        except UnavailableError:
            return here
        members = cast("list[bytes]", found)
        return here.union(_user(member) for member in members)

    def close(self) -> None:
        """Let go of connections."""
        self.link.close()
        self.own.close()

    def _name(self, workspace: WorkspaceId) -> str:
        return self.link.key("presence", workspace)


def _user(member: bytes) -> UserId:
    return UserId(UUID(member.partition(b"/")[0].decode()))
