"""Answers that are kept: what was said stays true until something happens.

Everything that happens in a workspace gives it a new generation, and the
generation is part of the key; so an answer that has aged is never found
again. How long one is kept at most bounds what a lost bell can cost.
"""

import hashlib
import json
from http import HTTPStatus

from aiohttp import web
from attrs import frozen

from earntrack_core.app import generation_key
from earntrack_core.ports.cache import Cache
from earntrack_server.http.keys import ACTOR
from earntrack_server.http.replying import Rendered
from earntrack_server.http.route import Route
from earntrack_server.metrics import Metrics


@frozen
class Place:
    """Where an answer is kept: under a key that ages by itself."""

    route: Route
    key: str


@frozen
class KeptAnswers:
    """Keeps the answers of routes that say how long."""

    cache: Cache
    metrics: Metrics
    blocks: bool
    """Whether the cache asks a server, so that the loop must not wait."""

    def place(self, request: web.Request, route: Route) -> Place | None:
        """Return where the answer to a request is kept, if it may be.

        It has the present generation, so it must be taken before the work.
        """
        actor = request.get(ACTOR)
        if route.keep is None or actor is None:
            return None
        name = generation_key(actor.workspace_id)
        generation = self.cache.generation(name)
        asked = hashlib.blake2b(
            f"{actor.user_id} {request.raw_path}".encode(), digest_size=16
        ).hexdigest()
        key = f"{actor.workspace_id}:{generation}:{route.id}:{asked}"
        return Place(route, key)

    def find(self, place: Place) -> Rendered | None:
        """Return the answer that is kept, if there is one."""
        kept = self.cache.get(place.key)
        self.metrics.cached(place.route.id, hit=kept is not None)
        if kept is None:
            return None
        headers, _, body = kept.partition(b"\n")
        return Rendered(
            status=HTTPStatus.OK,
            body=body,
            headers=tuple(
                (name, value) for name, value in json.loads(headers)
            ),
        )

    def put(self, place: Place, rendered: Rendered) -> None:
        """Keep an answer, if it is a good one."""
        keep = place.route.keep
        if keep is None or rendered.status is not HTTPStatus.OK:
            return
        headers = json.dumps(rendered.headers).encode()
        self.cache.put(
            place.key, headers + b"\n" + (rendered.body or b""), keep
        )
