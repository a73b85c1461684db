"""Whether a moderator took a scan is asked of the few entries about it, not of all of theirs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import uuid4

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core.vocabulary import ScanId, UserId
from tests.support.query_plans import plan_of
from tests.support.sqlite_file import an_empty_database


async def test_it_is_found_by_the_scan(tmp_path: Path) -> None:
    """By the moderator it took 0.2 s of the writer behind a million entries."""
    store = SqliteStore(an_empty_database(tmp_path), SystemClock(), LocalNotifier())
    await store.start()
    scan_id, moderator_id = ScanId(uuid4()), UserId(1)
    ask = partial(store.observe, lambda unit: unit.audit_log.has_taken(moderator_id, scan_id))
    plan = await plan_of(store, ask, "audit_log")
    await store.close()
    assert "ix_audit_log_scan_id (scan_id=?)" in plan, plan
