"""Specs out of TOML: strict, with key paths and what was probably meant."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from attrs import frozen

from earntrack_adapters.statements.spec import Spec
from earntrack_adapters.statements.spec_rules import problems_of
from earntrack_adapters.statements.spec_structure import SpecError, structure


PACKAGE: Final = "earntrack_adapters.statements"
FOLDER: Final = "specs"
SUFFIX: Final = ".toml"


@frozen
class BrokenSpec:
    """A spec that cannot be used: its file, and everything wrong in it."""

    name: str
    problems: tuple[str, ...]


@lru_cache(maxsize=256)  # hosts and tests open EarnTrack more than once
def load_spec(text: str, name: str = "spec") -> Spec:
    """Return the spec that a TOML text describes.

    Raises:
        SpecError: It is no TOML, has unknown keys, lacks some, or names
            columns that it does not know.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(name, (f"is no TOML: {error}",)) from error
    problems: list[str] = []
    spec: Spec | None = structure(data, Spec, problems)
    if spec is not None:
        problems.extend(problems_of(spec))
    if spec is None or problems:
        raise SpecError(name, tuple(problems))
    return spec


def built_in_texts() -> dict[str, str]:
    """Return the specs that come with EarnTrack, by file name."""
    folder = files(PACKAGE).joinpath(FOLDER)
    return {
        one.name: one.read_text("utf-8")
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(SUFFIX)
    }


def texts_in(folder: Path) -> tuple[dict[str, str], list[BrokenSpec]]:
    """Return the specs in a user's folder, and the files that are no text."""
    texts: dict[str, str] = {}
    broken: list[BrokenSpec] = []
    try:
        paths = sorted(folder.glob(f"*{SUFFIX}"))
    except OSError as error:
        return {}, [BrokenSpec(str(folder), (f"cannot be read: {error}",))]
    for path in paths:
        try:
            texts[str(path)] = path.read_text("utf-8")
        except (OSError, UnicodeError) as error:
            broken.append(BrokenSpec(str(path), (f"cannot be read: {error}",)))
    return texts, broken


def load_all(
    texts: Mapping[str, str],
) -> tuple[dict[str, Spec], list[BrokenSpec]]:
    """Return the specs that can be used, by file, and those that cannot."""
    good: dict[str, Spec] = {}
    broken: list[BrokenSpec] = []
    for name, text in texts.items():
        try:
            good[name] = load_spec(text, name)
        except SpecError as error:
            broken.append(BrokenSpec(name, error.problems))
    return good, broken


@frozen
class Shelf:
    """All specs that can be used, those that cannot, and what to know."""

    specs: tuple[Spec, ...]
    broken: tuple[BrokenSpec, ...] = ()
    notes: tuple[str, ...] = ()


def shelf(folders: Iterable[Path] = ()) -> Shelf:
    """Return the specs of the package and of users' folders.

    Of two specs with one id the later one wins, and a note says so.
    """
    good, broken = load_all(built_in_texts())
    for folder in folders:
        texts, unreadable = texts_in(folder)
        more, wrong = load_all(texts)
        good |= more
        broken += [*unreadable, *wrong]
    by_id: dict[str, tuple[str, Spec]] = {}
    notes: list[str] = []
    for name, spec in good.items():
        if spec.id in by_id:
            notes.append(
                f"{name} replaces {by_id[spec.id][0]}: both are {spec.id}"
            )
        by_id[spec.id] = (name, spec)
    specs = tuple(spec for _, spec in by_id.values())
    return Shelf(specs, tuple(broken), tuple(notes))
