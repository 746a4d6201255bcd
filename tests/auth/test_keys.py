import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

import earntrack_adapters
from earntrack_adapters.auth.keys import (
    FEWEST_BITS,
    Key,
    KeyFileError,
    load_keys,
    new_key,
)


START = """
import sys
from pathlib import Path
from earntrack_adapters.auth.keys import load_keys
print(load_keys(Path(sys.argv[1]), bits=2048).signing.id)
"""


def load(directory):
    return load_keys(directory, bits=FEWEST_BITS)


def write(place, private, mode=0o600):
    place.write_bytes(
        private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    place.chmod(mode)


class TestFirstStart:
    def test_makes_a_key(self, tmp_path):
        """Without a key one is made, in a directory that may be missing."""
        keys = load(tmp_path / "data" / "keys")

        again = load(tmp_path / "data" / "keys")
        assert again.signing.id == keys.signing.id
        assert list(keys.verifying) == [keys.signing.id]

    def test_nobody_else_may_read_it(self, tmp_path):
        """Key and new directory are for us alone; nothing else is left."""
        directory = tmp_path / "keys"
        load(directory)

        (place,) = directory.iterdir()
        modes = [
            stat.S_IMODE(one.stat().st_mode) for one in (directory, place)
        ]
        assert place.name == "token-key.pem"
        assert modes == [0o700, 0o600]

    def test_processes_start_at_once(self, tmp_path):
        """Processes that start at once agree on one key."""
        source = Path(earntrack_adapters.__file__).parents[1]
        started = [
            subprocess.Popen(
                [sys.executable, "-c", START, str(tmp_path)],
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(source)},
            )
            for _ in range(4)
        ]
        told = [process.communicate()[0] for process in started]

        assert [process.returncode for process in started] == [0, 0, 0, 0]
        assert len(set(told)) == 1
        assert [one.name for one in tmp_path.iterdir()] == ["token-key.pem"]

    def test_strong_enough(self):
        """New keys have 3072 bits."""
        assert new_key().private.key_size == 3072


class TestRefused:
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
    def test_open_to_others(self, tmp_path, mode):
        """A key that others may use is not used."""
        load(tmp_path)
        (tmp_path / "token-key.pem").chmod(mode)

        with pytest.raises(KeyFileError, match=f"0600, not {mode:04o}"):
            load(tmp_path)

    def test_short(self, tmp_path):
        """A key that is too short is not used."""
        write(
            tmp_path / "token-key.pem", rsa.generate_private_key(65537, 1024)
        )

        with pytest.raises(KeyFileError, match="less than 2048 bits"):
            load(tmp_path)

    def test_other_kind(self, tmp_path):
        """A key of another kind is not used."""
        key = ec.generate_private_key(ec.SECP256R1())
        write(tmp_path / "token-key.pem", key)

        with pytest.raises(KeyFileError, match="not an RSA key"):
            load(tmp_path)

    @pytest.mark.parametrize("content", [b"", b"secret", b"-----BEGIN"])
    def test_no_key(self, tmp_path, content):
        """A file that is no key is not used, and not replaced."""
        place = tmp_path / "token-key.pem"
        place.write_bytes(content)
        place.chmod(0o600)

        with pytest.raises(KeyFileError, match="not a private key in PEM"):
            load(tmp_path)

        assert place.read_bytes() == content

    def test_out_of_reach(self, tmp_path):
        """A directory that cannot be made is named."""
        (tmp_path / "file").touch()

        with pytest.raises(KeyFileError, match="cannot be used: Not a dir"):
            load(tmp_path / "file" / "keys")

    def test_directory_instead_of_a_key(self, tmp_path):
        """What cannot be read is named."""
        (tmp_path / "token-key.pem").mkdir()

        with pytest.raises(KeyFileError, match="cannot be used: Is a dir"):
            load(tmp_path)


class TestChange:
    def test_former_key_verifies(self, tmp_path):
        """A renamed key no longer signs, but still verifies."""
        old = load(tmp_path).signing
        (tmp_path / "token-key.pem").rename(tmp_path / "token-key-2026.pem")

        keys = load(tmp_path)

        assert keys.signing.id != old.id
        assert set(keys.verifying) == {keys.signing.id, old.id}

    def test_former_key_is_checked_too(self, tmp_path):
        """No key is used that others may read."""
        load(tmp_path)
        write(tmp_path / "token-key-1.pem", new_key(2048).private, 0o644)

        with pytest.raises(KeyFileError, match=r"token-key-1\.pem must have"):
            load(tmp_path)


class TestPublicKeys:
    def test_others_can_use_them(self, tmp_path):
        """The published set is the public half in the usual notation."""
        keys = load(tmp_path)

        (published,) = jwt.PyJWKSet.from_dict(keys.jwks).keys

        public = keys.signing.private.public_key()
        assert published.key_id == keys.signing.id
        assert published.algorithm_name == "RS256"
        assert published.key.public_numbers() == public.public_numbers()

    def test_nothing_else_is_published(self, tmp_path):
        """The published set holds no private number."""
        (published,) = load(tmp_path).jwks["keys"]

        assert set(published) == {"kid", "use", "alg", "kty", "n", "e"}

    def test_name_is_the_fingerprint(self):
        """The same key has the same name everywhere (RFC 7638)."""
        key = new_key(2048)

        assert Key.of(key.private).id == key.id
        assert len(base64.urlsafe_b64decode(key.id + "=")) == 32
