"""Checks of settings: rates, networks and origins, as people write them."""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import Attribute, frozen


RATE: Final = re.compile(r"(\d{1,9})/(\d{0,6})(s|min|h|d)", re.ASCII)
UNITS: Final[Mapping[str, timedelta]] = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


@frozen
class Rate:
    """So many times in a span of time."""

    limit: int
    window: timedelta


def read_rate(text: str) -> Rate:
    """Return the rate that is written as `100/15min`.

    Raises:
        ValueError: It is not written like that.
    """
    match = RATE.fullmatch(text)
    if match is None or int(match[1]) < 1 or match[2] == "0":
        raise ValueError(f"{text!r} is no rate like 100/15min or 10/s")
    return Rate(int(match[1]), int(match[2] or 1) * UNITS[match[3]])


def is_rate(_: object, at: "Attribute[str]", value: str) -> None:
    """Insist on a rate."""
    try:
        read_rate(value)
    except ValueError as error:
        raise ValueError(
            f"{at.name!r} must be a rate like 100/15min, not {value!r}"
        ) from error


def is_networks(
    _: object, at: "Attribute[tuple[str, ...]]", value: tuple[str, ...]
) -> None:
    """Insist on networks."""
    for one in value:
        try:
            ip_network(one, strict=False)
        except ValueError as error:
            raise ValueError(
                f"{at.name!r} must be networks like 10.0.0.0/8, not {one!r}"
            ) from error


def _looks_like_origin(text: str) -> bool:
    parts = urlsplit(text)
    bare = f"{parts.scheme}://{parts.netloc}"
    known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return known and text == bare


def is_origin(
    _: object, at: "Attribute[Any]", value: str | tuple[str, ...] | None
) -> None:
    """Insist on one or more origins, if there are any."""
    origins = (value,) if isinstance(value, str) else value or ()
    for one in origins:
        if not _looks_like_origin(one):
            raise ValueError(
                f"{at.name!r} must be like https://example.org, not {one!r}"
            )


def is_loopback(host: str | None) -> bool:
    """Say whether only this machine can reach a host."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
