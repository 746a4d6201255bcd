import bcrypt
import pytest
from argon2 import PasswordHasher, Type

from earntrack_adapters.auth.passwords import Argon2Hasher


QUICK = Argon2Hasher(memory=64, passes=1)
LONG = "correct horse battery staple " * 3


class TestHash:
    def test_names_its_method(self):
        """A hash says how it was made, as OWASP asks for at least."""
        hashed = Argon2Hasher().hash("secret")

        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    def test_salted(self):
        """The same password never has the same hash."""
        assert QUICK.hash("secret") != QUICK.hash("secret")


class TestVerify:
    @pytest.mark.parametrize(
        "password", ["secret", "", "ä€𝄞", "a\0b", LONG * 50, "\ud800"]
    )
    def test_only_the_same_password(self, password):
        """A hash is verified by its password and by no other."""
        hashed = QUICK.hash(password)

        assert QUICK.verify(password, hashed)
        assert not QUICK.verify(password + "x", hashed)

    def test_same_letters(self):
        """It does not matter how a system composes a letter."""
        assert QUICK.verify("Zo\u00eb", QUICK.hash("Zoe\u0308"))

    def test_after_nul(self):
        """A password does not end where a string of C does."""
        assert not QUICK.verify("a\0c", QUICK.hash("a\0b"))

    def test_other_parameters(self):
        """Hashes with other parameters are verified with those."""
        hashed = Argon2Hasher(memory=32, passes=3).hash("secret")

        assert QUICK.verify("secret", hashed)

    @pytest.mark.parametrize(
        "hashed",
        [
            "",
            "secret",
            "$argon2id$",
            "$argon2id$v=19$m=64,t=1,p=1$AAAA$ä",
            "$2b$",
            "$2b$10$ä",
            "$2b$99$" + "a" * 53,
        ],
    )
    def test_what_is_no_hash(self, hashed):
        """No password is verified by something that is no hash."""
        assert not QUICK.verify("secret", hashed)


class TestBcrypt:
    @pytest.mark.parametrize("prefix", ["2a", "2b", "2y"])
    def test_old_hash(self, prefix):
        """A bcrypt hash is verified by its password and by no other."""
        hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
        hashed = hashed.replace("2b", prefix, 1)

        assert QUICK.verify("secret", hashed)
        assert not QUICK.verify("Secret", hashed)

    def test_long_password(self):
        """Of a long password bcrypt saw 72 bytes, so 72 are compared."""
        seen = LONG.encode()[:72]
        hashed = bcrypt.hashpw(seen, bcrypt.gensalt(4)).decode()

        assert QUICK.verify(LONG, hashed)
        assert not QUICK.verify(LONG[1:], hashed)

    def test_always_outdated(self):
        """A bcrypt hash should be made anew, however slow it is."""
        hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(10)).decode()

        assert QUICK.outdated(hashed)


def hashed(**changes):
    """Return a hash that is made a little otherwise than `QUICK` does."""
    made = {"memory_cost": 64, "time_cost": 1, "parallelism": 1, **changes}
    return PasswordHasher(**made).hash("secret")


class TestOutdated:
    def test_todays(self):
        """A hash of today is not outdated."""
        assert not QUICK.outdated(QUICK.hash("secret"))

    @pytest.mark.parametrize(
        "changes", [{"memory_cost": 128}, {"time_cost": 2}, {"hash_len": 64}]
    )
    def test_stronger(self, changes):
        """A hash that costs more is kept."""
        assert not QUICK.outdated(hashed(**changes))

    @pytest.mark.parametrize(
        "changes",
        [
            {"memory_cost": 32},
            {"type": Type.I},
            {"type": Type.D},
            {"hash_len": 16},
            {"salt_len": 8},
        ],
    )
    def test_weaker(self, changes):
        """A hash that is weaker in anything is outdated."""
        assert QUICK.outdated(hashed(**changes))

    def test_fewer_passes(self):
        """A hash of fewer passes is outdated, whatever its memory."""
        hasher = Argon2Hasher(memory=64, passes=2)

        assert hasher.outdated(hashed(memory_cost=512))

    @pytest.mark.parametrize("text", ["", "secret", "$argon2id$ä"])
    def test_what_is_no_hash(self, text):
        """What is no hash should be made anew."""
        assert QUICK.outdated(text)
