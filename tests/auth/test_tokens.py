import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
)

from earntrack_adapters.auth.keys import Keys, new_key
from earntrack_adapters.auth.tokens import JwtSigner
from earntrack_adapters.memory.clock import FrozenClock
from earntrack_core.kernel.errors import UnauthenticatedError
from earntrack_core.kernel.ids import UserId, WorkspaceId
from earntrack_core.ports.auth import ACCESS, Claims


NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
OURS = new_key(2048)
THEIRS = new_key(2048)
CLAIMS = Claims(
    user_id=UserId(UUID(int=1)),
    workspace_id=WorkspaceId(UUID(int=2)),
    session_id=UUID(int=3),
    issued_at=NOON,
    expires_at=NOON + ACCESS,
)
SECOND = timedelta(seconds=1)


@pytest.fixture(name="clock")
def _clock():
    return FrozenClock(NOON)


@pytest.fixture(name="signer")
def _signer(clock):
    return JwtSigner(Keys.of(OURS), clock)


def payload(**changes):
    """Return what a token of ours says, with changes; `None` removes."""
    said = {
        "iss": "earntrack",
        "aud": "earntrack",
        "sub": str(CLAIMS.user_id),
        "wsp": str(CLAIMS.workspace_id),
        "sid": str(CLAIMS.session_id),
        "iat": int(NOON.timestamp()),
        "exp": int((NOON + ACCESS).timestamp()),
        **changes,
    }
    return {key: value for key, value in said.items() if value is not None}


def forge(said, key=OURS, algorithm="RS256", **headers):
    headers = {"kid": OURS.id, **headers}
    secret = key.private if hasattr(key, "private") else key
    return jwt.encode(said, secret, algorithm=algorithm, headers=headers)


def part(content):
    if isinstance(content, dict):
        content = json.dumps(content)
    if isinstance(content, str):
        content = content.encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class TestSign:
    def test_comes_back(self, signer):
        """What was signed is read again."""
        assert signer.read(signer.sign(CLAIMS)) == CLAIMS

    def test_says_how_it_was_signed(self, signer):
        """The header names the key, the algorithm and the kind."""
        header = jwt.get_unverified_header(signer.sign(CLAIMS))

        assert header == {"alg": "RS256", "kid": OURS.id, "typ": "at+jwt"}

    def test_others_can_verify_it(self, signer):
        """The published key verifies our tokens."""
        (key,) = jwt.PyJWKSet.from_dict(signer.keys.jwks).keys

        said = jwt.decode(
            signer.sign(CLAIMS),
            key,
            algorithms=["RS256"],
            audience="earntrack",
            options={"verify_exp": False, "verify_iat": False},
        )

        assert said == payload()


class TestTime:
    def test_last_second(self, signer, clock):
        """A token lives until the instant at which it expires."""
        token = signer.sign(CLAIMS)
        clock.move(ACCESS - SECOND)

        assert signer.read(token) == CLAIMS

    def test_expired(self, signer, clock):
        """An expired token is refused, also if it was read before."""
        token = signer.sign(CLAIMS)
        signer.read(token)
        clock.move(ACCESS)

        with pytest.raises(UnauthenticatedError, match="has expired"):
            signer.read(token)

    def test_instance_is_a_little_ahead(self, signer, clock):
        """Clocks of instances may differ by a minute."""
        token = signer.sign(CLAIMS)
        clock.move(-timedelta(minutes=1))

        assert signer.read(token) == CLAIMS

    def test_from_the_future(self, signer, clock):
        """A token of tomorrow is refused."""
        token = signer.sign(CLAIMS)
        clock.move(-timedelta(minutes=1) - SECOND)

        with pytest.raises(UnauthenticatedError, match="not valid yet"):
            signer.read(token)


