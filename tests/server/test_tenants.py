"""Two workspaces: what is the other's does not exist.

The places where ids go are read off the OpenAPI document: each path, query
and body of each operation that takes one.
"""

from uuid import UUID

import pytest

from earntrack_server.app import document, make_app
from product import UPWORK, form, opened, settings, signed_in


STRANGER = str(UUID(int=0x5CA1AB1E))
SAMPLES = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "email": "somebody@example.org",
}
WORDS = {
    "currency": "USD",
    "base": "EUR",
    "quote": "USD",
    "zone": "UTC",
    "colour": "#123456",
    "reason": "fees",
    "locale": "en",
    "cursor": None,
}
BOTH_WAYS = {"POST", "PUT", "PATCH"}
DOCUMENT = document()


def resolved(schema):
    """Follow references."""
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = DOCUMENT["components"]["schemas"][name]
    return schema


def is_id(schema):
    """Say whether a value is an id, or a list of ids, or perhaps none."""
    schema = resolved(schema)
    if schema.get("format") == "uuid":
        return True
    if "items" in schema and is_id(schema["items"]):
        return True
    return any(is_id(one) for one in schema.get("anyOf", ()))


def sample(name, schema, foreign):  # noqa: C901, PLR0911 -- a case each
    """Return a value that fits a schema; ids are the foreign one."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return sample(name, schema["anyOf"][0], foreign)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "uuid":
        return foreign
    if name in WORDS:
        return WORDS[name]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        return [sample(name, schema.get("items", {}), foreign)]
    if kind == "object":
        return body_of(schema, foreign)
    if kind in {"number", "integer"}:
        return 5
    if kind == "boolean":
        return True
    return SAMPLES.get(schema.get("format"), "something")


def body_of(schema, foreign):
    """Return a body with all that is required, and all ids."""
    schema = resolved(schema)
    required = schema.get("required", ())
    return {
        name: sample(name, one, foreign)
        for name, one in schema.get("properties", {}).items()
        if name in required or is_id(one)
    }


def operations():
    """Yield every operation that takes an id somewhere."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            queries = [
                one["name"]
                for one in operation.get("parameters", ())
                if one["in"] == "query" and is_id(one["schema"])
            ]
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            ids = schema is not None and any(
                is_id(one)
                for one in resolved(schema).get("properties", {}).values()
            )
            if "{" in path or queries or ids:
                yield pytest.param(
                    (method.upper(), path, queries, schema),
                    id=operation["operationId"],
                )


@pytest.fixture(name="client")
async def _client(aiohttp_client, tmp_path):
    et = opened(f"sqlite:///{tmp_path}/book.db", tmp_path)
    client = await aiohttp_client(make_app(et, settings(tmp_path)))
    yield client
    await client.close()
    et.close()


@pytest.fixture(name="hers")
async def _hers(client):
    """Return the ids of everything that Ada has."""
    ada = await signed_in(client, "ada@example.org")
    ids = {}

    async def made(name, path, body):
        answer = await client.post(path, json=body, headers=ada)
        tree = await answer.json()
        assert answer.status < 300, tree
        ids[name] = tree.get("id") or tree["payout"]["id"]

    await made("platforms", "/api/v1/platforms", {"name": "Upwork"})
    earning = {"platformId": ids["platforms"], "date": "2026-01-15"}
    await made("earnings", "/api/v1/earnings", {**earning, "amount": 500})
    await made("payouts", "/api/v1/payouts", {**earning, "amount": 450})
    rate = {"base": "EUR", "quote": "USD", "on": "2026-01-15", "value": 1.1}
    await made("rates", "/api/v1/rates", rate)
    change = {"ids": [ids["earnings"]], "category": "work"}
    await made("changes", "/api/v1/earnings/categorise", change)
    answer = await client.post(
        "/api/v1/imports", data=form(UPWORK), headers=ada
    )
    ids["imports"] = (await answer.json())["items"][0]["batchId"]
    answer = await client.get("/api/v1/users/me", headers=ada)
    ids["users"] = (await answer.json())["id"]
    ids["sessions"] = (
        await (
            await client.get("/api/v1/users/me/sessions", headers=ada)
        ).json()
    )["items"][0]["id"]
    return ids


async def asked(client, headers, operation, foreign):
    """Ask with an id; return the answer without what always differs."""
    method, path, queries, schema = operation
    answer = await client.request(
        method,
        path.replace("{id}", foreign),
        params=dict.fromkeys(queries, foreign),
        json=None if schema is None else body_of(schema, foreign),
        headers=headers,
    )
    text = await answer.text()
    request_id = answer.headers["X-Request-ID"]
    return answer.status, text.replace(request_id, "-").replace(foreign, "-")


@pytest.mark.parametrize("operation", list(operations()))
async def test_what_is_hers_does_not_exist(client, hers, operation):
    """With an id of another workspace it answers as with an unknown one."""
    bob = await signed_in(client, "bob@example.org")
    unknown = await asked(client, bob, operation, STRANGER)

    for kind, foreign in hers.items():
        answer = await asked(client, bob, operation, foreign)

        assert answer == unknown, kind


async def test_nothing_of_hers_has_changed(client, hers):
    """After all that, what is hers is as it was."""
    bob = await signed_in(client, "bob@example.org")
    ada = await signed_in(client, "ada@example.org")
    before = await _everything(client, ada)

    for operation in operations():
        for foreign in hers.values():
            await asked(client, bob, operation.values[0], foreign)

    assert await _everything(client, ada) == before


async def _everything(client, headers):
    trees = []
    for name in ("platforms", "earnings", "payouts", "rates", "imports"):
        answer = await client.get(f"/api/v1/{name}", headers=headers)
        trees.append(await answer.json())
    return trees
