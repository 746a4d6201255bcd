"""Whatever the document allows, the server answers as documented.

Schemathesis makes requests out of the OpenAPI document, right and wrong
ones. How many is set by `EARNTRACK_FUZZ_EXAMPLES`.
"""

import asyncio
import os
import threading
from functools import cache
from ipaddress import IPv6Address
from uuid import uuid4

import pytest
import requests
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from earntrack_server.app import document, make_app
from product import PASSWORD, opened
from product import settings as unlimited


EXAMPLES = int(os.environ.get("EARNTRACK_FUZZ_EXAMPLES", "6"))
ENDING = ("/api/v1/auth", "/api/v1/users/me")
"""Where a session may be ended: the next request needs another one."""

KEY = "Idempotency-Key"
"""Made by us, since a key is only for one request.

A document cannot say all that makes a request right: that a fee is below the
amount, or that an id is of something there. So a refusal is no finding.
"""

schema = schemathesis.openapi.from_dict(document())


class Server:
    """The product on a port of loopback, in a thread of its own."""

    def __init__(self, app):
        self.app = app
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self):
        self.thread.start()
        self.runner = web.AppRunner(self.app, access_log=None)
        self.run(self.runner.setup())
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        self.run(site.start())
        host, port = self.runner.addresses[0]
        self.origin = f"http://{host}:{port}"
        return self

    def __exit__(self, *_):
        self.run(self.runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def run(self, work):
        """Run something on the server's loop; return what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)


@cache
def token(origin):
    """Register somebody new, who lives elsewhere; return a token."""
    email = f"{uuid4()}@example.org"
    user = {"email": email, "password": PASSWORD, "name": "Ada"}
    place = {"X-Forwarded-For": str(IPv6Address(uuid4().int))}
    auth = f"{origin}/api/v1/auth"
    requests.post(f"{auth}/register", json=user, headers=place, timeout=60)
    del user["name"]
    answer = requests.post(
        f"{auth}/login", json=user, headers=place, timeout=60
    )
    return answer.json()["accessToken"]


@pytest.fixture(name="origin", scope="module")
def _origin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    et = opened(f"sqlite:///{folder}/book.db", folder)
    behind = unlimited(folder, trusted_proxies="127.0.0.1")
    with Server(make_app(et, behind)) as server:
        yield server.origin
    et.close()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
def test_answers_as_documented(case, origin):
    """No request makes the server fail, or say what is not documented."""
    headers = {"Authorization": f"Bearer {token(origin)}"}
    if case.path.startswith(ENDING):
        token.cache_clear()
    if KEY in (case.headers or {}) and case.meta.generation.mode.is_positive:
        case.headers[KEY] = str(uuid4())
    case.call_and_validate(
        base_url=origin,
        headers=headers,
        excluded_checks=[positive_data_acceptance],
    )
