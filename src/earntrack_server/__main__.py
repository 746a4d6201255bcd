"""`earntrack`: the command."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from cyclopts import App

from earntrack_server.cli import importing, listing, serving, upkeep
from earntrack_server.cli.outcome import Ended, Exit, err
from earntrack_server.release import release


app = App(
    name="earntrack",
    help="What is really left: exact net earnings from statements.",
    version=release,
    version_flags=["--version"],
)
app.command(serving.serve)
app.command(importing.import_files, name="import")
app.command(importing.imports)
app.command(importing.undo)
app.command(listing.earnings)
app.command(listing.platforms)
app.command(listing.formats)
app.command(listing.plugins)
app.command(upkeep.migrate)
app.command(upkeep.check)
app.command(upkeep.doctor)
app.command(upkeep.openapi)
app.command(upkeep.user)


def main(tokens: Sequence[str] | None = None) -> NoReturn:
    """Run the command that was typed."""
    try:
        app(tokens)
    except Ended as end:
        sys.exit(end.code)
    except KeyboardInterrupt:
        err.print("Stopped.")
        sys.exit(Exit.STOPPED)
    except BrokenPipeError:
        _unread()
    sys.exit(Exit.DONE)


def _unread() -> None:
    """Let what nobody reads go nowhere, so that the end is a quiet one."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


if __name__ == "__main__":
    main()
