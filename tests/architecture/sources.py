"""What the tests of this folder read: our own source, as text and as trees."""

import ast
from functools import cache
from pathlib import Path

from attrs import frozen


ROOT = Path(__file__).parents[2]
FOLDERS = [
    ROOT / name
    for name in (
        ".ci",
        "benchmarks",
        "changelog.d",
        "docs",
        "examples",
        "src",
        "tests",
    )
]
GENERATED = {"__pycache__", "_build", "results"}
PACKAGES = ("earntrack_core", "earntrack_adapters", "earntrack_server")


@frozen
class Module:
    """A module of ours."""

    name: str
    path: Path
    text: str
    tree: ast.Module


@cache
def modules():
    """Return all modules of the three packages."""
    return tuple(
        _module(path)
        for package in PACKAGES
        for path in sorted((ROOT / "src" / package).rglob("*.py"))
    )


def _module(path):
    text = path.read_text("utf-8")
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    return Module(name, path, text, ast.parse(text))


@cache
def texts():
    """Return the path and text of every text file of the project."""
    inside = (path for folder in FOLDERS for path in folder.rglob("*"))
    return tuple(
        (path, text)
        for path in [*ROOT.iterdir(), *inside]
        if path.is_file()
        and not GENERATED & {*path.parts}
        and (text := _text(path)) is not None
    )


def _text(path):
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None
