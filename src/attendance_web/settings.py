"""What an operator can set, all of it by environment variables and all of it optional.

A URL may hold a password, so no URL is ever printed or part of a `repr`; each can also be read
from the file that `..._FILE` names. An empty variable counts as none.

`X-Forwarded-For` and `X-Forwarded-Proto` are believed from a proxy on this machine only; uvicorn's
own variable `FORWARDED_ALLOW_IPS` names others.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from attendance_core.marking.terms import DEFAULT_TERMS
from attendance_core.vocabulary import Seconds
from attendance_web import setting_values
from attendance_web.setting_values import WrongSetting, printable, scheme_of

PREFIX: Final = "ATTENDANCE_"
# They may hold passwords
FROM_FILES: Final = ("database_url", "notifier_url", "files_url", "oidc_client_secret")
OIDC_SETTINGS: Final = ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name")
MAX_WORKERS: Final = 64
# Idle connections are the proxy's to close: a POST that meets one of ours closing is lost
KEEP_ALIVE_SECONDS: Final = 75
MAX_KEEP_ALIVE_SECONDS: Final = 3_600
MAX_KARMA: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Holds how this service is run; seconds are seconds, and paths are absolute."""

    host: str = "127.0.0.1"
    port: int = 8000  # 0: any free one
    workers: int = 1
    data_dir: Path = field(default_factory=lambda: Path("var").absolute())
    database_url: str = field(default="", repr=False)  # "": a SQLite file in data_dir
    notifier_url: str = field(default="memory://", repr=False)
    files_url: str = field(default="", repr=False)  # "": a folder in data_dir
    allowed_origins: frozenset[str] = frozenset()  # besides our own
    public_url: str = ""  # "": what each request says
    oidc_issuer: str = ""  # "": nobody logs in by a university, and the rest is empty, too
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = ""  # what people call it
    oidc_confirmed_claim: str = ""  # "": nobody has a tick by it
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


# How the value of each is read
READERS: Final[dict[str, Callable[[str], Any]]] = {
    "host": setting_values.host,
    "port": setting_values.whole_number_between(0, 65_535),
    "workers": setting_values.whole_number_between(1, MAX_WORKERS),
    "data_dir": setting_values.directory,
    "database_url": setting_values.database_url,
    "notifier_url": setting_values.notifier_url,
    "files_url": setting_values.files_url,
    "allowed_origins": setting_values.origins,
    "public_url": setting_values.public_url,
    "oidc_issuer": setting_values.issuer,
    "oidc_client_id": setting_values.ascii_text,
    "oidc_client_secret": setting_values.ascii_text,
    "oidc_name": setting_values.shown_name,
    "oidc_confirmed_claim": setting_values.ascii_text,
    "hold_seconds": setting_values.seconds,
    "grace_seconds": setting_values.seconds,
    "karma_per_mark": setting_values.whole_number_between(0, MAX_KARMA),
    "karma_pair_a_month": setting_values.whole_number_between(0, MAX_KARMA),
    "karma_unchecked_a_month": setting_values.whole_number_between(0, MAX_KARMA),
    "keep_alive_seconds": setting_values.whole_number_between(1, MAX_KEEP_ALIVE_SECONDS),
    "log_format": setting_values.log_format,
    "metrics_host": setting_values.host,
    "metrics_port": setting_values.whole_number_between(1, 65_535 - MAX_WORKERS),
}


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Reads the settings an environment asks for. Raises WrongSetting."""
    given = {}
    for name, read in READERS.items():
        value = _given_value(environ, name)
        if value is not None:
            try:
                given[name] = read(value)
            except WrongSetting as wrong:
                raise WrongSetting(f"{_variable_of(name)} {wrong}") from None
    settings = Settings(**given)
    _check_oidc(settings)
    if settings.workers > 1 and scheme_of(settings.database_url) == "sqlite":
        raise WrongSetting(
            f"{_variable_of('workers')} must be 1: SQLite is written by one process; "
            "several need PostgreSQL"
        )
    if settings.workers > 1 and settings.notifier_url == "memory://":
        raise WrongSetting(
            f"{_variable_of('notifier_url')} must name a server where there are several workers: "
            "memory:// reaches one process"
        )
    return settings


def _check_oidc(settings: Settings) -> None:
    """Checks that log-in by a university is set as a whole. Raises WrongSetting. Contract: 9.5."""
    names = (*OIDC_SETTINGS, "public_url")
    missing = [_variable_of(each) for each in names if not getattr(settings, each)]
    given = [_variable_of(each) for each in OIDC_SETTINGS if getattr(settings, each)]
    if settings.oidc_confirmed_claim:
        given.append(_variable_of("oidc_confirmed_claim"))
    if given and missing:
        raise WrongSetting(f"{given[0]} needs {', '.join(missing)}, too")


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Writes a line for each variable that looks like a setting of ours and is none."""
    known = [each.name.upper() for each in fields(Settings)]
    known += [f"{name.upper()}_FILE" for name in FROM_FILES]
    lines = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
            hint = f"; is it {PREFIX}{near[0]}?" if near else ""
            lines.append(f"{printable(name)} is not a setting and does nothing{hint}")
    return lines


def _variable_of(name: str) -> str:
    return PREFIX + name.upper()


def _given_value(environ: Mapping[str, str], name: str) -> str | None:
    variable = _variable_of(name)
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
