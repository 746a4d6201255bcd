"""Idempotency keys: a write that is repeated takes effect once.

The answer is stored in the transaction of the effect, so either both are
there or neither is. What fails is taken back as a whole; that it was refused
is then remembered by itself.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final, NoReturn

from aiohttp import web
from attrs import frozen

from earntrack_core.kernel.actor import Actor
from earntrack_core.kernel.errors import (
    DuplicateError,
    EarnTrackError,
    InvalidError,
    UnavailableError,
)
from earntrack_core.ports.storage import Reply
from earntrack_core.wire.names import pointer
from earntrack_server.http.keys import Together
from earntrack_server.http.problems import (
    InFlightError,
    ReusedKeyError,
    status_of,
)
from earntrack_server.http.replying import Rendered


HEADER: Final = "Idempotency-Key"
KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

FLEETING: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Refusals that may be over the next time; nobody remembers them."""

BROKEN: Final = HTTPStatus.INTERNAL_SERVER_ERROR

Refuse = Callable[[EarnTrackError], Rendered]
Replay = Callable[[HTTPStatus, bytes], Rendered]


@frozen(kw_only=True)
class Once:
    """A request that must take effect once."""

    actor: Actor
    key: str
    digest: str


def read_key(request: web.Request) -> str | None:
    """Return the idempotency key of a request, if it has one.

    Raises:
        InvalidError: It is empty, too long, or not plain ASCII.
    """
    key = request.headers.get(HEADER)
    if key is not None and KEY.fullmatch(key) is None:
        raise InvalidError(
            pointer("headers", HEADER), "must be 1 to 255 ASCII characters"
        )
    return key


def once(actor: Actor, key: str, parts: Iterable[bytes]) -> Once:
    """Tell a request by its key, and what it asks by its *parts*.

    Keys are kept as fingerprints, apart for each user.
    """
    return Once(
        actor=actor,
        key=_fingerprint((actor.user_id.bytes, key.encode())),
        digest=_fingerprint((actor.user_id.bytes, *parts)),
    )


def _fingerprint(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


@frozen
class Memory:
    """Answers requests, and remembers what it said."""

    together: Together
    refuse: Refuse
    replay: Replay

    def answer(self, asked: Once, work: Callable[[], Rendered]) -> Rendered:
        """Do *work* and remember its answer, or repeat the one given before.

        A request is most often new, so the work is done first; if the key is
        taken, all of it is taken back.

        Raises:
            ReusedKeyError: The key was used to ask something else.
            InFlightError: Somebody else asks the same just now.
            EarnTrackError: The work failed in a way that may pass.
        """
        try:
            with self.together(asked.actor) as unit:
                rendered = work()
                unit.remember(_reply(asked, rendered))
        except EarnTrackError as error:
            return self._failed(asked, error)
        return rendered

    def _failed(self, asked: Once, error: EarnTrackError) -> Rendered:
        if isinstance(error, DuplicateError) and error.kind == "reply":
            return self._beaten(asked, error)
        if isinstance(error, UnavailableError):
            raise error
        with self.together(asked.actor) as unit:
            known = unit.recall(asked.key)
        if known is not None:
            return self._repeat(asked, known)
        status = status_of(type(error))
        if status in FLEETING or status >= BROKEN:
            raise error
        return self._remember(asked, self.refuse(error))

    def _remember(self, asked: Once, refusal: Rendered) -> Rendered:
        try:
            with self.together(asked.actor) as unit:
                unit.remember(_reply(asked, refusal))
        except DuplicateError as error:
            return self._beaten(asked, error)
        return refusal

    def _beaten(self, asked: Once, error: DuplicateError) -> Rendered:
        with self.together(asked.actor) as unit:
            known = unit.recall(asked.key)
        if known is None:
            _in_flight(error)
        return self._repeat(asked, known)

    def _repeat(self, asked: Once, known: Reply) -> Rendered:
        if known.digest != asked.digest:
            raise ReusedKeyError("The key was used for another request.")
        return self.replay(HTTPStatus(known.status), known.body)


def _in_flight(error: DuplicateError) -> NoReturn:
    raise InFlightError("The same request is being answered.") from error


def _reply(asked: Once, rendered: Rendered) -> Reply:
    return Reply(
        key=asked.key,
        digest=asked.digest,
        status=int(rendered.status),
        body=rendered.body or b"",
    )
