import pytest

from earntrack_core.identity.tokens import (
    new_seal,
    new_secret,
    read_refresh_token,
    refresh_token,
)
from tests.unit.identity.test_model import a_session


class TestRefreshToken:
    def test_is_read_again(self):
        """What was given out is recognised."""
        session = a_session(generation=12)
        secret = new_secret()

        token = read_refresh_token(refresh_token(session, secret))

        assert token.secret == secret
        assert token.generation == 12
        assert token.is_of(session)

    def test_of_the_past_is_recognised(self):
        """An old token of a session is known as one of its tokens."""
        secret = new_secret()
        old = read_refresh_token(refresh_token(a_session(), secret))

        assert old.is_of(a_session(generation=9))

    def test_cannot_be_made_from_another(self):
        """Who has a token cannot count it up."""
        session = a_session()
        secret, generation, mark = refresh_token(session, new_secret()).split(
            "."
        )

        forged = read_refresh_token(f"{secret}.{int(generation) + 1}.{mark}")

        assert not forged.is_of(session)

    def test_belongs_to_one_session(self):
        """The seal of another session does not make the same mark."""
        token = read_refresh_token(refresh_token(a_session(), new_secret()))

        assert not token.is_of(a_session(seal=new_seal()))

    @pytest.mark.parametrize("text", ["", "a.b.c", f"{'a' * 43}.0"])
    def test_nothing_else_is_read(self, text):
        """A text that is not like ours is none of ours."""
        assert read_refresh_token(text) is None

    @pytest.mark.parametrize(
        "number", ["00", "01", "-1", "+1", "1.0", "\u0661", "", "9" * 5_000]
    )
    def test_generations_are_plain_numbers(self, number):
        """There is one way to write a token, so that one digest tells it."""
        secret, _, mark = refresh_token(a_session(), new_secret()).split(".")

        assert read_refresh_token(f"{secret}.{number}.{mark}") is None

    @pytest.mark.parametrize("end", ["\n", "0", " "])
    def test_nothing_may_follow(self, end):
        """Not even a line break."""
        text = refresh_token(a_session(), new_secret())

        assert read_refresh_token(text + end) is None

    def test_does_not_show(self):
        """Printing a token gives nothing away."""
        secret = new_secret()
        token = read_refresh_token(refresh_token(a_session(), secret))

        assert secret not in repr(token)
        assert token.mark not in repr(token)
