"""How the value of a setting is read, and what is told of a wrong one: a line without secrets.

Each reader raises WrongSetting, whose text goes on behind the name of the variable.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from attendance_web.wire.origins import origin_of

MAX_SECONDS: Final = 86_400
POSTGRES_SCHEMES: Final = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
NOTIFIER_SCHEMES: Final = frozenset({"redis", "rediss", "valkey", "valkeys"}) | POSTGRES_SCHEMES


class WrongSetting(ValueError):
    """A setting that stops the start: one line, which names the variable."""


def printable(value: str) -> str:
    """Writes the value on one line, short, whatever is in it."""
    shown = value if value.isprintable() else ascii(value)[1:-1]
    return shown if len(shown) <= 60 else shown[:57] + "..."


def host(value: str) -> str:
    """Reads an address, or the name of a host."""
    if re.fullmatch(r"[A-Za-z0-9.:_-]+", value) is None:
        raise WrongSetting(f"must be an address or the name of a host, not '{printable(value)}'")
    return value


def whole_number_between(least: int, most: int) -> Callable[[str], int]:
    """Makes what reads a whole number, from ``least`` to ``most``."""

    def read(value: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", value) is None or not least <= int(value) <= most:
            raise WrongSetting(
                f"must be a whole number from {least} to {most}, not '{printable(value)}'"
            )
        return int(value)

    return read


def seconds(value: str) -> float:
    """Reads a length of time, from one second to a day."""
    try:
        given = float(value)
    except ValueError:
        given = math.nan
    if not 1 <= given <= MAX_SECONDS:
        raise WrongSetting(
            f"must be a number of seconds from 1 to {MAX_SECONDS}, not '{printable(value)}'"
        )
    return given


def directory(value: str) -> Path:
    """Reads a path, from where the service is started; makes it absolute."""
    return Path(value).absolute()


def scheme_of(value: str) -> str:
    """Reads what stands before ``://``; the rest of a URL may be a secret."""
    found = re.match(r"[a-z][a-z0-9+]*(?=://)", value.lower())
    return "" if found is None else found[0]


def database_url(value: str) -> str:
    """Reads the URL of a database."""
    if scheme_of(value) in POSTGRES_SCHEMES:
        if re.fullmatch(r"[a-z+]+://[^/\s]*/[^/?#\s]+(\?[^#\s]*)?", value) is None:
            raise WrongSetting("must end with the name of a database: postgresql://host/name")
        return value
    if re.fullmatch(r"sqlite:///[^?#:]+", value) is None:
        raise WrongSetting("must be sqlite:/// and the path of a file, or a postgresql:// address")
    return value


def notifier_url(value: str) -> str:
    """Reads the URL of a notifier."""
    if value != "memory://" and (
        scheme_of(value) not in NOTIFIER_SCHEMES or re.fullmatch(r"[^:]+://[^\s/].*", value) is None
    ):
        raise WrongSetting("must be memory://, redis://, rediss://, valkey:// or postgresql://")
    return value


def files_url(value: str) -> str:
    """Reads the URL of a place for files."""
    if "@" in value and scheme_of(value) == "s3":
        raise WrongSetting("must have no key in it: that is AWS_ACCESS_KEY_ID and so on")
    if re.fullmatch(r"file:///[^?#]+|s3://[a-z0-9][a-z0-9.-]{2,62}(/[^?#]*)?", value) is None:
        raise WrongSetting(
            "must be file:/// and the absolute path of a folder, or s3://bucket/path"
        )
    return value


def origins(value: str) -> frozenset[str]:
    """Reads origins with commas between them."""
    return frozenset(_origin(each.strip().lower()) for each in value.split(",") if each.strip())


def _origin(value: str) -> str:
    try:
        return origin_of(value)
    except ValueError:
        raise WrongSetting(
            "must be whole origins with commas between them, like https://example.org, "
            f"not '{printable(value)}'"
        ) from None


def public_url(value: str) -> str:
    """Reads an origin, with or without a slash behind it."""
    try:
        return _origin(value.lower().removesuffix("/"))
    except WrongSetting:
        raise WrongSetting("must be an origin and no more, like https://example.org") from None


def issuer(value: str) -> str:
    """Reads who issues identities, exactly as it says itself: with its slash, or without."""
    from attendance_core.identities import MAX_ISSUER_LENGTH  # with hashes, which most never need

    try:
        split = urlsplit(value)
        is_address = bool(split.hostname) and split.username is None and split.port != 0
    except ValueError:
        split, is_address = urlsplit(""), False
    is_safe = split.scheme == "https" or (
        split.scheme == "http" and split.hostname in {"localhost", "127.0.0.1", "::1"}
    )
    is_short = len(value) <= MAX_ISSUER_LENGTH
    if not (is_address and is_safe and is_short) or re.fullmatch(r"[!\"$->@-~]+", value) is None:
        raise WrongSetting("must be the https:// address of an issuer, without ? and #")
    return value


def ascii_text(value: str) -> str:
    """Reads what a provider has given out, which may be a secret."""
    if re.fullmatch(r"[ -~]{1,1000}", value) is None:  # RFC 6749: appendix A
        raise WrongSetting("must be 1 to 1000 characters of ASCII")
    return value


def shown_name(value: str) -> str:
    """Reads a name that people are shown."""
    if not value.isprintable() or len(value) > 64:
        raise WrongSetting("must be a name of at most 64 characters")
    return value


def log_format(value: str) -> str:
    """Reads how the log is written."""
    if value not in {"console", "json"}:
        raise WrongSetting(f"must be console or json, not '{printable(value)}'")
    return value
