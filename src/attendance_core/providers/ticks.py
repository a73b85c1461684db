"""The tick that a provider gives without a scan. Contract: 9.7.

It is kept as a scan that was approved, of which there is no file; the link has its id. So whatever
removes the tick of a scan, a new name or a new scan, removes this one, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from attendance_core import ports
from attendance_core.folding import is_another_name
from attendance_core.identities import Claims, Link
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.profiles.audit import ScanAct, note_service_act
from attendance_core.providers.answers import name_in
from attendance_core.vocabulary import FileKey, ScanId


@dataclass(frozen=True, slots=True)
class TickIds:
    """The ids that a tick gets if it is given; no file has this key."""

    key: FileKey
    scan_id: ScanId


def new_tick_ids(ids: ports.Ids) -> TickIds:
    """Makes them by chance."""
    return TickIds(ids.file_key("none"), ScanId(ids.scan_id()))


def judge_tick(unit: ports.Unit, link: Link, claims: Claims, tick_ids: TickIds) -> None:
    """Gives the tick to whom the provider confirms under the name that they show.

    Of everybody else it removes the tick that this link gave. A tick that came by a scan stays, and
    so does every one where the provider was not asked. Their account is locked.
    """
    if claims.confirmed is None:
        return
    profile = unit.profiles.lock(link.user_id)
    scan = unit.scans.lock(link.user_id)
    name = name_in(claims)
    is_shown_name = name is not None and not is_another_name(name, profile.display_name)
    if not (claims.confirmed and is_shown_name):
        _remove(unit, link, scan)
    elif scan is None or scan.state is not Confirmation.APPROVED:
        now = unit.now()
        approved_scan = ConfirmationScan(
            link.user_id, tick_ids.key, now, Confirmation.APPROVED, now, scan_id=tick_ids.scan_id
        )
        unit.scans.put(approved_scan)
        unit.links.put(replace(link, scan_id=tick_ids.scan_id))
        note_service_act(unit, approved_scan, ScanAct.APPROVED)


def remove_tick_given_by(unit: ports.Unit, link: Link) -> None:
    """Removes the tick that a link has given, where it has, and the tick still stands."""
    if link.scan_id is not None:
        unit.profiles.lock(link.user_id)
        _remove(unit, link, unit.scans.lock(link.user_id))


def _remove(unit: ports.Unit, link: Link, scan: ConfirmationScan | None) -> None:
    if scan is None or scan.scan_id != link.scan_id or scan.state is not Confirmation.APPROVED:
        return
    unit.scans.put(scan.judged(Confirmation.NONE, unit.now()))
