"""`earntrack`: the command."""

import sys

from cyclopts import App

from earntrack_server.cli import importing, listing, serving, upkeep
from earntrack_server.cli.outcome import Ended, Exit, err


app = App(
    name="earntrack",
    help="What is really left: exact net earnings from statements.",
    version_flags=["--version"],
)
app.command(serving.serve)
app.command(importing.import_files, name="import")
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


def main() -> None:
    """Run the command that was typed."""
    try:
        app()
    except Ended as end:
        sys.exit(end.code)
    except KeyboardInterrupt:
        err.print("Stopped.")
        sys.exit(Exit.PARTLY)


if __name__ == "__main__":
    main()
