"""A small installation for tests: real parts, and a mailbox that keeps."""

from collections.abc import Callable
from contextlib import contextmanager
from functools import cache

from attrs import define, evolve, field

from earntrack_adapters.auth.keys import Keys, new_key
from earntrack_adapters.auth.passwords import Argon2Hasher
from earntrack_adapters.auth.tokens import JwtSigner
from earntrack_adapters.email.writer import JinjaWriter
from earntrack_adapters.memory.clock import FrozenClock
from earntrack_adapters.memory.directory import (
    MemoryDirectory,
    MemoryDirectoryUnit,
)
from earntrack_adapters.memory.relay import MemoryRelay
from earntrack_core.identity.known import Known
from earntrack_core.identity.mail import Post
from earntrack_core.identity.means import Means, Policy
from earntrack_core.identity.model import Client, Credentials, NewUser
from earntrack_core.identity.service import IdentityService
from earntrack_core.kernel.errors import UnavailableError


ADA = "ada@example.org"
BOB = "bob@example.org"
PASSWORD = "plum-velvet-39-tractor"
OTHER = "quiet.Meadow.of.owls"
SITE = "https://earn.example"
HOME = Client(address="192.0.2.7", user_agent="Browser 1")
CAFE = Client(address="198.51.100.9", user_agent="Browser 2")


@cache
def keys():
    return Keys.of(new_key(2048))


@define
class Mailbox:
    """Takes mails, unless the postman is ill."""

    messages: list = field(factory=list)
    broken: bool = False
    channel: str = "email"

    def send(self, message):
        if self.broken:
            raise UnavailableError("mail server", "it sleeps")
        self.messages.append(message)

    def close(self):
        self.messages.clear()

    def subjects(self):
        return [one.subject for one in self.messages]

    def token(self):
        """Return the token in the latest mail."""
        text = self.messages[-1].text
        return text.partition("?token=")[2].split()[0]


@define
class Hasher(Argon2Hasher):
    """A hasher that counts what it did."""

    hashed: int = 0
    verified: int = 0
    meanwhile: Callable[[], object] = int
    """What happens while it works."""

    def hash(self, password):
        self.hashed += 1
        return super().hash(password)

    def verify(self, password, hashed):
        self.verified += 1
        self.meanwhile()
        return super().verify(password, hashed)


@define
class Town:
    """An installation, and all that a test wants to turn."""

    policy: Policy = field(factory=Policy)
    directory: MemoryDirectory = field(factory=MemoryDirectory)
    relay: MemoryRelay = field(factory=MemoryRelay)
    clock: FrozenClock = field(factory=FrozenClock)
    mailbox: Mailbox = field(factory=Mailbox)
    hasher: Hasher = field(factory=lambda: Hasher(memory=8, passes=1))
    facts: list = field(factory=list)
    identity: IdentityService = field(init=False)

    def __attrs_post_init__(self):
        self.identity = self.another()

    def another(self):
        """Return the service as another process would have it."""
        means = Means(
            directory=self.directory,
            now=self.clock,
            hasher=self.hasher,
            signer=JwtSigner(keys(), self.clock),
            post=Post(writer=JinjaWriter(), notifier=self.mailbox, site=SITE),
            known=Known(self.relay),
            tell=self.facts.extend,
            policy=self.policy,
        )
        return IdentityService(means)

    @property
    def accounts(self):
        return self.identity.accounts

    @property
    def sessions(self):
        return self.identity.sessions

    def settled(self, email=ADA, **more):
        """Return a user who may sign in."""
        new = NewUser(email=email, password=PASSWORD, **more)
        return self.identity.people.add(new)

    def sign_in(self, password=PASSWORD, client=HOME, email=ADA):
        return self.sessions.sign_in(
            Credentials(email=email, password=password), client
        )

    def sign_in_browser(self, client=HOME, email=ADA):
        return self.sessions.sign_in_browser(
            Credentials(email=email, password=PASSWORD), client
        )

    def user(self, email=ADA):
        with self.directory.view() as unit:
            return unit.user_by_email(email)

    def shut_out(self, email=ADA):
        with self.directory.open() as unit:
            user = unit.user_by_email(email)
            unit.replace_user(evolve(user, active=False))


@define
class RacingUnit(MemoryDirectoryUnit):
    """A unit in which a rival writes between reading and writing."""

    rivals: list

    def replace_session(self, session):
        while self.rivals:
            self.rivals.pop()(self)
        super().replace_session(session)


@define(slots=False)
class RacingDirectory(MemoryDirectory):
    """A directory where units run at the same time."""

    rivals: list = field(factory=list)

    @contextmanager
    def open(self):
        with super().open() as unit:
            yield RacingUnit(unit.registers, self.rivals)

    def race(self, actor, now):
        """Let a rival sign *actor* out before the next session is stored."""

        def rival(unit):
            for registers in (unit.registers, self._registers):
                MemoryDirectoryUnit(registers).revoke_all(actor.user_id, now)

        self.rivals.append(rival)
