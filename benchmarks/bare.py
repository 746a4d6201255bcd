"""The least that the work can cost: a handler written for it alone.

It checks a token that it has seen before, stores the row and updates the
totals of the day in one statement, and knows nothing of currencies, events
or idempotency. `python -m benchmarks.bare postgres|sqlite URL PORT`.
"""

import asyncio
import json
import sqlite3
import sys
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

from aiohttp import web


TOKEN = "bare-token"
WORKSPACE = uuid.UUID(int=7)
PLATFORM = uuid.UUID(int=8)
TOKENS = {f"Bearer {TOKEN}": WORKSPACE}
SCHEMA = """
create table if not exists bare_earnings (
  id {uuid} primary key, workspace_id {uuid} not null, platform_id {uuid},
  earned_on date not null, gross bigint not null, seconds bigint,
  notes text not null, created_at {instant} not null);
create index if not exists bare_by_day
  on bare_earnings (workspace_id, earned_on, id);
create table if not exists bare_totals (
  workspace_id {uuid}, day date, platform_id {uuid}, currency char(3),
  count bigint, gross bigint, seconds bigint,
  primary key (workspace_id, day, platform_id, currency));
"""
POSTGRES_INSERT = """
with row as (
  insert into bare_earnings values ($1, $2, $3, $4, $5, $6, $7, $8)
  returning 1)
insert into bare_totals values ($2, $4, $3, 'USD', 1, $5, $6)
on conflict (workspace_id, day, platform_id, currency) do update
set count = bare_totals.count + 1,
    gross = bare_totals.gross + excluded.gross,
    seconds = bare_totals.seconds + excluded.seconds
"""
SELECT = (
    "select id, platform_id, earned_on, gross, seconds, notes, created_at"
    " from bare_earnings where workspace_id = {one}"
    " order by earned_on desc, id desc limit 50"
)


def _who(request):
    workspace = TOKENS.get(request.headers.get("Authorization", ""))
    if workspace is None:
        raise web.HTTPUnauthorized
    return workspace


def _row(workspace, body):
    return (
        uuid.uuid4(),
        workspace,
        PLATFORM,
        date.fromisoformat(body["date"]),
        int(Decimal(str(body["amount"])) * 100),
        int(body["hours"] * 3600),
        body["notes"],
        datetime.now(UTC),
    )


def _reply(row):
    return {
        "id": str(row[0]),
        "platformId": str(row[1]),
        "date": str(row[2]),
        "amount": row[3] / 100,
        "hours": (row[4] or 0) / 3600,
        "notes": row[5],
        "createdAt": str(row[6]),
    }


async def postgres(url):
    """Return the handlers on PostgreSQL."""
    import asyncpg

    pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
    await pool.execute(SCHEMA.format(uuid="uuid", instant="timestamptz"))

    async def create(request):
        workspace = _who(request)
        row = _row(workspace, await request.json())
        await pool.execute(POSTGRES_INSERT, *row)
        shown = _reply((row[0], *row[2:]))
        return web.json_response(shown, status=201)

    query = SELECT.format(one="$1")

    async def find(request):
        rows = await pool.fetch(query, _who(request))
        return web.json_response({"items": [_reply(row) for row in rows]})

    return create, find


async def sqlite(url):
    """Return the handlers on SQLite."""
    database = sqlite3.connect(url, isolation_level=None)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=normal")
    database.executescript(SCHEMA.format(uuid="text", instant="text"))
    upsert = (
        "insert into bare_totals values (?, ?, ?, 'USD', 1, ?, ?)"
        " on conflict do update set count = count + 1,"
        " gross = gross + excluded.gross, seconds = seconds + excluded.seconds"
    )

    async def create(request):
        workspace = _who(request)
        row = [
            one if isinstance(one, int) else str(one)
            for one in _row(workspace, await request.json())
        ]
        database.execute("begin immediate")
        database.execute(
            "insert into bare_earnings values (?, ?, ?, ?, ?, ?, ?, ?)", row
        )
        database.execute(upsert, (row[1], row[3], row[2], row[4], row[5]))
        database.execute("commit")
        return web.json_response(_reply((row[0], *row[2:])), status=201)

    query = SELECT.format(one="?")

    async def find(request):
        rows = database.execute(query, (str(_who(request)),)).fetchall()
        return web.json_response({"items": [_reply(row) for row in rows]})

    return create, find


async def main(kind, url, port):
    """Serve until told to stop."""
    create, find = await {"postgres": postgres, "sqlite": sqlite}[kind](url)
    app = web.Application()
    app.router.add_post("/api/v1/earnings", create)
    app.router.add_get("/api/v1/earnings", find)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()
    print(json.dumps({"ready": True}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
