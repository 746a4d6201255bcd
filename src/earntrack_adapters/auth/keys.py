"""Keys that sign access tokens: made at the first start, kept in files.

The directory holds `token-key.pem`, which signs, and may hold any number of
`token-key-*.pem`, which only verify: to change the key, rename the first file
to one of the latter, start again, and remove it after a token's lifetime.
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Final, Self

from attrs import frozen
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from earntrack_core.kernel.errors import EarnTrackError


NAME: Final = "token-key.pem"
OTHERS: Final = "token-key-*.pem"
BITS: Final = 3072
FEWEST_BITS: Final = 2048
EXPONENT: Final = 65537
OTHERS_MAY: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(EarnTrackError):
    """A key file cannot be used; the server must not start with it."""

    code = "key_file"

    def __init__(self, place: Path, problem: str) -> None:
        super().__init__(f"The key file {place} {problem}.")
        self.place = place
        self.problem = problem


@frozen
class Key:
    """A private key and the name that tokens call it by."""

    id: str
    private: RSAPrivateKey

    @classmethod
    def of(cls, private: RSAPrivateKey) -> Self:
        """Name a key by its fingerprint (RFC 7638)."""
        numbers = _numbers(private.public_key())
        text = json.dumps(numbers, separators=(",", ":"), sort_keys=True)
        return cls(_base64(hashlib.sha256(text.encode()).digest()), private)

    @property
    def jwk(self) -> dict[str, str]:
        """The public half, as a JSON web key."""
        numbers = _numbers(self.private.public_key())
        return {"kid": self.id, "use": "sig", "alg": "RS256", **numbers}


@frozen
class Keys:
    """The key that signs, and all that verify, by their names."""

    signing: Key
    verifying: Mapping[str, Key]

    @classmethod
    def of(cls, signing: Key, *others: Key) -> Self:
        """Put keys together."""
        return cls(signing, {one.id: one for one in (signing, *others)})

    @property
    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """What others need to verify our tokens: the public halves."""
        return {"keys": [one.jwk for one in self.verifying.values()]}


def load_keys(directory: Path, *, bits: int = BITS) -> Keys:
    """Return the keys of a directory; make the first one if there is none.

    Processes that start at once end up with the same key.

    Raises:
        KeyFileError: A file is no private key, short, open to others, or
            out of reach.
    """
    place = directory / NAME
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not place.exists():
            _make(place, bits)
        others = sorted(directory.glob(OTHERS))
    except OSError as error:
        raise KeyFileError(place, _reason(error)) from error
    return Keys.of(_load(place), *map(_load, others))


def new_key(bits: int = BITS) -> Key:
    """Return a new key."""
    return Key.of(generate_private_key(EXPONENT, bits))


def _make(place: Path, bits: int) -> None:
    """Write a new key, unless another process was faster."""
    content = new_key(bits).private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    descriptor, name = mkstemp(prefix=".new-key-", dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, place)
    finally:
        Path(name).unlink()


def _load(place: Path) -> Key:
    try:
        with place.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except OSError as error:
        raise KeyFileError(place, _reason(error)) from error
    if os.name != "nt" and mode & OTHERS_MAY:
        raise KeyFileError(
            place, f"must have mode 0600, not {stat.S_IMODE(mode):04o}"
        )
    return Key.of(_parse(place, content))


def _parse(place: Path, content: bytes) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(place, "is not a private key in PEM") from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyFileError(place, "is not an RSA key")
    if key.key_size < FEWEST_BITS:
        raise KeyFileError(place, f"has less than {FEWEST_BITS} bits")
    return key


def _reason(error: OSError) -> str:
    return f"cannot be used: {error.strerror or error}"


def _numbers(public: RSAPublicKey) -> dict[str, str]:
    numbers = public.public_numbers()
    return {
        "kty": "RSA",
        "n": _base64(_bytes(numbers.n)),
        "e": _base64(_bytes(numbers.e)),
    }


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
