"""What `pip install` means on a page: EarnTrack is there already.

A package in a folder of the page is really installed; for others it is only
checked that EarnTrack has the extras that the page asks for.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement


ROOT = Path(__file__).parents[2]
OURS = "earntrack"
ELSEWHERE = {"flask", "nox", "websockets"}
"""What pages may ask for besides; the tests have it, or do not need it."""


def main(arguments):
    """Install what pages ask for.

    Raises:
        SystemExit: There is no such package, or no such extra.
    """
    command, *wanted = arguments
    if command != "install":
        sys.exit(f"pages only install: {command}")
    for one in wanted:
        if one.startswith("./"):
            install(one)
        else:
            check(one)


def check(text):
    """Insist that something is EarnTrack with extras that exist."""
    requirement = Requirement(re.sub(r"^\.(?=\[|$)", OURS, text))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].keys()
    if requirement.name not in {OURS, *ELSEWHERE}:
        sys.exit(f"pages do not install {requirement.name}")
    if requirement.name == OURS and requirement.extras - extras:
        sys.exit(f"there are no extras {requirement.extras - extras}")


def install(folder):
    """Install the package in a folder, where this Python will find it."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet"),
            *("--no-index", "--no-deps", "--no-build-isolation"),
            *("--target", str(Path(os.environ["HOME"]) / ".site"), folder),
        ],
        check=True,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )


if __name__ == "__main__":
    main(sys.argv[1:])
