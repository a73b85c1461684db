"""The demo plays against a real service, and says no when the service does not keep its word."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.command_line import attendance_here
from tests.support.service_process import Service, attendance, service

__all__ = ["service"]


def run_demo(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return attendance_here("demo", "--url", url, *arguments, folder=folder)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Reads the one line of a demo that failed."""
    (line,) = complaints(done)
    return line


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Reads what a demo that failed says, line by line."""
    assert done.returncode == 1, done.stdout + done.stderr
    first, *more = done.stderr.splitlines()
    assert first.startswith("attendance: ")
    return [first, *more]


@pytest.fixture
def foreign_server_url() -> Iterator[str]:
    """The address of a server that is not our service."""

    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, format: str, *args: object) -> None:
            """Logs nothing."""

    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


SMALL_CLASS = ("--people", "12", "--markers", "3")


@pytest.mark.long
def test_it_tells_what_is_not_as_it_was_played_and_else_ends_well(service: Service) -> None:
    """Contract: 8.13: every cell of the sheet is as it was played, whoever was there before."""
    settings = {"ATTENDANCE_KARMA_PER_MARK": "51"}  # what the demo expects, not the service
    command = ("demo", "--url", service.url, *SMALL_CLASS)
    done = attendance_here(*command, folder=service.folder, settings=settings)
    first, *others = complaints(done)
    assert "(seed " in first
    for line in (first, *others):
        assert re.search(r"karma, \d+: played \d+, found \d+", line)

    done = run_demo(service.folder, service.url, *SMALL_CLASS, "--seed", "7")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert "12 rows of the sheet, 22 entries of the ledger" in done.stdout
    assert re.search(r"All \d{4} cells are as they were played \(seed 7\)", done.stdout)
    assert "3 markers" in done.stdout
    assert "5 (4 asked)" in done.stdout, "one of them twice, by mistake"
    assert "refused first: 1; marked by hand: 8;" in done.stdout
    assert "annulled: 9" in done.stdout
    assert "\x1b" not in done.stdout, "no colours and no bar where no terminal is"


@pytest.mark.long
def test_a_class_of_sixty_ends_well(service: Service) -> None:
    done = attendance("demo", "--url", service.url, folder=service.folder, within=100)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert "60 rows of the sheet" in done.stdout


def test_nobody_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert "start the service with make run" in complaint(run_demo(tmp_path, url))


def test_somebody_else_there_is_told(tmp_path: Path, foreign_server_url: str) -> None:
    assert "no attendance service" in complaint(run_demo(tmp_path, foreign_server_url))


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://127.0.0.1/api", "http://127.0.0.1:99999"]
)
def test_an_address_that_is_none_is_told(tmp_path: Path, url: str) -> None:
    assert "is not like http://127.0.0.1:8000" in complaint(run_demo(tmp_path, url))


def test_half_of_the_people_have_to_be_free_to_wait(tmp_path: Path) -> None:
    for given in (("16", "9"), ("12", "4")):
        done = run_demo(tmp_path, "http://127.0.0.1:9", "--people", given[0], "--markers", given[1])
        assert "take fewer markers" in complaint(done)
