"""How Sphinx builds this documentation."""

import sys
from importlib import metadata
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parent))

import reference_tables


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
    # what identity works with is nobody's to call
    ("py:class", r"earntrack_core\.identity\.means\.Means"),
    ("py:(class|obj)", r"earntrack_core\..*\.[A-Z]_(co|contra)"),
]

doctest_global_setup = """
from datetime import UTC, date, datetime, time
from decimal import Decimal
"""

myst_substitutions = reference_tables.substitutions()
