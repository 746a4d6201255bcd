"""/platforms: where money is earned."""

from datetime import timedelta
from typing import Final

from earntrack_core.platforms.model import (
    NewPlatform,
    Platform,
    PlatformFilter,
    PlatformPatch,
)
from earntrack_server.crud import Resource, crud
from earntrack_server.http.route import Route


PLATFORMS: Final = Resource(
    path="/api/v1/platforms",
    name="platform",
    plural="platforms",
    record=Platform,
    new=NewPlatform,
    patch=PlatformPatch,
    filter=PlatformFilter,
    keep=timedelta(minutes=30),
    service=lambda et: et.platforms,
)


def routes() -> list[Route]:
    """Return all of them."""
    return crud(PLATFORMS)
