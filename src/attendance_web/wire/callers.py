"""Tells who asks, as turns and limits tell people apart, also before anybody is logged in."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attendance_core.vocabulary import UserId

Caller = UserId | str  # a person, or the network of somebody who is not logged in


def address_of(scope: Mapping[str, Any]) -> str:
    """Finds the address that a request or a socket comes from; "" where the server tells none."""
    client = scope.get("client")
    return client[0] if client else ""


def caller_of(user_id: UserId | None, address: str) -> Caller:
    """Names whoever asks: a person that is known, else the network they come from."""
    return network_of(address) if user_id is None else user_id


def is_network(caller: Caller) -> bool:
    """Tells whether a caller is a network, since nobody knows which person asks."""
    return isinstance(caller, str)


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """Finds the network that an address belongs to: an IPv6 subscriber has all of a /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
