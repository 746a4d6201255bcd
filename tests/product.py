"""The whole product, served for a test: real adapters, real HTTP."""

from functools import cache
from pathlib import Path

from aiohttp import FormData

from earntrack_adapters.auth.keys import Keys, new_key
from earntrack_adapters.auth.passwords import Argon2Hasher
from earntrack_adapters.auth.tokens import JwtSigner
from earntrack_adapters.email.writer import JinjaWriter
from earntrack_adapters.memory.clock import system_clock
from earntrack_core import EarnTrack, Options
from earntrack_core.identity.means import Policy
from earntrack_server.config import load_settings


PASSWORD = "a long enough password"
WEAK = Argon2Hasher(memory=8, passes=1)
UPWORK = (
    "Date,Transaction ID,Transaction type,Transaction summary,"
    "Ref ID,Amount $,Current balance $\n"
    '"Jul 6, 2026",9001,Hourly,"Backend",9001-1,350.00,350.00\n'
    '"Jul 6, 2026",9001,Service Fee,"Backend",9001-2,-35.00,315.00\n'
    '"Jul 20, 2026",9002,Withdrawal,"To bank",9002-1,-315.00,0.00\n'
)


@cache
def keys():
    """Return keys; making them takes long enough to do it once."""
    return Keys.of(new_key(2048))


def opened(url, folder, **more):
    """Open EarnTrack with everything that a server needs."""
    folder = Path(folder)
    options = Options(
        files=(folder / "files").as_uri(),
        hasher=WEAK,
        signer=JwtSigner(keys=keys(), now=system_clock),
        writer=JinjaWriter(),
        **{"policy": Policy(verify_first=False, plan="business"), **more},
    )
    return EarnTrack.open(url, options)


def settings(folder, **more):
    """Return the settings of a server that limits nothing."""
    return load_settings(
        {
            "data_dir": folder,
            "rate_address": "1000000/min",
            "rate_user": "1000000/min",
            "rate_auth": "1000000/min",
            "rate_import": "1000000/min",
            **more,
        }
    )


async def signed_in(client, email):
    """Register somebody; return the headers that say who asks."""
    user = {"email": email, "password": PASSWORD, "name": "Somebody"}
    await client.post("/api/v1/auth/register", json=user)
    answer = await client.post(
        "/api/v1/auth/login", json={"email": email, "password": PASSWORD}
    )
    token = (await answer.json())["accessToken"]
    return {"Authorization": f"Bearer {token}"}


def form(content=UPWORK, name="upwork.csv", **fields):
    """Return a form with a statement."""
    data = FormData()
    data.add_field("file", as_bytes(content), filename=name)
    for field, value in fields.items():
        data.add_field(field, value)
    return data


def as_bytes(content):
    """Return the bytes of a text, or bytes as they are."""
    return content if isinstance(content, bytes) else content.encode()
