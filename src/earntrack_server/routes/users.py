"""/users and /workspace: what users see and change of themselves."""

from http import HTTPStatus
from typing import Any, Final

from attrs import frozen

from earntrack_core.app import EarnTrack
from earntrack_core.identity.model import (
    Member,
    NewEmail,
    NewPassword,
    Profile,
    ProfilePatch,
    SessionId,
    SessionInfo,
    Workspace,
    WorkspacePatch,
)
from earntrack_core.kernel.errors import (
    ForbiddenError,
    InvalidError,
    LockedOutError,
    NotFoundError,
    StaleError,
)
from earntrack_server.http.route import OWNER, VIEWER, Ask, Handler, Route


ME: Final = "/api/v1/users/me"
WORKSPACE: Final = "/api/v1/workspace"


@frozen(kw_only=True)
class SessionList:
    """Where a user is signed in, the newest first."""

    items: tuple[SessionInfo, ...]


@frozen(kw_only=True)
class MemberList:
    """Who works in a workspace, the oldest first."""

    items: tuple[Member, ...]


@frozen(kw_only=True)
class Ended:
    """How many sessions were ended."""

    ended: int


def current(ask: Ask[Any]) -> SessionId | None:
    """Return the session that asks, if it is one."""
    return None if ask.session_id is None else SessionId(ask.session_id)


def me(et: EarnTrack, ask: Ask[None]) -> Profile:
    """Return who asks."""
    return et.identity.profiles.me(ask.actor)


def update_me(et: EarnTrack, ask: Ask[ProfilePatch]) -> Profile:
    """Change name or language."""
    return et.identity.profiles.update_me(
        ask.actor, ask.body, version=ask.version
    )


def change_password(et: EarnTrack, ask: Ask[NewPassword]) -> None:
    """Set a new password, and end all other sessions."""
    et.identity.credentials.change_password(ask.actor, current(ask), ask.body)


def change_email(et: EarnTrack, ask: Ask[NewEmail]) -> None:
    """Mail a token to a new address."""
    et.identity.credentials.request_email(ask.actor, ask.body)


def sessions(et: EarnTrack, ask: Ask[None]) -> SessionList:
    """List the sessions."""
    return SessionList(
        items=et.identity.sessions.find(ask.actor, current(ask))
    )


def end_session(et: EarnTrack, ask: Ask[None]) -> None:
    """End one session."""
    et.identity.sessions.sign_out(ask.actor, SessionId(ask.key))


def end_others(et: EarnTrack, ask: Ask[None]) -> Ended:
    """End all sessions but the one that asks."""
    count = et.identity.sessions.sign_out_all(ask.actor, current(ask))
    return Ended(ended=count)


def workspace(et: EarnTrack, ask: Ask[None]) -> Workspace:
    """Return the workspace."""
    return et.identity.profiles.workspace(ask.actor)


def update_workspace(et: EarnTrack, ask: Ask[WorkspacePatch]) -> Workspace:
    """Change the workspace."""
    return et.identity.profiles.update_workspace(
        ask.actor, ask.body, version=ask.version
    )


def members(et: EarnTrack, ask: Ask[None]) -> MemberList:
    """List who works in the workspace."""
    return MemberList(items=et.identity.profiles.members(ask.actor))


def routes() -> list[Route]:
    """Return all of them."""
    return [*_of_users(), *_of_sessions(), *_of_workspaces()]


def _of_users() -> list[Route]:
    return [
        Route(
            method="GET",
            path=ME,
            id="get_me",
            summary="Return who asks",
            policy=VIEWER,
            handler=me,
            reply=Profile,
            etag=True,
            tags=("users",),
        ),
        Route(
            method="PATCH",
            path=ME,
            id="update_me",
            summary="Change name or language",
            policy=VIEWER,
            handler=update_me,
            body=ProfilePatch,
            reply=Profile,
            etag=True,
            errors=(InvalidError, StaleError),
            tags=("users",),
            idempotent=False,
        ),
        _guarded(
            "password",
            "Set a new password, and end all other sessions",
            change_password,
            NewPassword,
            HTTPStatus.NO_CONTENT,
        ),
        _guarded(
            "email",
            "Mail a token to a new address",
            change_email,
            NewEmail,
            HTTPStatus.ACCEPTED,
        ),
    ]


def _guarded(
    name: str, summary: str, handler: Handler, body: type, status: HTTPStatus
) -> Route:
    """Return a door that the password opens."""
    return Route(
        method="POST",
        path=f"{ME}/{name}",
        id=f"change_{name}",
        summary=summary,
        policy=VIEWER,
        handler=handler,
        body=body,
        status=status,
        errors=(InvalidError, LockedOutError, StaleError),
        limit="auth",
        tags=("users",),
        idempotent=False,
    )


def _of_sessions() -> list[Route]:
    return [
        Route(
            method="GET",
            path=f"{ME}/sessions",
            id="find_sessions",
            summary="List where you are signed in",
            policy=VIEWER,
            handler=sessions,
            reply=SessionList,
            tags=("users",),
        ),
        Route(
            method="DELETE",
            path=f"{ME}/sessions",
            id="end_other_sessions",
            summary="Sign out everywhere else",
            policy=VIEWER,
            handler=end_others,
            reply=Ended,
            tags=("users",),
            idempotent=False,
        ),
        Route(
            method="DELETE",
            path=f"{ME}/sessions/{{id}}",
            id="end_session",
            summary="End a session",
            policy=VIEWER,
            handler=end_session,
            status=HTTPStatus.NO_CONTENT,
            errors=(NotFoundError,),
            tags=("users",),
            idempotent=False,
        ),
    ]


def _of_workspaces() -> list[Route]:
    return [
        Route(
            method="GET",
            path=WORKSPACE,
            id="get_workspace",
            summary="Return the workspace",
            policy=VIEWER,
            handler=workspace,
            reply=Workspace,
            etag=True,
            tags=("workspace",),
        ),
        Route(
            method="PATCH",
            path=WORKSPACE,
            id="update_workspace",
            summary="Change the workspace",
            policy=OWNER,
            handler=update_workspace,
            body=WorkspacePatch,
            reply=Workspace,
            etag=True,
            errors=(InvalidError, StaleError, ForbiddenError),
            tags=("workspace",),
            idempotent=False,
        ),
        Route(
            method="GET",
            path=f"{WORKSPACE}/members",
            id="find_members",
            summary="List who works in the workspace",
            policy=VIEWER,
            handler=members,
            reply=MemberList,
            tags=("workspace",),
        ),
    ]
