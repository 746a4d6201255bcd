"""The gates: `nox -s tests`, or `nox` for all that a change must pass."""

import hashlib
import json
from pathlib import Path
from typing import Final

import nox


PYPROJECT: Final = nox.project.load_toml("pyproject.toml")
PACKAGES: Final = {
    "earntrack_core": 100,
    "earntrack_adapters": 95,
    "earntrack_server": 95,
}
"""How many per cent of the branches of each package the tests take."""

ELSEWHERE: Final = ("--ignore=tests/browser", "--ignore=tests/examples")
"""Tests that have sessions of their own, since they need more."""

VENDORED: Final = "vendored.json"
"""Beside files of others: where they are from, and their hashes."""

KILLED: Final = 0.9
"""The share of mutants that the tests of the core must notice."""

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.sessions = ["lint", "types", "contracts", "tests", "docs"]


def install(session: nox.Session, group: str, *packages: str) -> None:
    """Install packages and a dependency group, in the tested versions."""
    needed = nox.project.dependency_groups(PYPROJECT, group)
    session.install("-c", "constraints.txt", *packages, *needed)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, dependencies, and files of others that must be unchanged."""
    install(session, "lint", ".[all,testing]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("deptry", "src")
    for problem in vendored_problems():
        session.error(problem)


def vendored_problems() -> list[str]:
    """Say which vendored files differ from the hashes kept beside them."""
    return [
        f"{folder / name} is not what {folder}/vendored.json says"
        for folder in {path.parent for path in Path("src").rglob(VENDORED)}
        for name, told, found in compared(folder)
        if told != found
    ]


def compared(folder: Path) -> list[tuple[str, str | None, str | None]]:
    """Return every file that was promised or found, with both hashes."""
    told = json.loads((folder / VENDORED).read_text("utf-8"))["files"]
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != VENDORED
    }
    return [
        (name, told.get(name), found.get(name))
        for name in sorted(told.keys() | found.keys())
    ]


@nox.session
def types(session: nox.Session) -> None:
    """Two readers of the types."""
    install(session, "types", ".[all,testing]")
    session.run("mypy")
    session.run("pyright", "--pythonpath", f"{session.bin}/python")


@nox.session
def contracts(session: nox.Session) -> None:
    """Who may import whom."""
    install(session, "contracts")
    session.run("lint-imports", env={"PYTHONPATH": "src"})


@nox.session
def tests(session: nox.Session) -> None:
    """All tests but those of the browser and the examples, with coverage.

    Arguments select tests; then the coverage is not judged.
    """
    install(session, "test", ".[all]")
    session.run("coverage", "erase")
    chosen = session.posargs or ELSEWHERE
    session.run("coverage", "run", "-m", "pytest", "-n", "auto", *chosen)
    session.run("coverage", "combine", "--quiet")
    if session.posargs:
        return
    for package, least in PACKAGES.items():
        session.run(
            "coverage",
            "report",
            f"--include=*/{package}/*",
            f"--fail-under={least}",
        )


@nox.session
def oldest(session: nox.Session) -> None:
    """The oldest versions of our dependencies that we promise to work."""
    versions = str(Path(session.create_tmp()) / "oldest.txt")
    session.install("uv")
    session.run(
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--resolution=lowest-direct",
        "--extra=all",
        f"--output-file={versions}",
        "pyproject.toml",
    )
    needed = nox.project.dependency_groups(PYPROJECT, "test")
    session.install("-c", versions, ".[all]", *needed)
    session.run("pytest", *(session.posargs or ELSEWHERE))


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, where every warning is an error, and its examples."""
    install(session, "docs", ".[all,testing]")
    for builder in ("html", "doctest"):
        session.run(
            "sphinx-build",
            "--nitpicky",
            "--fail-on-warning",
            "--keep-going",
            f"--builder={builder}",
            "docs",
            f"docs/_build/{builder}",
        )


@nox.session
def examples(session: nox.Session) -> None:
    """The examples, run as their readers would run them."""
    install(session, "examples", ".[all]")
    session.run("pytest", "tests/examples", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """The pages in a real browser: the Chromium of the machine."""
    install(session, "browser", ".[all]")
    session.run("pytest", "tests/browser", *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """Small mistakes put into the rules of the core: do tests notice?"""
    install(session, "mutation", ".[all]")
    session.run("mutmut", "run", *session.posargs)
    session.run("mutmut", "results")
    session.run("mutmut", "export-cicd-stats")
    told = Path("mutants/mutmut-cicd-stats.json").read_text("utf-8")
    stats = json.loads(told)
    killed = (stats["killed"] + stats["timeout"]) / stats["total"]
    session.log(f"{killed:.1%} of {stats['total']} mutants were noticed")
    if killed < KILLED:
        session.error(f"fewer than {KILLED:.0%}")


@nox.session
def bench(session: nox.Session) -> None:
    """How fast it is, as ratios to the least that the work can cost."""
    install(session, "bench", ".[all]")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """The distribution, and that it works where nothing else is."""
    install(session, "build")
    output = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", f"--outdir={output}")
    (wheel,) = output.glob("*.whl")
    session.install("-c", "constraints.txt", f"{wheel}[server]")
    session.run("earntrack", "--help")
