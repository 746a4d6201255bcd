"""Which passwords are good enough."""

import unicodedata
from typing import Final

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.texts import is_control


SHORTEST: Final = 10
LONGEST: Final = 128
MOST: Final = 1_000
PART: Final = 4
"""Shorter parts of a name say nothing about a password."""
VARIETY: Final = 5
"""A password has at least so many different characters."""

COMMON: Final = (
    "abcdefghij, access, account, administrator, baseball, basketball, "
    "changeme, correcthorse, dragon, earnings, earntrack, football, "
    "freelance, freelancer, iloveyou, letmein, liverpool, login, "
    "master, monkey, passphrase, passwd, password, passwort, princess, "
    "qazwsx, qwerty, qwertyuiop, qwertz, qwertzuiop, secret, shadow, "
    "starwars, sunshine, superman, superuser, testtest, trustno, "
    "welcome, whatever, zxcvbnm"
)
WORDS: Final = frozenset(COMMON.split(", "))
"""Words that are tried first by whoever guesses."""

LINES: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6z7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
"""Rows of keys and letters that fingers find on their own."""

LOOKALIKES: Final = str.maketrans("@4310$57", "aaeiosst")
FRINGE: Final = "0123456789!?.,;:-_+*#$%&@/()[]{}<>=~^|'\" "
"""What is often put before and after a word."""


def plain_password(password: str) -> str:
    """Return a password as it is hashed, however it was typed.

    One that is far too long is cut, so that it costs nothing; it is refused
    or wrong in any case. Half characters, which no keyboard has, become `?`.
    """
    whole = password[:MOST].encode(errors="replace").decode()
    return unicodedata.normalize("NFKC", whole)


def check_password(password: str, *about: str) -> str:
    """Return a good password as it is hashed.

    Args:
        password: What somebody wants as their password.
        about: Their name and address, which others know.

    Raises:
        InvalidError: It is too short, too long, or easy to guess.
    """
    plain = plain_password(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise InvalidError(
            "password", f"must have {SHORTEST} to {LONGEST} characters"
        )
    if any(map(is_control, plain)):
        raise InvalidError("password", "must not have control characters")
    if _is_common(plain.casefold()) or _tells(plain.casefold(), about):
        raise InvalidError("password", "is too easy to guess")
    return plain


def _is_common(folded: str) -> bool:
    """Say whether little is left beside a common word or pattern."""
    return (
        len(set(folded)) < VARIETY
        or any(folded in line or folded[::-1] in line for line in LINES)
        or _is_decorated(folded)
        or _is_decorated(folded.translate(LOOKALIKES))
        or _is_decorated(folded.strip(FRINGE).translate(LOOKALIKES))
    )


def _is_decorated(folded: str) -> bool:
    """Say whether it is a common word with digits and signs around it."""
    core = "".join(filter(str.isalpha, folded))
    return core in WORDS or _is_repeated(core)


def _is_repeated(core: str) -> bool:
    """Say whether it is one common word over and over."""
    half, odd = divmod(len(core), 2)
    return not odd and core[:half] == core[half:] and core[:half] in WORDS


def _tells(folded: str, about: tuple[str, ...]) -> bool:
    """Say whether it is mostly made of what everybody knows of its owner."""
    rest = folded
    for text in about:
        for part in _parts(text):
            rest = rest.replace(part, "")
    return rest != folded and sum(map(str.isalpha, rest)) < PART


def _parts(text: str) -> list[str]:
    """Return the words of a name or an address, the longest first."""
    folded = plain_password(text).casefold()
    spaced = "".join(one if one.isalnum() else " " for one in folded)
    words = {folded, *spaced.split(), spaced.replace(" ", "")}
    return sorted((one for one in words if len(one) >= PART), key=len)[::-1]
