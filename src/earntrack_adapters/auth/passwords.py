"""Slow hashes of passwords: Argon2id, and bcrypt ones of old.

Passwords are composed (NFC) before they are hashed, so that the same letters
typed on another system are the same password.
"""

import unicodedata
from typing import Final

import bcrypt
from argon2 import (
    DEFAULT_HASH_LENGTH,
    DEFAULT_RANDOM_SALT_LENGTH,
    PasswordHasher,
    Type,
    extract_parameters,
)
from argon2.exceptions import (
    InvalidHashError,
    VerificationError,
)
from argon2.low_level import ARGON2_VERSION
from attrs import define, field


MEMORY: Final = 19 * 1024
"""Kibibytes, as OWASP asks for at least, with two passes and one lane."""
PASSES: Final = 2
LANES: Final = 1
BCRYPT: Final = ("$2a$", "$2b$", "$2y$")
BCRYPT_BYTES: Final = 72
"""How many bytes of a password bcrypt looks at."""


@define
class Argon2Hasher:
    """Makes Argon2id hashes; verifies weaker ones and says so."""

    memory: int = MEMORY
    passes: int = PASSES
    lanes: int = LANES
    _hasher: PasswordHasher = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=self.passes,
            memory_cost=self.memory,
            parallelism=self.lanes,
            type=Type.ID,
        )

    def hash(self, password: str) -> str:
        """Return a salted hash in the notation of the PHC."""
        return self._hasher.hash(_composed(password))

    def verify(self, password: str, hashed: str) -> bool:
        """Say whether *hashed* was made from this password."""
        if hashed.startswith(BCRYPT):
            return _verify_bcrypt(password, hashed)
        try:
            return self._hasher.verify(hashed, _composed(password))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def outdated(self, hashed: str) -> bool:
        """Say whether a hash is weaker than those made today."""
        try:
            is_ = extract_parameters(hashed)
        except (InvalidHashError, UnicodeEncodeError):
            return True
        return is_.type is not Type.ID or any(
            found < wanted
            for found, wanted in (
                (is_.version, ARGON2_VERSION),
                (is_.memory_cost, self.memory),
                (is_.time_cost, self.passes),
                (is_.salt_len, DEFAULT_RANDOM_SALT_LENGTH),
                (is_.hash_len, DEFAULT_HASH_LENGTH),
            )
        )


def _composed(password: str) -> bytes:
    composed = unicodedata.normalize("NFC", password)
    return composed.encode(errors="surrogatepass")


def _verify_bcrypt(password: str, hashed: str) -> bool:
    """Verify as bcrypt was used: not composed, and cut off."""
    cut = password.encode(errors="surrogatepass")[:BCRYPT_BYTES]
    try:
        return bcrypt.checkpw(cut, hashed.encode())
    except ValueError:
        return False
