"""What an operator can set, all of it by environment variables and all of it optional.

A URL may hold a password, so no URL is ever printed or part of a `repr`; each can also be read
from the file that `..._FILE` names. An empty variable counts as none.

`X-Forwarded-For` and `X-Forwarded-Proto` are believed from a proxy on this machine only; uvicorn's
own variable `FORWARDED_ALLOW_IPS` names others.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from attendance_core.marking.terms import DEFAULT_TERMS
from attendance_core.vocabulary import Seconds
from attendance_web.wire.credentials import DEFAULT_PORTS

PREFIX: Final = "ATTENDANCE_"
FROM_FILES: Final = ("database_url", "notifier_url", "files_url")  # they may hold passwords
MAX_SECONDS: Final = 86_400
MAX_WORKERS: Final = 64
# Idle connections are the proxy's to close: a POST that meets one of ours closing is lost
KEEP_ALIVE_SECONDS: Final = 75
MAX_KEEP_ALIVE_SECONDS: Final = 3_600
MAX_KARMA: Final = 1_000_000
NOTIFIERS: Final = frozenset(
    {"redis", "rediss", "valkey", "valkeys", "postgresql", "postgres", "postgresql+asyncpg"}
)


class WrongSetting(ValueError):
    """A setting that stops the start: one line, which names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this service is run; seconds are seconds, and paths are absolute."""

    host: str = "127.0.0.1"
    port: int = 8000  # 0: any free one
    workers: int = 1
    data_dir: Path = field(default_factory=lambda: Path("var").absolute())
    database_url: str = field(default="", repr=False)  # "": a SQLite file in data_dir
    notifier_url: str = field(default="memory://", repr=False)
    files_url: str = field(default="", repr=False)  # "": a folder in data_dir
    allowed_origins: frozenset[str] = frozenset()  # besides our own
    public_url: str = ""  # "": what each request says
    hold_seconds: Seconds = DEFAULT_TERMS.hold_seconds
    grace_seconds: Seconds = DEFAULT_TERMS.grace_seconds
    karma_per_mark: int = DEFAULT_TERMS.karma_per_mark
    karma_pair_a_month: int = DEFAULT_TERMS.karma_pair_a_month
    karma_unchecked_a_month: int = DEFAULT_TERMS.karma_unchecked_a_month
    keep_alive_seconds: int = KEEP_ALIVE_SECONDS
    log_format: Literal["console", "json"] = "console"
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0  # 0: none; each of several workers has the next one

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir / 'attendance.db'}")
        if not self.files_url:
            object.__setattr__(self, "files_url", (self.data_dir / "files").as_uri())


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Reads the settings an environment asks for. Raises WrongSetting."""
    given = {}
    for name, read in READERS.items():
        value = _value(environ, name)
        if value is not None:
            try:
                given[name] = read(value)
            except WrongSetting as wrong:
                raise WrongSetting(f"{_variable(name)} {wrong}") from None
    settings = Settings(**given)
    if settings.workers > 1 and _scheme(settings.database_url) == "sqlite":
        raise WrongSetting(
            f"{_variable('workers')} must be 1: SQLite is written by one process; "
            "several need PostgreSQL"
        )
    if settings.workers > 1 and settings.notifier_url == "memory://":
        raise WrongSetting(
            f"{_variable('notifier_url')} must name a server where there are several workers: "
            "memory:// reaches one process"
        )
    return settings


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Writes a line for each variable that looks like a setting of ours and is none."""
    known = [each.name.upper() for each in fields(Settings)]
    known += [f"{name.upper()}_FILE" for name in FROM_FILES]
    lines = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
            hint = f"; is it {PREFIX}{near[0]}?" if near else ""
            lines.append(f"{_printable(name)} is not a setting and does nothing{hint}")
    return lines


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _value(environ: Mapping[str, str], name: str) -> str | None:
    variable = _variable(name)
    value = environ.get(variable, "").strip() or None
    file = environ.get(f"{variable}_FILE", "").strip()
    if not file or name not in FROM_FILES:
        return value
    if value is not None:
        raise WrongSetting(f"{variable} and {variable}_FILE are both set: leave one of them out")
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WrongSetting(f"{variable}_FILE names a file that cannot be read: {why}") from None


def _printable(value: str) -> str:
    """Writes the value on one line, short, whatever is in it."""
    shown = value if value.isprintable() else ascii(value)[1:-1]
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _host(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9.:_-]+", value) is None:
        raise WrongSetting(f"must be an address or the name of a host, not '{_printable(value)}'")
    return value


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", value) is None or not least <= int(value) <= most:
            raise WrongSetting(
                f"must be a whole number from {least} to {most}, not '{_printable(value)}'"
            )
        return int(value)

    return read


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 1 <= seconds <= MAX_SECONDS:
        raise WrongSetting(
            f"must be a number of seconds from 1 to {MAX_SECONDS}, not '{_printable(value)}'"
        )
    return seconds


def _directory(value: str) -> Path:
    return Path(value).absolute()


def _scheme(value: str) -> str:
    """Reads what stands before ``://``; the rest of a URL may be a secret."""
    found = re.match(r"[a-z][a-z0-9+]*(?=://)", value.lower())
    return "" if found is None else found[0]


