"""The tick that a provider gives without a scan. Contract: 9.7.

It is kept as a scan that was judged, and has no picture; the link knows it by its id. So whatever
takes a tick away, a new name or a new scan, takes this one away, too.
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
class NewTick:
    """What a tick would be called; no file has this key."""

    key: FileKey
    scan_id: ScanId


def new_tick(ids: ports.Ids) -> NewTick:
    """Makes the names of one that may be given."""
    return NewTick(ids.file_key("none"), ScanId(ids.scan_id()))


def judge_tick(unit: ports.Unit, link: Link, claims: Claims, tick: NewTick) -> None:
    """Gives the tick to whom the provider confirms under the name they show, and takes its own
    away from everybody else. Their account is locked.

    A tick that came by a scan is no business of the provider's.
    """
    if claims.confirmed is None:
        return
    profile = unit.profiles.lock(link.user_id)
    scan = unit.scans.lock(link.user_id)
    name = name_in(claims)
    is_theirs = name is not None and not is_another_name(name, profile.display_name)
    if not (claims.confirmed and is_theirs):
        _take(unit, link, scan)
    elif scan is None or scan.state is not Confirmation.APPROVED:
        now = unit.now()
        given = ConfirmationScan(
            link.user_id, tick.key, now, Confirmation.APPROVED, now, scan_id=tick.scan_id
        )
        unit.scans.put(given)
        unit.links.put(replace(link, scan_id=tick.scan_id))
        note_service_act(unit, given, ScanAct.APPROVED)


def take_tick_of(unit: ports.Unit, link: Link) -> None:
    """Takes away the tick that a link has given, if it has, and it still stands."""
    if link.scan_id is not None:
        unit.profiles.lock(link.user_id)
        _take(unit, link, unit.scans.lock(link.user_id))


def _take(unit: ports.Unit, link: Link, scan: ConfirmationScan | None) -> None:
    if scan is None or scan.scan_id != link.scan_id or scan.state is not Confirmation.APPROVED:
        return
    unit.scans.put(scan.judged(Confirmation.NONE, None, None, unit.now()))
