"""How Sphinx builds this documentation."""

import importlib
import pkgutil
from collections.abc import Iterator
from importlib import metadata

import earntrack_core
from earntrack_core.kernel.errors import EarnTrackError


def _version() -> str:
    try:
        return metadata.version("earntrack")
    except metadata.PackageNotFoundError:
        return ""


project = "EarnTrack"
author = "The EarnTrack developers"
copyright = f"2026, {author}"  # noqa: A001 -- the name is Sphinx's
release = _version()

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "EarnTrack"
html_copy_source = False

myst_enable_extensions = ["colon_fence", "deflist", "substitution"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_display_short_literal_types = True
nitpicky = True
nitpick_ignore_regex = [
    # other people's types are in other people's documentation
    ("py:.*", r"(?!earntrack_).*"),
    # type variables, aliases and new types are no classes to link to
    ("py:class", r"earntrack_core\..*\.([A-Z]|\w+Id|Clock|LookUp)"),
]

doctest_global_setup = """
from datetime import UTC, date, datetime, time
from decimal import Decimal
"""


def _kinds(kind: type[EarnTrackError]) -> Iterator[type[EarnTrackError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds(child)


def _error_table() -> str:
    """Return all errors of the core as a table: code, class, meaning."""
    modules = pkgutil.walk_packages(earntrack_core.__path__, "earntrack_core.")
    for module in modules:
        if ".testing" not in module.name:
            importlib.import_module(module.name)
    rows = (
        f"| `{kind.code}` | `{kind.__name__}` | `{kind.__base__.__name__}` "
        f"| {(kind.__doc__ or '').splitlines()[0]} |"
        for kind in sorted(_kinds(EarnTrackError), key=lambda one: one.code)
        if kind.__base__ is not None
    )
    return "\n".join(
        [
            "| Code | Class | Is a | Means |",
            "|---|---|---|---|",
            *dict.fromkeys(rows),
        ]
    )


myst_substitutions = {"errors": _error_table()}
