# ruff: noqa: INP001 -- a script, not a package
"""Fetch what is shipped of others from npm, exactly as `vendor.toml` says.

    python tools/vendor.py           fetch, verify and unpack everything
    python tools/vendor.py --check   verify what is there, without a network

Each folder gets a `vendored.json`: package, version, licence, and the SHA-256
of the archive and of each file.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final


ROOT: Final = Path(__file__).parents[1]
LIST: Final = Path(__file__).with_name("vendor.toml")
RECORD: Final = "vendored.json"
INSIDE: Final = "package/"
"""The folder that npm puts everything into."""

Package = dict[str, Any]


def fingerprint(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def packages() -> list[Package]:
    """Return what `vendor.toml` lists."""
    with LIST.open("rb") as file:
        listed: list[Package] = tomllib.load(file)["package"]
    return listed


def fetch(package: Package, folder: Path) -> bytes:
    """Return the archive of a package.

    Raises:
        ValueError: It is not the one that was listed.
    """
    wanted = f"{package['name']}@{package['version']}"
    subprocess.run(  # noqa: S603 -- the list is ours
        ["npm", "pack", "--silent", wanted],  # noqa: S607 -- npm of the path
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    content = archive.read_bytes()
    if fingerprint(content) != package["sha256"]:
        message = (
            f"{wanted} is {fingerprint(content)}, not {package['sha256']}"
        )
        raise ValueError(message)
    return content


def unpack(package: Package, archive: Path) -> dict[str, bytes]:
    """Return the files that are wanted of a package."""
    found: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for name in package["files"]:
            member = tar.extractfile(INSIDE + name)
            if member is None:
                message = f"{package['name']} has no file {name}"
                raise ValueError(message)
            found[name] = member.read()
    return found


def write(package: Package, files: dict[str, bytes]) -> None:
    """Write the files of a package, and the record of them."""
    target = ROOT / package["target"]
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    record = {
        "name": package["name"],
        "version": package["version"],
        "licence": package["licence"],
        "sha256": package["sha256"],
        "files": {name: fingerprint(files[name]) for name in sorted(files)},
    }
    text = json.dumps(record, indent=2) + "\n"
    (target / RECORD).write_text(text, encoding="utf-8")


def fill() -> None:
    """Fetch everything anew."""
    for package in packages():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            fetch(package, folder)
            (archive,) = folder.glob("*.tgz")
            write(package, unpack(package, archive))


def faults() -> Iterator[str]:
    """Return what differs from what was vendored."""
    for package in packages():
        target = ROOT / package["target"]
        record = target / RECORD
        if not record.exists():
            yield f"{package['name']} was never fetched"
            continue
        noted = json.loads(record.read_text(encoding="utf-8"))
        for key in ("name", "version", "licence", "sha256"):
            if noted[key] != package[key]:
                yield f"{package['name']}: {key} is {noted[key]}"
        for name, expected in noted["files"].items():
            path = target / name
            if not path.exists() or fingerprint(path.read_bytes()) != expected:
                yield f"{package['name']}: {name} was changed"


def main() -> int:
    """Do what the command line says."""
    if "--check" not in sys.argv[1:]:
        fill()
    found = list(faults())
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
