from datetime import timedelta

import pytest
from attrs import evolve

from earntrack_adapters.memory.clock import MIDNIGHT
from earntrack_core.identity.checks import plain_email
from earntrack_core.identity.model import (
    Client,
    NewUser,
    Session,
    SessionKind,
    User,
    Workspace,
)
from earntrack_core.identity.plans import PLANS
from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.ids import UserId, WorkspaceId, uuid7


def a_user(email="ada@example.org", **more):
    return User(
        id=UserId(uuid7(MIDNIGHT)),
        email=email,
        name="Ada",
        password_hash="a hash",
        created_at=MIDNIGHT,
        updated_at=MIDNIGHT,
        **more,
    )


def a_workspace(**more):
    return Workspace(
        **{
            "id": WorkspaceId(uuid7(MIDNIGHT)),
            "name": "Work",
            "created_at": MIDNIGHT,
            "updated_at": MIDNIGHT,
            **more,
        }
    )


def a_session(**more):
    return Session(
        **{
            "id": uuid7(MIDNIGHT),
            "user_id": UserId(uuid7(MIDNIGHT)),
            "workspace_id": WorkspaceId(uuid7(MIDNIGHT)),
            "kind": SessionKind.API,
            "digest": "d" * 64,
            "seal": "5e" * 32,
            "created_at": MIDNIGHT,
            "last_used_at": MIDNIGHT,
            "expires_at": MIDNIGHT + timedelta(days=7),
            **more,
        }
    )


class TestEmail:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (" Ada@Example.ORG ", "ada@example.org"),
            ("ADA+books@x.io", "ada+books@x.io"),
            ("mu\N{COMBINING DIAERESIS}ller@x.de", "müller@x.de"),
            ("\N{KELVIN SIGN}im@x.de", "kim@x.de"),
            ("a@straße.de", "a@straße.de"),
            ("o'neil@xn--bcher-kva.example", "o'neil@xn--bcher-kva.example"),
        ],
    )
    def test_is_kept_in_one_form(self, typed, kept):
        """However an address is typed, it is one user's."""
        assert a_user(typed).email == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "ada@example..org",
            "ada@.example.org",
            "ada@example.org.",
            "ada@-example.org",
            "ada@example-.org",
            "ada@exa_mple.org",
            ".ada@example.org",
            "ada.@example.org",
            "a..da@example.org",
            "a da@example.org",
            "ada@bob@example.org",
            "ada\0@example.org",
            "ada\n@example.org",
            "ada\N{RIGHT-TO-LEFT OVERRIDE}@example.org",
            "<ada@example.org>",
            "ada,bob@example.org",
            '"ada"@example.org',
            "ada\ud800@example.org",
            f"{'a' * 65}@example.org",
            f"ada@{'a' * 64}.org",
            f"ada@{'a.' * 130}org",
            "a" * 5_000 + "@example.org",
        ],
    )
    def test_must_be_one(self, typed):
        """Nothing is taken to which no mail can go, or which hides a trap."""
        with pytest.raises(InvalidError) as caught:
            a_user(typed)

        assert caught.value.field == "email"

    def test_far_too_long_is_cut_before_it_costs(self):
        """A megabyte is not folded and composed only to be refused."""
        assert len(plain_email("a" * 1_000_000)) == 1_000


class TestSecrets:
    def test_do_not_show(self):
        """What is printed or logged gives no secret away."""
        new = NewUser(email="ada@example.org", password="hush-hush-hush")
        session = a_session()

        assert "hush" not in repr(new)
        assert "a hash" not in repr(a_user())
        assert session.seal not in repr(session)
        assert session.digest not in repr(session)


class TestWorkspace:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "  "),
            ("name", "x" * 101),
            ("plan", "gold"),
            ("currency", "usd"),
            ("currency", "XYZ"),
            ("zone", "Mars/Base"),
            ("first_weekday", 7),
            ("first_weekday", -1),
            ("first_weekday", True),
        ],
    )
    def test_has_bounds(self, field, value):
        """A workspace is only what the rest can calculate with."""
        with pytest.raises(InvalidError) as caught:
            a_workspace(**{field: value})

        assert caught.value.field == field

    def test_takes_all_plans(self):
        """Each plan can be a workspace's."""
        plans = [a_workspace(plan=plan).plan for plan in PLANS]

        assert plans == ["free", "pro", "business", "admin"]

    def test_free_has_three_platforms(self):
        """The free plan is limited, the paid ones are not."""
        limits = {key: plan.platforms for key, plan in PLANS.items()}

        assert limits == {
            "free": 3,
            "pro": None,
            "business": None,
            "admin": None,
        }


class TestUser:
    @pytest.mark.parametrize("locale", ["en", "de", "pt-BR", "zh_Hant_TW"])
    def test_speaks_a_language(self, locale):
        """Languages are named as browsers or as gettext name them."""
        assert a_user(locale=locale).locale == locale

    @pytest.mark.parametrize("locale", ["", "../../x", "english", "e", "en-"])
    def test_refuses_what_is_no_language(self, locale):
        """A language names files, so it must be a harmless word."""
        with pytest.raises(InvalidError):
            a_user(locale=locale)


class TestClient:
    def test_is_cut_and_cleaned(self):
        """What a client says of itself never breaks a column or a page."""
        client = Client(
            address="192.0.2.1\r\nX: y" * 30, user_agent="a\0b\ud800" * 400
        )

        assert len(client.address) <= 64
        assert "\r" not in client.address
        assert len(client.user_agent) <= 300
        assert set(client.user_agent) == {"a", "b"}


class TestSession:
    def test_lives_until_it_expires(self):
        """The very moment of expiry is too late."""
        session = a_session()
        end = session.expires_at

        assert session.is_live(end - timedelta(microseconds=1))
        assert not session.is_live(end)

    def test_is_dead_when_revoked(self):
        """Revoking ends a session whatever its time."""
        session = evolve(a_session(), revoked_at=MIDNIGHT)

        assert not session.is_live(MIDNIGHT)
