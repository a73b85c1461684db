"""What is in `deploy/`: as far as it can be tried without the engines it is for."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from socket import socket
from typing import Any

import pytest
import yaml
from websockets.asyncio.client import connect
from websockets.typing import Origin

from attendance_web.settings import settings_from, unknown_variables
from tests.contract.engines import a_database
from tests.contract.live import Wire
from tests.contract.server import SECONDS, Service, free_port, running
from tests.contract.servers import a_valkey
from tests.contract.test_processes import Person, an_event, people

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LONGEST_STOP = 15  # seconds that a service may take


class TestCompose:
    @pytest.fixture
    def compose(self) -> Any:
        return yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    def test_two_services_share_a_database_and_a_notifier(self, compose: Any) -> None:
        for name in ("web-1", "web-2"):
            given = compose["services"][name]["environment"]
            assert unknown_variables(given) == []
            filled = {name: re.sub(r"\$\{.*?\}", "p", value) for name, value in given.items()}
            settings = settings_from(filled)
            assert settings.database_url.startswith("postgresql://")
            assert settings.notifier_url.startswith("valkey://")

    def test_they_have_the_time_to_say_goodbye(self, compose: Any) -> None:
        for name in ("web-1", "web-2"):
            grace = compose["services"][name]["stop_grace_period"]
            assert int(grace.removesuffix("s")) > LONGEST_STOP

    def test_only_the_proxy_is_reached_from_outside_and_only_it_is_believed(
        self, compose: Any
    ) -> None:
        services = compose["services"]
        assert [name for name, each in services.items() if "ports" in each] == ["proxy"]
        address = services["proxy"]["networks"]["inside"]["ipv4_address"]
        assert services["web-1"]["environment"]["FORWARDED_ALLOW_IPS"] == address

    def test_what_is_mounted_and_named_is_there(self, compose: Any) -> None:
        for service in compose["services"].values():
            assert set(service["networks"]) == {"inside"}
            assert set(service.get("depends_on", {})) <= set(compose["services"])
            for volume in service.get("volumes", []):
                source = volume.partition(":")[0]
                assert source in compose["volumes"] or (DEPLOY / source).is_file()
        upstream = re.findall(r"server (web-\d):8000", (DEPLOY / "nginx.conf").read_text())
        assert upstream == [name for name in compose["services"] if name.startswith("web-")]


class TestDockerfile:
    def test_it_is_small_unprivileged_and_asks_for_its_health(self) -> None:
        text = (DEPLOY / "Dockerfile").read_text()
        stages = re.findall(r"^FROM (\S+)", text, re.M)
        assert len(stages) == 2 and all("slim" in each for each in stages)
        assert re.search(r"^USER [1-9][0-9]*$", text, re.M)
        assert re.search(r"^HEALTHCHECK(.|\\\n)*/health/ready", text, re.M)
        assert unknown_variables(dict.fromkeys(re.findall(r"\bATTENDANCE_\w+", text), "")) == []

    def test_what_it_copies_is_there_and_not_ignored(self) -> None:
        text = (DEPLOY / "Dockerfile").read_text()
        sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
        copied = {
            source
            for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M)
            for source in line.split()
        }
        assert copied == sent
        assert all((ROOT / each).exists() for each in copied)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_the_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    unit = (DEPLOY / "attendance.service").read_text()
    assert "ExecStart=/opt/attendance/bin/attendance serve\n" in unit
    there = tmp_path / "attendance.service"
    there.write_text(unit.replace("/opt/attendance/bin/attendance", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", there], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")  # where Debian puts it


@pytest.mark.skipif(NGINX is None, reason="no nginx here")
class TestProxy:
    """nginx with the configuration of `deploy/`, and two services behind it."""

    @pytest.fixture
    def services(self, tmp_path: Path, postgres_server: str) -> Iterator[list[Service]]:
        with ExitStack() as stack:
            valkey = stack.enter_context(a_valkey())
            url = stack.enter_context(a_database(postgres_server))
            settings = {
                "ATTENDANCE_DATABASE_URL": url.render_as_string(hide_password=False),
                "ATTENDANCE_NOTIFIER_URL": valkey.url,
                "ATTENDANCE_FILES_URL": (tmp_path / "files").as_uri(),
            }
            started: list[Service] = []
            for name in ("one", "two"):
                (tmp_path / name).mkdir()
                service = running(tmp_path / name, settings, migrate=not started)
                started.append(stack.enter_context(service))
            yield started

    @pytest.fixture
    def proxy(self, tmp_path: Path, services: list[Service]) -> Iterator[Service]:
        """The services by way of the proxy, at HTTPS."""
        port = free_port()
        with proxied(tmp_path, services, port) as process:
            yield Service(f"https://127.0.0.1:{port}", tmp_path, tmp_path / "log", process)

    async def test_people_meet_through_it(self, services: list[Service], proxy: Service) -> None:
        asker, marker = people(services[0], 2)
        event_id = an_event(marker)
        async with (
            opened(proxy, asker, "mark_me", event_id) as waits,
            opened(proxy, marker, "marking", event_id) as marks,
        ):
            waiting, marking = Wire(waits), Wire(marks)
            await marking.hears("marking_list", marking_list=[asker.user_id])
            await marking.asks("prepare_to_mark", user_id=asker.user_id)
            assert (await marking.asks("confirm_marking"))["message"] == "marked"
            await waiting.hears("was_marked")
            assert await waiting.is_closed() == 1000
        for each in services:
            each.stop()
            assert '"path": "/ws/' in each.said()  # the sockets were spread

    async def test_pages_of_another_origin_open_no_socket(
        self, services: list[Service], proxy: Service
    ) -> None:
        (marker,) = people(services[0], 1)
        event_id = an_event(marker)
        async with opened(proxy, marker, "marking", event_id, origin="https://evil.test") as made:
            assert await Wire(made).turns_away() == ("foreign_origin", 4403)
        async with opened(proxy, marker, "marking", event_id, origin=proxy.url) as made:
            await Wire(made).hears("marking_list")

    def test_a_session_given_over_https_is_for_https_only(self, proxy: Service) -> None:
        status, headers = asked(proxy, {"X-Forwarded-Proto": "http"})
        assert status == 200
        assert "Secure" in str(headers["set-cookie"])

    def test_a_client_cannot_say_that_it_is_another(
        self, services: list[Service], proxy: Service
    ) -> None:
        asked(proxy, {"X-Forwarded-For": "203.0.113.7"})
        said = "".join(each.said() for each in services)
        assert '"client": "127.0.0.1"' in said
        assert "203.0.113.7" not in said

    async def test_nobody_notices_that_one_is_restarted(
        self, services: list[Service], proxy: Service
    ) -> None:
        one, _ = services
        one.process.terminate()
        statuses = set()
        while one.process.poll() is None:
            statuses.add((await asyncio.to_thread(asked, proxy, {}))[0])
        for _ in range(10):
            statuses.add(asked(proxy, {})[0])
        assert statuses == {200}


@contextmanager
def proxied(folder: Path, services: list[Service], port: int) -> Iterator[subprocess.Popen[str]]:
    """nginx at this port, in the foreground; ended with the block."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    text = (DEPLOY / "nginx.conf").read_text()
    listen = f"listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; "
    replaced = {
        "listen 8080;": f"{listen} ssl_certificate_key {key};",
        "pid /tmp/nginx.pid;": f"pid {folder}/nginx.pid; daemon off;",
        "http {\n": "http {\n"
        + "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ),
        **{f"web-{n}:8000": f"127.0.0.1:{each.port}" for n, each in enumerate(services, 1)},
    }
    for there, here in replaced.items():
        assert there in text
        text = text.replace(there, here)
    (folder / "nginx.conf").write_text(text)
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, text=True) as process:
        until = time.monotonic() + SECONDS
        while not listens(port):
            assert process.poll() is None and time.monotonic() < until
        yield process
        process.terminate()


def listens(port: int) -> bool:
    with socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def trusting(folder: Path) -> ssl.SSLContext:
    """The certificate of `proxied`."""
    return ssl.create_default_context(cafile=folder / "certificate.pem")


def asked(proxy: Service, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage]:
    """The status and the headers of one GET through the proxy, on a connection of its own."""
    connection = http.client.HTTPSConnection(
        *proxy.address, timeout=SECONDS, context=trusting(proxy.folder)
    )
    with closing(connection):
        connection.request("GET", "/api/auth/GetCurrentUserId", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers


def opened(
    proxy: Service, person: Person, role: str, event_id: str, origin: str | None = None
) -> connect:
    """One through the proxy."""
    return connect(
        f"{proxy.ws_url}/ws/{role}?event_id={event_id}",
        additional_headers=person.visitor.headers(),
        origin=origin and Origin(origin),
        ssl=trusting(proxy.folder),
        proxy=None,
        compression=None,
    )
