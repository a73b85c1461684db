"""nginx as `deploy/` has it, before services of a test's own.

A module of such tests has `pytestmark = needs_nginx`. With `ATTENDANCE_TEST_NGINX=required` they
fail where there is no nginx, instead of being skipped.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Protocol

import pytest

from tests.support.service_process import PATIENCE_SECONDS, Service, free_port

CONF = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")  # where Debian puts it
REQUIRED = os.environ.get("ATTENDANCE_TEST_NGINX") == "required"

needs_nginx = pytest.mark.skipif(NGINX is None and not REQUIRED, reason="no nginx here")


class Listening(Protocol):
    """Whatever answers at a port of this machine."""

    @property
    def port(self) -> int: ...


@contextmanager
def proxied(
    folder: Path,
    services: Sequence[Listening],
    *,
    tls: bool = True,
    changed: Mapping[str, str] | None = None,
) -> Iterator[Service]:
    """Runs nginx before these services, in the foreground, until the end of the block.

    ``changed`` has passages of its configuration, and what is there instead. What it logs goes
    where a service's would.
    """
    assert NGINX is not None, "ATTENDANCE_TEST_NGINX=required, and there is no nginx"
    port = free_port()
    here = f"listen 127.0.0.1:{port}"
    if tls:
        key, certificate = certified(folder)
        here = f"ssl_certificate {certificate}; ssl_certificate_key {key}; {here} ssl"
    text = _listing(CONF.read_text(), services)
    for there, instead in {
        "listen 8080": here,
        "pid /tmp/nginx.pid;": f"pid {folder}/nginx.pid; daemon off;{_user()}",
        "http {\n": "http {\n"
        + "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ),
        **(changed or {}),
    }.items():
        assert there in text, there
        text = text.replace(there, instead)
    conf, log = folder / "nginx.conf", folder / "nginx.log"
    conf.write_text(text)
    command = [NGINX, "-p", str(folder), "-c", str(conf)]
    with log.open("w") as said, subprocess.Popen(command, text=True, stderr=said) as process:
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while not listens(port):
                assert process.poll() is None and time.monotonic() < until, log.read_text()
            scheme = "https" if tls else "http"
            yield Service(f"{scheme}://127.0.0.1:{port}", folder, log, process)
        finally:
            process.terminate()


def _listing(text: str, services: Sequence[Listening]) -> str:
    """Writes the configuration with these services in place of those that it names."""
    line = re.compile(r"^( *server )web-\d:8000(.*\n)", re.MULTILINE)
    first = line.search(text)
    assert first is not None
    before, after = first.groups()
    listed = "".join(f"{before}127.0.0.1:{each.port}{after}" for each in services)
    return text[: first.start()] + listed + line.sub("", text[first.start() :])


def _user() -> str:
    """Names whom workers of root's nginx run as: the folders of a test are root's."""
    return " user root root;" if os.geteuid() == 0 else ""


def certified(folder: Path) -> tuple[Path, Path]:
    """Makes a key, and its certificate for this machine, which `trusting` trusts."""
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
    return key, certificate


def listens(port: int) -> bool:
    """Tells whether anybody listens at a port."""
    with socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def trusting(folder: Path) -> ssl.SSLContext:
    """Makes a context that trusts the certificate of `proxied`."""
    return ssl.create_default_context(cafile=folder / "certificate.pem")


def connection_to(proxy: Service) -> http.client.HTTPConnection:
    """Makes a connection to the proxy, over HTTPS where that is what it serves."""
    if proxy.url.startswith("https"):
        context = trusting(proxy.folder)
        return http.client.HTTPSConnection(
            *proxy.address, timeout=PATIENCE_SECONDS, context=context
        )
    return http.client.HTTPConnection(*proxy.address, timeout=PATIENCE_SECONDS)
