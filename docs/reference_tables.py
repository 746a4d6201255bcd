# ruff: noqa: INP001 -- Sphinx puts this folder on the path
"""Tables of the reference, made of what the code says of itself."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from inspect import getsource
from itertools import pairwise
from textwrap import dedent
from types import ModuleType
from typing import Any, Final

from attrs import NOTHING, fields

import earntrack_adapters
import earntrack_core
import earntrack_server
from earntrack_core.identity.events import (
    SessionEvent,
    UserEvent,
    WorkspaceUpdated,
)
from earntrack_core.identity.plans import PLANS
from earntrack_core.kernel.errors import EarnTrackError
from earntrack_core.kernel.events import Event
from earntrack_core.statements.events import ImportProgress
from earntrack_server.__main__ import app
from earntrack_server.app import api_routes
from earntrack_server.cli.outcome import Exit
from earntrack_server.config import PREFIX, Settings
from earntrack_server.http.problems import status_of
from earntrack_server.http.route import Route


HEADING: Final = re.compile(r"^#+ (earntrack(?: \w+)+)$", re.MULTILINE)
FENCE: Final = re.compile(r"^```console\n.*\n```$", re.MULTILINE)
"""What is generated: a heading of a command, and how it is typed."""

PACKAGES: Final = (earntrack_core, earntrack_adapters, earntrack_server)
NAMES: Final = frozenset(package.__name__ for package in PACKAGES)
APART: Final = (".testing", ".migrations.", "__main__")
"""Modules that are not imported to look at them."""

UNSTORED: Final = (UserEvent, SessionEvent, WorkspaceUpdated, ImportProgress)
"""Events that are told, and not kept."""


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown."""
    lines = [list(heads), *([str(cell) for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def first_line(thing: object) -> str:
    """Return the first line of what a thing says of itself."""
    return (thing.__doc__ or "").partition("\n")[0]


def load(package: ModuleType) -> None:
    """Import all modules of a package, so that its classes are known."""
    path = f"{package.__name__}."
    for module in pkgutil.walk_packages(package.__path__, path):
        if not any(part in module.name for part in APART):
            importlib.import_module(module.name)


def below(kind: type[Any]) -> Iterator[type[Any]]:
    """Yield all classes of ours below a class."""
    for child in kind.__subclasses__():
        if child.__module__.partition(".")[0] in NAMES:
            yield child
        yield from below(child)


def error_kinds() -> list[type[EarnTrackError]]:
    """Return the errors, by code; of two with one code, the first."""
    for package in PACKAGES:
        load(package)
    kinds: dict[str, type[EarnTrackError]] = {}
    for kind in below(EarnTrackError):
        if "code" in vars(kind):
            kinds.setdefault(kind.code, kind)
    return [kinds[code] for code in sorted(kinds)]


def errors() -> str:
    """Return all errors: code, class, HTTP status, meaning."""
    return table(
        ("Code", "Class", "Is a", "HTTP", "Means"),
        (
            (
                f"`{kind.code}`",
                f"`{kind.__name__}`",
                f"`{kind.__mro__[1].__name__}`",
                http_status(kind),
                first_line(kind),
            )
            for kind in error_kinds()
        ),
    )


def http_status(kind: type[EarnTrackError]) -> int | str:
    """Return what the server answers with; nothing for what stops it."""
    status = status_of(kind)
    return "" if status is HTTPStatus.INTERNAL_SERVER_ERROR else int(status)


def event_kinds(*, stored: bool) -> list[type[Event]]:
    """Return the events that are told, by topic."""
    load(earntrack_core)
    return sorted(
        (
            kind
            for kind in below(Event)
            if not kind.__subclasses__()
            and issubclass(kind, UNSTORED) is not stored
        ),
        key=lambda kind: kind.topic,
    )


def events(*, stored: bool) -> str:
    """Return events: topic, class, what they carry, meaning."""
    return table(
        ("Topic", "Class", "Carries", "Means"),
        (
            (
                f"`{kind.topic}`",
                f"`{kind.__name__}`",
                ", ".join(f"`{name}`" for name in carried(kind)),
                first_line(kind),
            )
            for kind in event_kinds(stored=stored)
        ),
    )


def carried(kind: type[Event]) -> list[str]:
    """Return the fields of an event, but for its workspace."""
    own = [one.name for one in fields(kind)]
    return [name for name in own if name != "workspace_id"]


def settings() -> str:
    """Return the settings: variable, default, meaning."""
    return table(
        ("Variable", "Default", "Means"),
        (
            (
                f"`{PREFIX}{one.name.upper()}`",
                default_of(one),
                one.metadata["typed-settings"]["help"],
            )
            for one in fields(Settings)
        ),
    )


def default_of(one: Any) -> str:
    """Return the default of a setting, if it has one everywhere."""
    known = one.default not in (None, NOTHING, (), "")
    return f"`{one.default}`" if known and not told_later(one) else ""


def told_later(one: Any) -> bool:
    """Say whether a default depends on the machine."""
    return type(one.default).__name__ == "Factory"


def commands() -> dict[str, str]:
    """Return the commands by name, with what each takes."""
    parts = HEADING.split(app.generate_docs())
    found = {
        name.removeprefix("earntrack "): FENCE.sub("", text).strip()
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    groups = {name.rpartition(" ")[0] for name in found}
    return {name: text for name, text in found.items() if name not in groups}


def exit_codes() -> str:
    """Return the exit codes of the command, and what they say."""
    said = attribute_docs(Exit)
    return table(
        ("Code", "Name", "Means"),
        (
            (f"`{code.value}`", f"`{code.name}`", said.get(code.name, "Done."))
            for code in Exit
        ),
    )


def attribute_docs(kind: type) -> dict[str, str]:
    """Return what a class says below its attributes."""
    (tree,) = ast.parse(dedent(getsource(kind))).body
    body = getattr(tree, "body", [])
    return {
        ast.unparse(one.targets[0]): ast.literal_eval(doc.value)
        for one, doc in pairwise(body)
        if isinstance(one, ast.Assign)
        and isinstance(doc, ast.Expr)
        and isinstance(doc.value, ast.Constant)
    }


def routes() -> list[Route]:
    """Return the documented routes of the API."""
    return api_routes("earntrack")


def route_table() -> str:
    """Return the routes: method, path, what for, who, how they behave."""
    return table(
        ("Method", "Path", "Does", "Who", "Takes"),
        (
            (
                f"`{route.method}`",
                f"`{route.path}`",
                f"{route.summary}.",
                route.policy.role or "anybody",
                ", ".join(traits(route)),
            )
            for route in routes()
        ),
    )


def traits(route: Route) -> Iterator[str]:
    """Yield the headers and parameters that a route takes besides."""
    if route.paged:
        yield "pages"
    if route.idempotent:
        yield "key"
    if route.etag and not route.is_safe:
        yield "match"


def plans() -> str:
    """Return the plans: key, how many platforms and members, features."""
    return table(
        ("Key", "Platforms", "Members", "Features"),
        (
            (
                f"`{plan.key}`",
                "any" if plan.platforms is None else plan.platforms,
                "any" if plan.members is None else plan.members,
                ", ".join(f"`{one}`" for one in sorted(plan.features)),
            )
            for plan in PLANS.values()
        ),
    )


def substitutions() -> dict[str, str]:
    """Return the tables by the names that pages call them."""
    return {
        "errors": errors(),
        "events": events(stored=True),
        "unstored": events(stored=False),
        "settings": settings(),
        "exits": exit_codes(),
        "routes": route_table(),
        "plans": plans(),
        **{
            f"cli_{name.replace(' ', '_')}": text
            for name, text in commands().items()
        },
    }