class TestKeys:
    def test_former_key(self, clock):
        """Tokens of a former key are good as long as it verifies."""
        token = JwtSigner(Keys.of(OURS), clock).sign(CLAIMS)

        assert JwtSigner(Keys.of(THEIRS, OURS), clock).read(token) == CLAIMS

    def test_removed_key(self, clock):
        """Tokens of a removed key are refused."""
        token = JwtSigner(Keys.of(OURS), clock).sign(CLAIMS)

        with pytest.raises(UnauthenticatedError):
            JwtSigner(Keys.of(THEIRS), clock).read(token)


PUBLIC = OURS.private.public_key().public_bytes(
    Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
)
HEADER = {"alg": "RS256", "kid": OURS.id}


class TestForged:
    def test_the_forger_would_succeed_with_our_key(self, signer):
        """The tokens below are refused for what is changed in each."""
        assert signer.read(forge(payload())) == CLAIMS

    @pytest.mark.parametrize(
        "name", ["iss", "aud", "sub", "wsp", "sid", "iat", "exp"]
    )
    def test_claim_is_missing(self, signer, name):
        """A token must say everything."""
        with pytest.raises(UnauthenticatedError):
            signer.read(forge(payload(**{name: None})))

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "somebody"},
            {"aud": "somebody"},
            {"aud": []},
            {"sub": "ada"},
            {"sub": 1},
            {"wsp": 2},
            {"sid": ""},
            {"exp": "tomorrow"},
            {"exp": 1e300},
            {"iat": [1]},
        ],
    )
    def test_claim_is_wrong(self, signer, changes):
        """A token must say what ours say."""
        with pytest.raises(UnauthenticatedError):
            signer.read(forge(payload(**changes)))

    def test_other_key(self, signer):
        """A token that somebody else signed in our name is refused."""
        with pytest.raises(UnauthenticatedError):
            signer.read(forge(payload(), THEIRS))

    @pytest.mark.parametrize("algorithm", ["RS384", "PS256"])
    def test_other_algorithm(self, signer, algorithm):
        """Our key with another algorithm is refused."""
        with pytest.raises(UnauthenticatedError):
            signer.read(forge(payload(), algorithm=algorithm))

    def test_public_key_as_a_password(self, signer):
        """The public key is no secret that signs."""
        said = f"{part({**HEADER, 'alg': 'HS256'})}.{part(payload())}"
        mark = hmac.digest(PUBLIC, said.encode(), "sha256")

        with pytest.raises(UnauthenticatedError):
            signer.read(f"{said}.{part(mark)}")

    def test_no_signature(self, signer):
        """A token without a signature is refused."""
        header = part({"alg": "none", "kid": OURS.id})

        with pytest.raises(UnauthenticatedError):
            signer.read(f"{header}.{part(payload())}.")

    def test_changed(self, signer):
        """A token whose text was changed is refused."""
        head, _, signature = signer.sign(CLAIMS).split(".")
        said = part(payload(wsp=str(UUID(int=9))))

        with pytest.raises(UnauthenticatedError):
            signer.read(f"{head}.{said}.{signature}")

    @pytest.mark.parametrize("kid", [None, "", "../../etc/passwd", 5, ["a"]])
    def test_unknown_key(self, signer, kid):
        """A token of a key that nobody knows is refused."""
        header = part({**HEADER, "kid": kid})

        with pytest.raises(UnauthenticatedError):
            signer.read(f"{header}.{part(payload())}.{part('x')}")

    @pytest.mark.parametrize(
        "token",
        [
            "",
            ".",
            "..",
            "a.b.c",
            "ä.ö.ü",
            "\ud800",
            f"{part('[' * 1500)}.{part('{}')}.x",
            f"{part(HEADER)}.{part('[]')}.x",
            "x" * 1_000_000,
        ],
        ids=range(9),
    )
    def test_no_token(self, signer, token):
        """What is no token is refused, whatever it is."""
        with pytest.raises(UnauthenticatedError):
            signer.read(token)
