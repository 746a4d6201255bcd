"""Visitors of the pages: they read HTML, and send forms as browsers do."""

import re
from html.parser import HTMLParser

from attrs import define, field

from earntrack_server.app import make_app
from product import PASSWORD, form, opened, settings


TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HTML = {"Accept": "text/html"}


@define
class Page(HTMLParser):
    """A page as a program sees it: tags with attributes, and texts."""

    status: int
    text: str
    headers: object
    url: object
    tags: list = field(factory=list)
    words: list = field(factory=list)

    def __attrs_post_init__(self):
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if data.strip():
            self.words.append(data.strip())

    def all(self, tag, **wanted):
        """Return the attributes of all tags of a kind."""
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and wanted.items() <= attributes.items()
        ]

    @property
    def token(self):
        """What the page's forms carry."""
        return TOKEN.search(self.text)[1]

    def says(self, text):
        """Say whether a text can be read on the page."""
        return text in " ".join(" ".join(self.words).split())


@define
class Visitor:
    """A browser without scripts."""

    client: object

    async def get(self, path, **headers):
        async with self.client.get(path, headers=HTML | headers) as answer:
            return await page_of(answer)

    async def post(self, path, data, **headers):
        async with self.client.post(
            path, data=data, headers=HTML | headers
        ) as answer:
            return await page_of(answer)

    async def send(self, path, **fields):
        """Send a form of the page that is there."""
        page = await self.get("/imports")
        return await self.post(path, {"csrf_token": page.token, **fields})

    async def upload(self, content=None, name="upwork.csv", **fields):
        """Send a statement with the form for it."""
        page = await self.get("/imports")
        given = {} if content is None else {"content": content}
        data = form(name=name, csrf_token=page.token, **given, **fields)
        return await self.post("/imports", data)

    async def register(self, email="ada@example.org", **more):
        """Make an account, and be signed in."""
        said = {"email": email, "password": PASSWORD, "zone": "UTC", **more}
        return await self.post("/register", said)


async def page_of(answer):
    """Return an answer as a page."""
    return Page(answer.status, await answer.text(), answer.headers, answer.url)


def served(folder, demo=None, **more):
    """Return an application on a fresh storage in memory, and that."""
    et = opened("memory://", folder, **more)
    return make_app(et, settings(folder), demo), et
