"""Commands of the operator: migrate, check, doctor, openapi, users."""

import sys
from getpass import getpass
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.text import Text

from earntrack_core.identity.model import NewUser
from earntrack_core.kernel.actor import Role
from earntrack_server.cli.common import Database, Json, settings_with
from earntrack_server.cli.examining import examined
from earntrack_server.cli.outcome import (
    Ended,
    Exit,
    ending,
    err,
    out,
    show_json,
)
from earntrack_server.opening import open_local


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
        found = et.parts.storage.check(repair=repair)
        left = et.parts.storage.check() if repair else found
    if json_output:
        show_json({"problems": list(found), "left": list(left)})
    else:
        for one in found:
            out.print(one)
        out.print(_verdict(len(found), len(left)))
    if left:
        raise Ended(Exit.FAULTY)


def _verdict(found: int, left: int) -> str:
    if not found:
        return "Everything fits."
    if not left:
        return f"{found} mended."
    return f"{left} wrong; --repair rebuilds what can be rebuilt."


def doctor(*, json_output: Json = False, database: Database = None) -> None:
    """Check the settings and everything that the server talks to."""
    with ending(json_output=json_output):
        settings = settings_with(database)
        results = tuple(examined(settings))
    if json_output:
        show_json([{"what": one, "problem": bad} for one, bad, _ in results])
    else:
        for what, bad, _ in results:
            mark = ("✗", "red") if bad else ("✓", "green")
            out.print(Text.assemble(mark, f" {what} {bad}".rstrip()))
    worst = max((code for _, _, code in results), default=Exit.DONE)
    if worst is not Exit.DONE:
        raise Ended(worst)


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
