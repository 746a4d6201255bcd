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
    """Say which vendored files differ from the hashes beside them."""
    problems = []
    for sums in Path("src").rglob("vendor/SHA256SUMS"):
        told = dict(
            reversed(line.split(maxsplit=1))
            for line in sums.read_text("utf-8").splitlines()
        )
        found = {
            path.relative_to(sums.parent).as_posix(): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in sums.parent.rglob("*")
            if path.is_file() and path != sums
        }
        problems += [
            f"{sums.parent / name} is not what {sums} says"
            for name in sorted(told.keys() | found.keys())
            if told.get(name) != found.get(name)
        ]
    return problems


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
    session.run("coverage", "run", "-m", "pytest", *chosen)
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
    chosen = session.posargs or ("tests/unit", "tests/contract")
    session.run("pytest", *chosen)


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
