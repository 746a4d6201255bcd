"""The folder of statements that lies beside the checkout, if it is there."""

import json
from pathlib import Path

import pytest


FOLDER = Path(__file__).resolve().parents[2] / "shared" / "statements"
SUFFIX = ".expected.json"


def statement_files():
    """Return every data file that has an expected result, by its path."""
    if not FOLDER.is_dir():
        return []
    return sorted(
        path.with_name(path.name.removesuffix(SUFFIX))
        for path in FOLDER.glob(f"*/*{SUFFIX}")
    )


def expected(path):
    """Return the expected result of a data file."""
    return json.loads(path.with_name(path.name + SUFFIX).read_text("utf-8"))


def name_of(path):
    """Return how a data file is called in this folder."""
    return path.relative_to(FOLDER).as_posix()


def needed():
    """Skip the test if the folder is not there."""
    if not FOLDER.is_dir():
        pytest.skip("the folder shared/statements is not beside the checkout")


def statement(name):
    """Return a data file by its path in the folder; skip without it."""
    needed()
    return FOLDER / name
