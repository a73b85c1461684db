"""What works where one extra alone is installed: run by the Python of such an environment.

It gets the extra's name, none for the package alone, and says "kept" where all of that works.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path


def core_alone() -> None:
    """The rules work over adapters of one's own, and the packages say what they are."""
    before = set(sys.modules)
    import attendance_adapters
    import attendance_core
    import attendance_web

    assert issubclass(attendance_core.Taken, attendance_core.Refusal)
    assert attendance_core.UseCases.__dataclass_fields__
    import_module("attendance_core.ports")
    import_module("attendance_core.repositories")
    versions = {each.__version__ for each in (attendance_core, attendance_adapters, attendance_web)}
    assert len(versions) == 1
    loaded = {each.partition(".")[0] for each in set(sys.modules) - before}
    known = sys.stdlib_module_names | {"attendance_core", "attendance_adapters", "attendance_web"}
    assert loaded <= known, loaded - known


def sqlalchemy() -> None:
    """Somebody is marked, in memory and in SQLite."""

    async def mark(folder: Path | None) -> None:
        from attendance_adapters import embedded
        from attendance_core import Role

        async with embedded(folder) as service:
            do, now = service.use_cases, time.time()
            anna, boris = [
                await do.sign_up(username=name, password="like tea at five")
                for name in ("anna", "boris")
            ]
            event = await do.create_event(
                actor=boris.user_id, name="A", starts_at=now, ends_at=now + 900
            )
            await do.mark_me(connection=service.connection(anna, event.event_id, Role.MARK_ME))
            marking = service.connection(boris, event.event_id, Role.MARKING)
            await do.ready_to_mark(connection=marking)
            await do.prepare_to_mark(connection=marking, target=anna.user_id)
            assert (await do.confirm_marking(connection=marking)).paid

    asyncio.run(mark(None))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(mark(Path(folder) / "var"))


def postgres() -> None:
    """A store over PostgreSQL is made, which finds nobody at this port."""
    from attendance_adapters import UnusableDatabase, connect

    async def start() -> None:
        url = "postgresql://nobody@127.0.0.1:1/attendance"
        with tempfile.TemporaryDirectory() as folder:
            service = connect(url, files_url=Path(folder).as_uri(), notifier_url=url)
            try:
                async with service:
                    raise AssertionError("somebody was there")
            except UnusableDatabase:
                pass

    asyncio.run(start())


def redis() -> None:
    """Announcements go by Redis: what carries them is there, beside whatever store."""
    assert import_module("attendance_adapters.notifiers.redis")


def oidc() -> None:
    """A provider is made, which is asked nothing before somebody logs in."""
    made = import_module("attendance_adapters.oidc").OpenIdProvider
    assert callable(made)


def metrics() -> None:
    """The service can be made, with what Prometheus reads."""
    web()
    assert import_module("attendance_web.serving.metrics").COUNTERS


def web() -> None:
    """The command says which version it is, and the service can be made."""
    command = [str(Path(sys.executable).parent / "attendance"), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert import_module("attendance_core").__version__ in said
    main, settings = import_module("attendance_web.main"), import_module("attendance_web.settings")
    from attendance_adapters import embedded

    assert main.create_app(embedded(), settings.Settings())


def live() -> None:
    """Live rooms for any host, and their sockets as an ASGI application."""
    assert import_module("attendance_web.live").Live
    assert import_module("attendance_web.asgi").sockets


def client() -> None:
    """A client of the service is there."""
    assert import_module("attendance_web.client").__all__


def testing() -> None:
    """The tests for adapters of one's own are there."""
    assert import_module("attendance_core.testing").__all__


PROMISES = {
    "": core_alone,
    **{each.__name__: each for each in (sqlalchemy, postgres, redis, oidc, metrics, web)},
    **{each.__name__: each for each in (live, client, testing)},
}

if __name__ == "__main__":
    PROMISES[sys.argv[1] if len(sys.argv) > 1 else ""]()
    print("kept")
