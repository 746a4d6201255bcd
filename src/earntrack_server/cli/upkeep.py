"""Commands of the operator: migrate, check, doctor, openapi, users."""

import sys
from collections.abc import Callable, Iterator
from getpass import getpass
from typing import Annotated, Any

from cyclopts import App, Parameter

from earntrack_core.identity.model import NewUser
from earntrack_core.kernel.actor import Role
from earntrack_core.kernel.errors import EarnTrackError
from earntrack_server.cli.common import Database, Json, settings_with
from earntrack_server.cli.outcome import (
    Ended,
    Exit,
    ending,
    err,
    out,
    show_json,
)
from earntrack_server.config import Settings
from earntrack_server.opening import open_local, open_served
from earntrack_server.safety import dangers


user = App(name="user", help="Manage the users of a server.")


def migrate(*, database: Database = None) -> None:
    """Bring the database's schema up to date; safe to repeat."""
    with ending():
        settings = settings_with(database)
        with open_local(settings, prepare=False) as et:
            et.parts.storage.prepare()
    out.print("The schema is up to date.")


def check(
    *,
    repair: Annotated[
        bool, Parameter(negative="", help="Mend what was found.")
    ] = False,
    json_output: Json = False,
    database: Database = None,
) -> None:
    """Look for what contradicts itself: rollups, references, numbers.

    Exit code 5 says that something was found and is not mended.
    """
    with (
        ending(json_output=json_output),
        open_local(settings_with(database)) as et,
    ):
        found = list(et.parts.storage.check(repair=repair))
    if json_output:
        show_json({"problems": found, "repaired": repair})
    else:
        for one in found:
            out.print(one, markup=False)
        out.print(_verdict(len(found), repair=repair))
    if found and not repair:
        raise Ended(Exit.FAULTY)


def _verdict(count: int, *, repair: bool) -> str:
    if not count:
        return "Everything fits."
    return f"{count} mended." if repair else f"{count} found; try --repair."


def doctor(*, json_output: Json = False, database: Database = None) -> None:
    """Check the settings and everything that the server talks to."""
    with ending(json_output=json_output):
        settings = settings_with(database)
        results = list(_examined(settings))
    if json_output:
        show_json([{"what": what, "problem": bad} for what, bad in results])
    else:
        for what, bad in results:
            mark = "[red]✗[/]" if bad else "[green]✓[/]"
            out.print(mark, what, bad or "", highlight=False)
    if any(bad for _, bad in results):
        raise Ended(Exit.UNAVAILABLE)


def _examined(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "settings", "; ".join(dangers(settings))
    probes: dict[str, Callable[[], object]] = {
        "database": lambda: _database(settings),
        "all adapters": lambda: _everything(settings),
    }
    for what, probe in probes.items():
        try:
            probe()
        except EarnTrackError as error:
            yield what, str(error)
        else:
            yield what, ""


def _database(settings: Settings) -> None:
    with open_local(settings) as et:
        et.parts.storage.ping()


def _everything(settings: Settings) -> None:
    with open_served(settings) as et:
        et.parts.storage.ping()


@user.command
def add(
    email: str,
    *,
    name: str = "",
    plan: str = "business",
    admin: Annotated[
        bool, Parameter(negative="", help="May run the installation.")
    ] = False,
    database: Database = None,
) -> None:
    """Add a user who may sign in; the password is asked for, or read."""
    with ending(), open_local(settings_with(database)) as et:
        new = NewUser(email=email, password=_password(), name=name)
        role = Role.ADMIN if admin else Role.OWNER
        et.identity.people.add(new, plan=plan, role=role)
    out.print(f"{email} may sign in.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass("Password: ")
    if first != getpass("Again: "):
        err.print("The passwords differ.")
        raise Ended(Exit.REFUSED)
    return first


def openapi() -> None:
    """Print the OpenAPI document of the HTTP API."""
    from earntrack_server.app import document  # noqa: PLC0415 -- slow to load

    tree: Any = document()
    show_json(tree)
