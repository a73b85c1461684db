"""What a service ends and forgets by itself, beside what its sweeper ends, and how often."""

from __future__ import annotations

import time

from attendance_adapters.orphans import delete_orphans
from attendance_adapters.periodic import Periodic
from attendance_adapters.service_ports import ListedFiles, Store
from attendance_core import ports
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import Seconds

DELETE_ORPHANS_EVERY: Seconds = 3600
FORGET_TALLIES_EVERY: Seconds = 60
END_SESSIONS_EVERY: Seconds = 3  # Contract: 6.9, their sockets hear of it within 5
FORGET_RESET_LINKS_EVERY: Seconds = 3600
FORGET_LINK_REQUESTS_EVERY: Seconds = 3600
FORGET_UNUSED_EVERY: Seconds = 3600
END_TOKENS_EVERY: Seconds = 2  # Contract: 9.3, their sockets close
FORGET_TOKENS_EVERY: Seconds = 3600
SCRUB_EVERY: Seconds = 20
FORGET_SCANS_EVERY: Seconds = 20  # Contract: 9.9, within 60 s, also where one round fails


def make_housekeeping(use_cases: UseCases, store: Store, files: ports.Files) -> list[Periodic]:
    """Makes each of these jobs, to be started; orphans are deleted where files can be listed."""
    jobs = [
        Periodic("scrub-store", SCRUB_EVERY, store.scrub),
        Periodic("forget-tallies", FORGET_TALLIES_EVERY, use_cases.forget_tallies),
        Periodic("forget-reset-links", FORGET_RESET_LINKS_EVERY, use_cases.forget_reset_links),
        Periodic(
            "forget-link-requests", FORGET_LINK_REQUESTS_EVERY, use_cases.forget_link_requests
        ),
        Periodic("end-lapsed-sessions", END_SESSIONS_EVERY, use_cases.end_lapsed_sessions),
        Periodic("forget-unused", FORGET_UNUSED_EVERY, use_cases.forget_unused),
        Periodic("end-tokens", END_TOKENS_EVERY, use_cases.end_expired_tokens),
        Periodic("forget-tokens", FORGET_TOKENS_EVERY, use_cases.forget_tokens),
        Periodic("forget-scans", FORGET_SCANS_EVERY, use_cases.forget_scans),
    ]
    if isinstance(files, ListedFiles):
        listed = files

        async def delete_files_without_rows() -> None:
            await delete_orphans(listed, store.referenced_files, time.time())

        jobs.append(Periodic("delete-orphans", DELETE_ORPHANS_EVERY, delete_files_without_rows))
    return jobs
