"""What `nox -s` means on a page: the session exists; it runs elsewhere."""

import ast
import sys
from pathlib import Path


NOXFILE = Path(__file__).parents[2] / "noxfile.py"


def sessions():
    """Return the names of the sessions."""
    tree = ast.parse(NOXFILE.read_text("utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("session" in ast.unparse(one) for one in node.decorator_list)
    }


def main(arguments):
    """Look for the sessions that a page runs.

    Raises:
        SystemExit: There is no such session.
    """
    if arguments and arguments[0] == "-s":
        missing = {arguments[1]} - sessions()
        if missing:
            sys.exit(f"there are no sessions {missing}")


if __name__ == "__main__":
    main(sys.argv[1:])
