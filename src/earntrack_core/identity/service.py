"""What you can do with people: one room for each kind of caller."""

from collections.abc import Callable
from functools import cached_property

from attrs import field, frozen

from earntrack_core.identity.accounts import AccountService
from earntrack_core.identity.authentication import Authentication
from earntrack_core.identity.credentials import CredentialService
from earntrack_core.identity.means import Means
from earntrack_core.identity.model import Authenticated, SessionId
from earntrack_core.identity.people import PeopleService
from earntrack_core.identity.profiles import ProfileService
from earntrack_core.identity.sessions import SessionService
from earntrack_core.kernel.actor import Actor


@frozen
class IdentityService:
    """Who somebody is, and what they may do."""

    means: Means = field(repr=False)

    @cached_property
    def accounts(self) -> AccountService:
        """For strangers: register, verify, reset."""
        return AccountService(self.means)

    @cached_property
    def sessions(self) -> SessionService:
        """Sign in, refresh, sign out."""
        return SessionService(self.means)

    @cached_property
    def credentials(self) -> CredentialService:
        """For users: change the password or the address."""
        return CredentialService(self.means)

    @cached_property
    def profiles(self) -> ProfileService:
        """For users: themselves and their workspace."""
        return ProfileService(self.means)

    @cached_property
    def people(self) -> PeopleService:
        """For operators: add and find users."""
        return PeopleService(self.means)

    @cached_property
    def _authentication(self) -> Authentication:
        return Authentication(self.means)

    def authenticate(self, secret: str) -> tuple[Actor, SessionId]:
        """Return who holds an access token or a cookie, in which session.

        Raises:
            UnauthenticatedError: It is not valid, or the session has ended.
        """
        who = self._authentication.recognise(secret)
        return who.actor, who.session_id

    def recognise(self, secret: str) -> Authenticated:
        """Return the same, and until when it may be believed.

        Raises:
            UnauthenticatedError: It is not valid, or the session has ended.
        """
        return self._authentication.recognise(secret)

    def actor(self, email: str) -> Actor:
        """Return a user at work in their own workspace.

        Raises:
            NotFoundError: There is no active user with that address.
        """
        return self.people.actor_of(email)

    def local_actor(
        self, *, currency: str = "USD", zone: str = "UTC"
    ) -> Actor:
        """Return the user of a program without sign-in, made at first use."""
        return self.people.local_actor(currency=currency, zone=zone)

    def on_revoked(self, callback: Callable[[SessionId], None]) -> None:
        """Call *callback* for every session that ends in any process.

        It may be told of one more than once.
        """
        self.means.known.on_revoked(callback)

    def on_changed(self, callback: Callable[[], None]) -> None:
        """Call *callback* when what is known of users may be wrong.

        A user or a workspace changed in any process, or a bell was missed.
        """
        self.means.known.on_changed(callback)

    def close(self) -> None:
        """Stop listening to other processes."""
        self.means.known.close()
