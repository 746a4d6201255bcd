"""How commands end: what they print when they fail, and their exit codes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, Final

from rich.console import Console

from earntrack_core.kernel.errors import (
    EarnTrackError,
    InvalidError,
    UnavailableError,
)
from earntrack_core.statements.errors import StatementError
from earntrack_server.config import SettingsError


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


out: Final = Console()
err: Final = Console(stderr=True)


class Ended(Exception):  # noqa: N818 -- it is an end, not always an error
    """The command is over."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code.name)
        self.code = code


def as_json(tree: Any) -> str:
    """Return *tree* as JSON for scripts."""
    return json.dumps(tree, ensure_ascii=False, indent=2, default=str)


def show_json(tree: Any) -> None:
    """Print *tree* as JSON, and nothing else, to standard output."""
    sys.stdout.write(as_json(tree) + "\n")


def error_tree(error: EarnTrackError) -> dict[str, Any]:
    """Return what scripts learn about an error."""
    if isinstance(error, StatementError):
        return {
            "code": error.reason,
            "message": error.message,
            "hint": error.hint,
        }
    return {"code": error.code, "message": str(error), "hint": ""}


def code_of(error: EarnTrackError) -> Exit:
    """Return the exit code for an error."""
    if isinstance(error, UnavailableError):
        return Exit.UNAVAILABLE
    return Exit.REFUSED


def show_error(error: EarnTrackError) -> None:
    """Print an error for people, with the way out."""
    tree = error_tree(error)
    err.print(f"[bold red]{tree['code']}[/]", tree["message"], markup=True)
    if tree["hint"]:
        err.print(f"  {tree['hint']}", markup=False)
    if isinstance(error, InvalidError):
        for one in error.problems[1:]:
            err.print(f"  {one.field}: {one.problem}", markup=False)


@contextmanager
def ending(*, json_output: bool = False) -> Iterator[None]:
    """Turn what goes wrong inside into a message and an exit code.

    Raises:
        Ended: Something did.
    """
    try:
        yield
    except EarnTrackError as error:
        if json_output:
            show_json({"error": error_tree(error)})
        else:
            show_error(error)
        raise Ended(code_of(error)) from error
    except SettingsError as error:
        err.print(f"[bold red]settings[/] {error}")
        raise Ended(Exit.REFUSED) from error
    except OSError as error:
        err.print(f"[bold red]{type(error).__name__}[/] {error}")
        raise Ended(Exit.REFUSED) from error
