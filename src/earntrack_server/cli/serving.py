"""`earntrack serve`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from attrs import evolve
from cyclopts import Parameter
from rich.text import Text

from earntrack_server.checks import is_loopback
from earntrack_server.cli.common import Database, settings_with
from earntrack_server.cli.outcome import ending, err
from earntrack_server.config import Settings
from earntrack_server.opening import open_served
from earntrack_server.safety import insist_on_safety


def serve(
    *,
    demo: Annotated[
        bool,
        Parameter(
            negative="",
            help="Show a fresh database with one year of a freelancer.",
        ),
    ] = False,
    host: Annotated[
        str | None, Parameter(help="Address to listen on.")
    ] = None,
    port: Annotated[int | None, Parameter(help="Port.")] = None,
    database: Database = None,
    redis: Annotated[str | None, Parameter(help="URL of Redis.")] = None,
    workers: Annotated[int | None, Parameter(help="Processes.")] = None,
) -> None:
    """Serve the web pages and the API until told to stop."""
    given = {
        "host": host,
        "port": port,
        "redis": redis,
        "workers": workers,
    }
    with ending():
        settings = settings_with(database, **given)
        insist_on_safety(settings)
        if demo:
            with TemporaryDirectory(prefix="earntrack-") as folder:
                own = settings.database if database is not None else None
                fresh = evolve(settings, data_dir=Path(folder), database=own)
                _serve(fresh, demo=True)
        else:
            _serve(settings, demo=False)


def _serve(settings: Settings, *, demo: bool) -> None:
    from earntrack_server import serving  # noqa: PLC0415 -- slow to load

    visitor = None
    with open_served(settings) as et:
        if demo:
            from earntrack_server.demo import fill  # noqa: PLC0415 -- slow

            filled = fill(et)
            visitor = filled if is_loopback(settings.host) else None
    listener = serving.bound(settings)
    place = (settings.origin, "bold")
    err.print(Text.assemble("EarnTrack is at ", place, " (Ctrl+C stops it)"))
    serving.serve(settings, listener, visitor)
