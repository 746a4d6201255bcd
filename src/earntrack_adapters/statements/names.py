"""Headings and words, compared as people compare them."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final


COLON: Final = re.compile(r"\s*:\s*")
ZERO_WIDTH: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f"))
WILD: Final = "*"
LONGEST: Final = 500
"""Characters of a text that a pattern looks at."""


@lru_cache(maxsize=20_000)
def key_of(text: str) -> str:
    """Return *text* without what does not tell two words apart.

    Width, case, byte order marks and kinds and numbers of blanks do not;
    neither do blanks around a colon.
    """
    plain = unicodedata.normalize("NFKC", text).translate(ZERO_WIDTH)
    return COLON.sub(":", " ".join(plain.split())).casefold()


def is_pattern(name: str) -> bool:
    """Say whether *name* stands for several headings."""
    return WILD in name


@lru_cache(maxsize=5_000)
def pattern_of(name: str) -> re.Pattern[str]:
    """Return what fits a name with `*`; each group is what a `*` hides."""
    parts = map(re.escape, key_of(name).split(WILD))
    return re.compile("(.*)".join(parts), re.DOTALL)


@lru_cache(maxsize=5_000)
def fits(names: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a test whether a text is one of *names*, which may have `*`."""
    literal = frozenset(key_of(name) for name in names if WILD not in name)
    wild = tuple(pattern_of(name) for name in names if WILD in name)

    def test(text: str) -> bool:
        key = key_of(text)
        if key in literal:
            return True
        start = key[:LONGEST]
        return any(one.fullmatch(start) for one in wild)

    return test


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a hint that names what was probably meant, or nothing."""
    by_key = {key_of(one): one for one in names}
    found = get_close_matches(key_of(name), by_key, 1, 0.6)
    return f"; nearest {by_key[found[0]]!r}" if found else ""
