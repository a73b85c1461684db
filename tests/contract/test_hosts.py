"""The two hosts of `examples/`, with people of their own: each a process of stock uvicorn."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.host_packages import packages_of
from tests.support.service_process import free_port

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0  # on a slow machine
SERVE = """\
import sys, uvicorn
uvicorn.run(sys.argv[1], port=int(sys.argv[2]), timeout_graceful_shutdown=20)
"""
ADD_PEOPLE = """\
import os; os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
import django; django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
for name, password in {"anna": "like tea", "boris": "like coffee"}.items():
    User.objects.create_user(name, password=password)
"""


@dataclass
class Guest:
    """Somebody who uses a host as a browser does."""

    host: Host
    client: httpx.Client

    async def opens(self, role: str, event_id: str, **headers: str) -> ClientConnection:
        cookies = "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())
        wire = await connect(
            f"ws://127.0.0.1:{self.host.port}/live/{role}?event_id={event_id}",
            additional_headers={"Cookie": cookies, "Accept-Language": "en", **headers},
            proxy=None,
        )
        self.host.wires.append(wire)
        return wire


class Host(ABC):
    """How one of the examples is spoken to."""

    folder: str
    application: str
    preparation = ""

    def __init__(self, port: int) -> None:
        self.port = port
        self.wires: list[ClientConnection] = []
        self._clients: list[httpx.Client] = []

    @classmethod
    def packages(cls) -> list[Path]:
        return []

    def guest(self) -> Guest:
        client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE_SECONDS)
        self._clients.append(client)
        return Guest(self, client)

    async def close_all(self) -> None:
        """Closes the sockets and clients of every guest."""
        for wire in self.wires:
            await wire.close()
        for client in self._clients:
            client.close()

    @abstractmethod
    def logs_in(self, name: str, password: str) -> Guest: ...

    @abstractmethod
    def posts(self, guest: Guest, path: str, **given: str) -> httpx.Response: ...

    @abstractmethod
    def counts(self, guest: Guest, event_id: str) -> dict[str, Any]: ...

    def follows(self, guest: Guest, event_id: str, began: threading.Event) -> None:
        """Reads the counts until they end, where the host goes on telling them."""
        began.set()


class FastApi(Host):
    folder = "fastapi_host"
    application = "host:app"

    @classmethod
    def packages(cls) -> list[Path]:
        return [packages_of(cls.folder)]

    def logs_in(self, name: str, password: str) -> Guest:
        guest = self.guest()
        guest.client.post("/log-in", params={"name": name, "password": password})
        return guest

    def posts(self, guest: Guest, path: str, **given: str) -> httpx.Response:
        return guest.client.post(f"/{path}", params=given)

    def counts(self, guest: Guest, event_id: str) -> dict[str, Any]:
        with guest.client.stream("GET", f"/lectures/{event_id}/counts") as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
                    return found
        raise AssertionError("nothing was told")

    def follows(self, guest: Guest, event_id: str, began: threading.Event) -> None:
        with guest.client.stream("GET", f"/lectures/{event_id}/counts") as answer:
            for _ in answer.iter_lines():  # whatever is cut off raises
                began.set()


class Django(Host):
    folder = "django_host"
    application = "project.asgi:application"
    preparation = ADD_PEOPLE

    def logs_in(self, name: str, password: str) -> Guest:
        guest = self.guest()
        guest.client.get("/")  # for the token
        self.posts(guest, "log-in", name=name, password=password)
        return guest

    def posts(self, guest: Guest, path: str, **given: str) -> httpx.Response:
        token = guest.client.cookies.get("csrftoken") or ""
        return guest.client.post(f"/{path}/", data=given, headers={"X-CSRFToken": token})

    def counts(self, guest: Guest, event_id: str) -> dict[str, Any]:
        found: dict[str, Any] = guest.client.get(f"/lectures/{event_id}/").raise_for_status().json()
        return found


@contextmanager
def running(kind: type[Host], folder: Path) -> Iterator[tuple[Host, Popen[bytes]]]:
    example = ROOT / "examples" / kind.folder
    port = free_port()
    path = [ROOT / "src", example, *kind.packages()]
    environment = {
        **os.environ,
        "DATA": str(folder),
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log = (folder / "log").open("wb")
    command = [sys.executable, "-c", kind.preparation + SERVE, kind.application, str(port)]
    process = Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while b"running on" not in (said := (folder / "log").read_bytes()):
            assert process.poll() is None and time.monotonic() < until, said.decode()
            time.sleep(0.05)
        yield kind(port), process
    finally:
        process.kill()
        process.wait()
        log.close()


async def heard(wire: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(wire.recv(), PATIENCE_SECONDS))
    return frame


async def close_code_of(wire: ClientConnection) -> int | None:
    """Reads until the close, and answers its code; what is not read would hide it."""
    with suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(wire.recv(), PATIENCE_SECONDS)
    return wire.close_code


async def people_mark_each_other(host: Host) -> None:
    anna, boris = host.logs_in("anna", "like tea"), host.logs_in("boris", "like coffee")
    event_id = host.posts(boris, "lectures", name="Algebra").json()["event_id"]
    waiting = await anna.opens("mark_me", event_id)
    marking = await boris.opens("marking", event_id)
    listed = (await heard(marking))["params"]
    assert [each["display_name"].lower() for each in listed["users"]] == ["anna"]
    (target,) = listed["marking_list"]
    for message in ("prepare_to_mark", "confirm_marking"):
        await marking.send(json.dumps({"message": message, "params": {"user_id": target}}))
        assert (await heard(marking))["result"] == "ok"
    assert (await heard(waiting))["message"] == "was_marked"
    assert await close_code_of(waiting) == 1000
    counts = await asyncio.to_thread(host.counts, boris, event_id)
    assert (counts["marked"], counts["waiting"]) == (1, 0)
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        await asyncio.to_thread(host.counts, anna, event_id)


async def nobody_else_comes_in(host: Host) -> None:
    boris = host.logs_in("boris", "like coffee")
    event_id = host.posts(boris, "lectures", name="Secrets").json()["event_id"]
    for guest, headers, code in [
        (host.guest(), {}, 4401),
        (host.logs_in("anna", "wrong"), {}, 4401),
        (boris, {"Origin": "https://evil.example"}, 4403),
    ]:
        wire = await guest.opens("mark_me", event_id, **headers)
        assert (await heard(wire))["result"] == "error"
        assert await close_code_of(wire) == code
    assert host.posts(host.guest(), "lectures", name="Nobody's").status_code in {401, 403}


async def whoever_logs_out_there_is_closed_here(host: Host) -> None:
    anna, again = host.logs_in("anna", "like tea"), host.logs_in("anna", "like tea")
    event_id = host.posts(anna, "lectures", name="Chemistry").json()["event_id"]
    closing, staying = await anna.opens("marking", event_id), await again.opens("marking", event_id)
    host.posts(anna, "log-out").raise_for_status()
    assert await close_code_of(closing) == 4401
    await staying.send('{"message": "ping"}')
    while (await heard(staying))["message"] != "pong":
        pass


async def at_the_end_everybody_is_sent_elsewhere(host: Host, process: Popen[bytes]) -> None:
    anna = host.logs_in("anna", "like tea")
    event_id = host.posts(anna, "lectures", name="Physics").json()["event_id"]
    wire = await anna.opens("mark_me", event_id)
    began = threading.Event()
    following = asyncio.create_task(asyncio.to_thread(host.follows, anna, event_id, began))
    assert await asyncio.to_thread(began.wait, PATIENCE_SECONDS)
    process.send_signal(signal.SIGTERM)
    assert await close_code_of(wire) == 1012
    await following
    await asyncio.to_thread(process.wait, PATIENCE_SECONDS)
    assert process.returncode in {0, -signal.SIGTERM}


EACH_HOST = pytest.mark.parametrize("kind", [FastApi, Django], ids=lambda kind: kind.folder)


@EACH_HOST
async def test_a_host_has_our_rooms_with_people_of_its_own(
    kind: type[Host], tmp_path: Path
) -> None:
    """All of it in one process, since each takes seconds to start."""
    with running(kind, tmp_path) as (host, process):
        try:
            await people_mark_each_other(host)
            await nobody_else_comes_in(host)
            await whoever_logs_out_there_is_closed_here(host)
            await at_the_end_everybody_is_sent_elsewhere(host, process)
        finally:
            await host.close_all()


@EACH_HOST
def test_its_readme_says_how_it_is_served_and_what_runs_it(kind: type[Host]) -> None:
    readme = (ROOT / "examples" / kind.folder / "README.md").read_text(encoding="utf-8")
    assert f"$ uvicorn {kind.application} " in readme
    assert "`tests/contract/test_hosts.py`" in readme
