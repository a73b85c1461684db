"""Ways for announcements to reach whoever listens, in this process and in others."""

from __future__ import annotations

from attendance_adapters.errors import BadAddress
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.notifiers.remote import RemoteNotifier

__all__ = ["LocalNotifier", "RemoteNotifier", "notifier_at"]


def notifier_at(url: str) -> LocalNotifier | RemoteNotifier:
    """Makes the notifier at memory://, redis://, rediss://, valkey://, valkeys:// or postgresql://.

    It has to be started within the event loop that it is to work in. Raises BadAddress, whose
    text has nothing of the address but its scheme.
    """
    if url == "memory://":
        return LocalNotifier()
    scheme = url.partition("://")[0]
    try:
        match scheme:
            case "redis" | "rediss" | "valkey" | "valkeys":
                from attendance_adapters.notifiers.redis import redis_notifier

                return redis_notifier(url)
            case "postgresql" | "postgres" | "postgresql+asyncpg":
                from attendance_adapters.notifiers.postgres import postgres_notifier

                return postgres_notifier(url)
    except ModuleNotFoundError as missing:
        raise BadAddress(f"a {scheme} notifier needs the package {missing.name}") from None
    raise BadAddress("a notifier is at memory://, redis://, valkey:// or postgresql://")
