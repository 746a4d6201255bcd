"""How commands end: what they print when they fail, and their exit codes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console
from rich.text import Text

from earntrack_core.kernel.errors import EarnTrackError, UnavailableError
from earntrack_core.statements.errors import StatementError
from earntrack_server.config import SettingsError
from earntrack_server.http.text import exact


class Exit(IntEnum):
    """What the exit code of a command says."""

    DONE = 0
    PARTLY = 1
    """It worked, but some records could not be read."""
    REFUSED = 2
    """The input is wrong: nothing was changed."""
    QUESTIONS = 3
    """The file does not tell something: answer by an option."""
    UNAVAILABLE = 4
    """A database, Redis or mail server cannot be reached."""
    FAULTY = 5
    """`check` found something that contradicts itself."""
    STOPPED = 130
    """Ctrl+C was pressed, as shells count it."""


LAYOUT: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def _console(*, stderr: bool) -> Console:
    """Return where to print; what users call things comes as it is."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


out: Final = _console(stderr=False)
err: Final = _console(stderr=True)


class Ended(Exception):  # noqa: N818 -- it is an end, not always an error
    """The command is over."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code.name)
        self.code = code


class FileError(EarnTrackError):
    """A file that was named cannot be opened."""

    code = "file"


def unopened(path: Path, error: OSError) -> FileError:
    """Return the error that says which file cannot be opened, and why."""
    return FileError(f"{path} cannot be opened: {error.strerror}.")


def show_json(tree: Any) -> None:
    """Print *tree* as JSON, and nothing else, to standard output."""
    text = orjson.dumps(tree, default=exact, option=LAYOUT)
    sys.stdout.write(text.decode())
    sys.stdout.flush()


def error_tree(error: Exception) -> dict[str, Any]:
    """Return what scripts learn about an error."""
    if isinstance(error, StatementError):
        return _tree(error.reason, error.message, error.hint)
    if isinstance(error, EarnTrackError):
        return _tree(error.code, str(error))
    if isinstance(error, SettingsError):
        return _tree("settings", str(error))
    return _tree("system", str(error))


def _tree(code: str, message: str, hint: str = "") -> dict[str, Any]:
    return {"code": code, "message": message, "hint": hint}


def code_of(error: Exception) -> Exit:
    """Return the exit code for an error."""
    if isinstance(error, UnavailableError):
        return Exit.UNAVAILABLE
    return Exit.REFUSED


def show_error(error: Exception) -> None:
    """Print an error for people, with the way out."""
    tree = error_tree(error)
    err.print(Text.assemble((tree["code"], "bold red"), " ", tree["message"]))
    if tree["hint"]:
        err.print(f"  {tree['hint']}")


@contextmanager
def ending(*, json_output: bool = False) -> Iterator[None]:
    """Turn what goes wrong inside into a message and an exit code.

    Raises:
        Ended: Something did.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except (EarnTrackError, SettingsError, OSError) as error:
        if json_output:
            show_json({"error": error_tree(error)})
        else:
            show_error(error)
        raise Ended(code_of(error)) from error
