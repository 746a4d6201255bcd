import pytest

from earntrack_core.identity.passwords import check_password, plain_password
from earntrack_core.kernel.errors import InvalidError


class TestCheckPassword:
    @pytest.mark.parametrize(
        "password",
        [
            "plum-velvet-39-tractor",
            "korrekt batterie pferd",
            "Xk7#qLm2!z",
            "длинный пароль 7",
            "🦉🦊🐻🐼🐨🐯🦁🐮🐷🐸",
            "x7" * 5 + "y8z" + "q" * 115,
        ],
    )
    def test_takes_good_ones(self, password):
        """Length counts; no kind of character is demanded."""
        assert check_password(password) == password

    @pytest.mark.parametrize("password", ["", "Xk7#qLm2!", "aB3$" * 33])
    def test_has_bounds(self, password):
        """Ten characters are the fewest and 128 the most."""
        with pytest.raises(InvalidError, match="10 to 128"):
            check_password(password)

    @pytest.mark.parametrize(
        "password",
        [
            "password123",
            "Password1!",
            "PASSWORD2024",
            "p@ssw0rd123",
            "P455w0rd!!",
            "passwordpassword",
            "123sunshine456",
            "aaaaaaaaaaaa",
            "1212121212",
            "1234567890",
            "9876543210",
            "qwertyuiop",
            "poiuytrewq",
            "1q2w3e4r5t",
            "abcdefghijkl",
            "Earntrack2026",
            "!!!letmein!!!",
        ],
    )
    def test_refuses_what_is_guessed_first(self, password):
        """A common word with a decoration is a common word."""
        with pytest.raises(InvalidError, match="too easy to guess"):
            check_password(password)

    @pytest.mark.parametrize(
        "password",
        [
            "ada@example.org",
            "Ada.Lovelace1",
            "lovelace-ada-1815",
            "Lovelace1815!",
            "adalovelace!!!",
            "example.org.99",
        ],
    )
    def test_refuses_what_everybody_knows(self, password):
        """Name and address of the user do not make a password."""
        with pytest.raises(InvalidError, match="too easy to guess"):
            check_password(password, "ada@example.org", "Ada Lovelace")

    def test_takes_a_name_within_a_phrase(self):
        """A phrase does not become bad by a name in it."""
        phrase = "lovelace writes engines"

        assert check_password(phrase, "ada@example.org", "Ada Lovelace")

    def test_ignores_short_names(self):
        """Who is called Al may use words with al in them."""
        assert check_password("tall-salt-ball-7", "al@x.io", "Al")

    @pytest.mark.parametrize("character", ["\0", "\n", "\x7f"])
    def test_refuses_control_characters(self, character):
        """What no keyboard types is an accident, or an attack."""
        with pytest.raises(InvalidError, match="control"):
            check_password(f"plum-velvet{character}tractor")

    def test_never_shows_the_password(self):
        """The error says what is wrong, not what was typed."""
        with pytest.raises(InvalidError) as caught:
            check_password("password123")

        assert "password123" not in str(caught.value)


class TestPlainPassword:
    def test_is_the_same_on_all_keyboards(self):
        """Composed, decomposed and full-width letters are the same."""
        composed = plain_password("z\u00e9bre-fi-2")

        assert plain_password("ze\u0301bre-\ufb01-\uff12") == composed

    def test_is_cut_when_far_too_long(self):
        """A megabyte of password costs nothing."""
        assert len(plain_password("x" * 1_000_000)) == 1_000

    def test_has_no_half_characters(self):
        """Half a character cannot be hashed, so it becomes a question mark."""
        assert plain_password("a\ud800b") == "a?b"