def _database_url(value: str) -> str:
    if _scheme(value) in {"postgresql", "postgres", "postgresql+asyncpg"}:
        if re.fullmatch(r"[a-z+]+://[^/\s]*/[^/?#\s]+(\?[^#\s]*)?", value) is None:
            raise WrongSetting("must end with the name of a database: postgresql://host/name")
        return value
    if re.fullmatch(r"sqlite:///[^?#:]+", value) is None:
        raise WrongSetting("must be sqlite:/// and the path of a file, or a postgresql:// address")
    return value


def _notifier_url(value: str) -> str:
    if value != "memory://" and (
        _scheme(value) not in NOTIFIERS or re.fullmatch(r"[^:]+://[^\s/].*", value) is None
    ):
        raise WrongSetting("must be memory://, redis://, rediss://, valkey:// or postgresql://")
    return value


def _files_url(value: str) -> str:
    if "@" in value and _scheme(value) == "s3":
        raise WrongSetting("must have no key in it: that is AWS_ACCESS_KEY_ID and so on")
    if re.fullmatch(r"file:///[^?#]+|s3://[a-z0-9][a-z0-9.-]{2,62}(/[^?#]*)?", value) is None:
        raise WrongSetting(
            "must be file:/// and the absolute path of a folder, or s3://bucket/path"
        )
    return value


def _origins(value: str) -> frozenset[str]:
    return frozenset(_origin(each.strip().lower()) for each in value.split(",") if each.strip())


def _origin(value: str) -> str:
    """Writes it as a browser sends it: without the port that its scheme has anyway."""
    try:
        split = urlsplit(value)
        port = split.port
    except ValueError:
        split, port = urlsplit(""), None
    if (
        split.scheme not in DEFAULT_PORTS
        or not split.hostname
        or value != f"{split.scheme}://{split.netloc}"
        or split.username is not None
        or re.fullmatch(r"[a-z0-9.:_\[\]-]+", split.netloc) is None
    ):
        raise WrongSetting(
            "must be whole origins with commas between them, like https://example.org, "
            f"not '{_printable(value)}'"
        )
    if port == DEFAULT_PORTS[split.scheme]:
        return value.rpartition(":")[0]
    return value


def _public_url(value: str) -> str:
    try:
        return _origin(value.lower().removesuffix("/"))
    except WrongSetting:
        raise WrongSetting("must be an origin and no more, like https://example.org") from None


def _log_format(value: str) -> str:
    if value not in {"console", "json"}:
        raise WrongSetting(f"must be console or json, not '{_printable(value)}'")
    return value


READERS: Final[dict[str, Callable[[str], Any]]] = {
    "host": _host,
    "port": _whole(0, 65_535),
    "workers": _whole(1, MAX_WORKERS),
    "data_dir": _directory,
    "database_url": _database_url,
    "notifier_url": _notifier_url,
    "files_url": _files_url,
    "allowed_origins": _origins,
    "public_url": _public_url,
    "hold_seconds": _seconds,
    "grace_seconds": _seconds,
    "karma_per_mark": _whole(0, MAX_KARMA),
    "karma_pair_a_month": _whole(0, MAX_KARMA),
    "karma_unchecked_a_month": _whole(0, MAX_KARMA),
    "keep_alive_seconds": _whole(1, MAX_KEEP_ALIVE_SECONDS),
    "log_format": _log_format,
    "metrics_host": _host,
    "metrics_port": _whole(1, 65_535 - MAX_WORKERS),
}
