"""Ways for announcements to reach whoever listens, in this process and in others."""

from __future__ import annotations

from attendance_adapters.errors import BadAddress
from attendance_adapters.missing_extras import needing
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.notifiers.remote import RemoteNotifier
from attendance_adapters.shown_address import shown_address
from attendance_core.arguments import check_kind

__all__ = ["LocalNotifier", "RemoteNotifier", "notifier_at"]


def notifier_at(url: str) -> LocalNotifier | RemoteNotifier:
    """Makes the notifier at memory://, redis://, rediss://, valkey://, valkeys:// or postgresql://.

    It has to be started within the event loop that it is to work in. Raises BadAddress, whose
    text has none of its secrets; MissingExtra, TypeError.
    """
    check_kind("notifier_url", url, str)
    if url == "memory://":
        return LocalNotifier()
    scheme = url.partition("://")[0]
    with needing("notifiers at such an address"):
        match scheme:
            case "redis" | "rediss" | "valkey" | "valkeys":
                from attendance_adapters.notifiers.redis import redis_notifier

                return redis_notifier(url)
            case "postgresql" | "postgres" | "postgresql+asyncpg":
                from attendance_adapters.notifiers.postgres import postgres_notifier

                return postgres_notifier(url)
    raise BadAddress(
        "a notifier is at memory://, redis://, valkey:// or postgresql://, "
        f"not at {shown_address(url)}"
    )
