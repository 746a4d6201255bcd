"""The whole product on a port of loopback, for tests of its routes."""

import pytest

from api import Api
from earntrack_server.app import make_app
from product import opened, settings, signed_in


@pytest.fixture(name="url", params=["memory", "sqlite"])
def _url(request, tmp_path):
    """Where the product keeps its book."""
    places = {
        "memory": "memory://",
        "sqlite": f"sqlite:///{tmp_path}/book.db",
    }
    return places[request.param]


@pytest.fixture(name="product")
def _product(url, tmp_path):
    et = opened(url, tmp_path)
    yield et
    et.close()


@pytest.fixture(name="served")
async def _served(product, tmp_path, aiohttp_client):
    """A client of a server that limits nothing."""
    client = await aiohttp_client(make_app(product, settings(tmp_path)))
    yield client
    await client.close()


@pytest.fixture(name="ada")
async def _ada(served):
    """Ada, who is signed in."""
    return Api(served, await signed_in(served, "ada@example.org"))


@pytest.fixture(name="upwork")
async def _upwork(ada):
    """Where Ada works."""
    return await ada.made("/platforms", {"name": "Upwork"})
