"""What happens to platforms."""

from typing import ClassVar, Final

from attrs import frozen

from earntrack_core.kernel.events import Event
from earntrack_core.platforms.model import Platform


@frozen(kw_only=True)
class PlatformChanged(Event):
    """Something happened to a platform."""

    topic: ClassVar[str] = "platform:changed"

    platform: Platform


@frozen(kw_only=True)
class PlatformCreated(PlatformChanged):
    """A platform was added."""

    topic: ClassVar[str] = "platform:created"


@frozen(kw_only=True)
class PlatformUpdated(PlatformChanged):
    """A platform was changed."""

    topic: ClassVar[str] = "platform:updated"


@frozen(kw_only=True)
class PlatformDeleted(PlatformChanged):
    """A platform was removed."""

    topic: ClassVar[str] = "platform:deleted"


KINDS: Final = {
    "created": PlatformCreated,
    "updated": PlatformUpdated,
    "deleted": PlatformDeleted,
}


def platform_changed(verb: str, platform: Platform) -> PlatformChanged:
    """Return the event that says what was done to *platform*."""
    return KINDS[verb](workspace_id=platform.workspace_id, platform=platform)
