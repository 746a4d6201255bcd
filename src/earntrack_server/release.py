"""Which EarnTrack this is."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the version of EarnTrack that is installed."""
    try:
        return version("earntrack")
    except PackageNotFoundError:
        return "0"
