"""What a running service tells Prometheus, at a port of its own, and what it does not tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import URL

from tests.support.eventually import eventually
from tests.support.killable_servers import Valkey, start_again
from tests.support.metrics import METRICS_PORT_SETTING, Metrics
from tests.support.people import marker_and_asker
from tests.support.service_process import Service, attendance, free_port, running


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def shared_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, shared_port: int) -> Iterator[Service]:
    """Where nobody counts what others do too."""
    with running(
        tmp_path_factory.mktemp("service"), {METRICS_PORT_SETTING: str(shared_port)}
    ) as started:
        yield started


@pytest.fixture
def service(tmp_path: Path, port: int) -> Iterator[Service]:
    with running(tmp_path, {METRICS_PORT_SETTING: str(port)}) as started:
        yield started


async def test_a_marking_shows_in_every_count(service: Service, port: int) -> None:
    async with marker_and_asker(service) as both:
        marking, user_id = both.marking, both.asker_id
        metrics = Metrics(port)
        assert metrics.value("sockets", kind="mark_me") == 1
        assert metrics.value("sockets", kind="marking") == 1
        assert (metrics.value("waiting"), metrics.value("held")) == (1, 0)
        chosen = {"message": "prepare_to_mark", "params": {"user_id": user_id}}
        for frame in (chosen, {"message": "refuse_to_mark"}, chosen, {"message": "what?"}):
            await marking.send(json.dumps(frame))
            await marking.recv()
        metrics = Metrics(port)
        assert (metrics.value("waiting"), metrics.value("held")) == (0, 1)
        await marking.send(json.dumps({"message": "confirm_marking"}))
        assert json.loads(await marking.recv())["message"] == "marked"
        await marking.send(json.dumps({"message": "confirm_marking"}))
        assert json.loads(await marking.recv())["params"]["code"] == "nobody_held"
    metrics = Metrics(port)
    for message, outcome, number in (
        ("prepare_to_mark", "ok", 2),
        ("refuse_to_mark", "ok", 1),
        ("confirm_marking", "ok", 1),
        ("confirm_marking", "nobody_held", 1),
        ("unknown", "unknown_message", 1),
    ):
        labels = {"message": message, "outcome": outcome}
        assert metrics.value("command_seconds_count", **labels) == number
    assert metrics.value("announcement_lag_seconds_count") >= 4
    assert metrics.value("call_seconds_count", call="SignUp", status="2xx") == 2
    assert metrics.value("call_seconds_count", call="health") >= 1
    assert (metrics.value("waiting"), metrics.value("held")) == (0, 0)
    assert metrics.value("notifier_dropped_total") == 0
    assert metrics.value("leases_lost_total") == 0
    assert metrics.value("database_in_use") < 10  # it sweeps, and a socket may still be going
    assert "database_pool" not in metrics.text  # SQLite has none


@pytest.mark.long
class TestOverServers:
    """PostgreSQL and Valkey: what SQLite alone has nothing to tell of."""

    @pytest.fixture
    def service(
        self, tmp_path: Path, port: int, valkey: Valkey, postgres_url: URL
    ) -> Iterator[Service]:
        settings = {
            METRICS_PORT_SETTING: str(port),
            "ATTENDANCE_DATABASE_URL": url_with_password(postgres_url),
            "ATTENDANCE_NOTIFIER_URL": valkey.url,
            "ATTENDANCE_GRACE_SECONDS": "1",
        }
        with running(tmp_path, settings, migrate=False) as started:
            yield started

    async def test_what_a_sweep_ends_and_a_server_that_comes_back_are_counted(
        self, service: Service, port: int, valkey: Valkey
    ) -> None:
        before = Metrics(port)
        assert before.value("swept_total") == before.value("notifier_reconnects_total") == 0
        async with marker_and_asker(service) as both:
            waiting = both.waiting
            waiting.transport.abort()  # a lost connection, which a sweep ends after the grace
            valkey.kill()
            await start_again(valkey)
            await eventually(lambda: Metrics(port).value("swept_total") == 1)
            await eventually(lambda: Metrics(port).value("notifier_reconnects_total") == 1)
        assert Metrics(port).value("sweeps_total") > before.value("sweeps_total")

    async def test_a_transaction_that_waits_is_in_use_and_has_a_connection(
        self, service: Service, port: int, postgres_url: URL
    ) -> None:
        def in_use(metrics: Metrics) -> tuple[float, float]:
            return metrics.value("database_in_use"), metrics.value("database_pool_taken")

        async with marker_and_asker(service) as both:
            marking, user_id = both.marking, both.asker_id
            assert Metrics(port).value("database_pool_size") == 10
            holding = await asyncpg.connect(url_with_password(postgres_url))
            try:
                async with holding.transaction():
                    await holding.execute("SELECT 1 FROM places FOR UPDATE")
                    choice = {"message": "prepare_to_mark", "params": {"user_id": user_id}}
                    await marking.send(json.dumps(choice))
                    await eventually(lambda: in_use(Metrics(port)) == (1, 1), 1.5)
            finally:
                await holding.close()
            assert json.loads(await marking.recv())["message"] == "prepared"
            await eventually(lambda: in_use(Metrics(port)) == (0, 0))


def url_with_password(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


async def test_a_path_that_is_no_call_does_not_become_a_label(
    shared: Service, shared_port: int
) -> None:
    shared.get("/canary4711")
    # A step behind the answer
    await eventually(lambda: 'call="other"' in Metrics(shared_port).text)
    metrics = Metrics(shared_port)
    assert metrics.value("call_seconds_count", call="other", status="4xx") == 1
    assert "canary4711" not in metrics.text


async def test_no_label_could_name_anybody(shared: Service, shared_port: int) -> None:
    async with marker_and_asker(shared) as both:
        marking = both.marking
        await marking.send(json.dumps({"message": "canary4711"}))
        await marking.recv()
        metrics = Metrics(shared_port)
    assert metrics.label_names() == {"kind", "message", "outcome", "call", "status", "le"}
    assert "canary4711" not in metrics.text and "127.0.0.1" not in metrics.text


def test_it_goes_with_the_service(service: Service, port: int) -> None:
    assert service.stop() == 0
    with pytest.raises(ConnectionRefusedError):
        Metrics(port)


def test_a_taken_port_stops_the_start_in_one_line(shared: Service, shared_port: int) -> None:
    again = attendance(
        "serve", folder=shared.folder, settings={METRICS_PORT_SETTING: str(shared_port)}
    )
    assert again.returncode == 1
    (line,) = again.stderr.splitlines()
    assert f"cannot listen at 127.0.0.1:{shared_port}" in line and METRICS_PORT_SETTING in line


def test_there_are_none_unless_a_port_is_set(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        assert service.get("/metrics")[0] == 404
