"""A signed-in client of the API, over real HTTP."""

import json
from decimal import Decimal
from http import HTTPStatus

from attrs import frozen

from product import form


PREFIX = "/api/v1"


@frozen
class Answer:
    """What the server said."""

    status: int
    headers: object
    text: str

    @property
    def tree(self):
        """The body as JSON, with exact numbers."""
        return json.loads(self.text, parse_float=Decimal)

    @property
    def code(self):
        """Which problem it is."""
        return self.tree["code"]

    @property
    def pointers(self):
        """What is wrong in the request."""
        return [one["pointer"] for one in self.tree["errors"]]


@frozen
class Api:
    """Asks as somebody who is signed in."""

    client: object
    headers: dict

    async def ask(self, method, path, body=None, **headers):
        """Ask, and return the answer whatever it is."""
        answer = await self.client.request(
            method,
            path if path.startswith("/api") else PREFIX + path,
            json=body,
            headers=self.headers | headers,
        )
        return Answer(answer.status, answer.headers, await answer.text())

    async def get(self, path, **headers):
        """Read something."""
        return await self.ask("GET", path, **headers)

    async def post(self, path, body=None, **headers):
        """Send something."""
        return await self.ask("POST", path, body, **headers)

    async def patch(self, path, body, **headers):
        """Change something."""
        return await self.ask("PATCH", path, body, **headers)

    async def delete(self, path, **headers):
        """Remove something."""
        return await self.ask("DELETE", path, **headers)

    async def made(self, path, body):
        """Make something, and return it."""
        answer = await self.post(path, body)
        assert answer.status == HTTPStatus.CREATED, answer.text
        return answer.tree

    async def upload(self, *content, **fields):
        """Send a form with a statement."""
        answer = await self.client.post(
            f"{PREFIX}/imports",
            data=form(*content, **fields),
            headers=self.headers,
        )
        return Answer(answer.status, answer.headers, await answer.text())

    async def pages(self, path):
        """Return all items of a list, following its links."""
        found = []
        while path is not None:
            answer = await self.get(path)
            assert answer.status == HTTPStatus.OK, answer.text
            found.append(answer.tree["items"])
            link = answer.headers.get("Link")
            path = None if link is None else link[1:].partition(">")[0]
        return found
