"""The PostgreSQL store when people change what is theirs at once, or somebody judges it."""

from __future__ import annotations

import asyncio

import pytest

from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import ScanNotFound
from attendance_core.friends import Friend
from attendance_core.profiles import Confirmation
from attendance_core.testing.lectures import Lecture
from attendance_core.vocabulary import UserId
from tests.support.postgres_rivals import ANNA, Reruns, Rival, outcomes


async def test_two_who_ask_each_other_at_once_are_friends(store: PostgresStore) -> None:
    lecture = await Lecture.begun(store, waiting=40)
    pairs = [(UserId(n), UserId(n + 1)) for n in range(3, 43, 2)]
    for one, other in pairs:
        await asyncio.gather(
            lecture.do.send_friend_request(actor=one, user_id=other),
            lecture.do.send_friend_request(actor=other, user_id=one),
        )
    for one, other in pairs:
        friends = await lecture.do.get_friend_list(actor=one)
        assert friends == [Friend(other, f"Person {other}", pending=False)]


async def test_changes_of_one_profile_at_once_are_all_kept(store: PostgresStore) -> None:
    lecture = await Lecture.begun(store, waiting=1)
    for number in range(20):
        await asyncio.gather(
            lecture.do.update_profile_info(actor=ANNA, display_name=f"Anna {number}"),
            lecture.do.update_profile_info(actor=ANNA, bio=f"Group {number}"),
            lecture.do.update_profile_picture(actor=ANNA, image=b"picture"),
        )
        found = await store.observe(lambda u: u.profiles.get(ANNA))
        assert (found.display_name, found.bio) == (f"Anna {number}", f"Group {number}")


async def test_a_scan_replaced_meanwhile_is_not_judged(store: PostgresStore) -> None:
    lecture = await Lecture.begun(store, waiting=1)
    await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
    scan, _ = await lecture.do.read_scan(user_id=ANNA)
    async with Rival(store) as other:
        await other.run("UPDATE scans SET file = 'two'")
        judged = asyncio.create_task(
            lecture.do.judge_scan(user_id=ANNA, file=scan.file, approve=True)
        )
        await other.until_somebody_waits()
        await other.connection.commit()
    with pytest.raises(ScanNotFound):
        await judged
    kept = await store.observe(lambda u: u.scans.find(ANNA))
    assert kept is not None
    assert (kept.file, kept.state) == ("two", Confirmation.PENDING)


async def test_a_scan_approved_while_the_name_changes_leaves_no_tick_on_the_new_one(
    store: PostgresStore, reruns: Reruns
) -> None:
    """Contract: 3.7; the moderator looked at the old name."""
    lecture = await Lecture.begun(store, waiting=1)
    for number in range(20):
        old, new = f"Person of {number}", f"Another of {number}"
        await lecture.do.update_profile_info(actor=ANNA, display_name=old)
        await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
        scan, _ = await lecture.do.read_scan(user_id=ANNA)
        doing = [
            lecture.do.judge_scan(user_id=ANNA, file=scan.file, approve=True, display_name=old),
            lecture.do.update_profile_info(actor=ANNA, display_name=new),
        ]
        judged, renamed = await outcomes(*(doing if number % 2 else doing[::-1]))
        kept = await store.observe(lambda u: u.scans.find(ANNA))
        assert kept is not None and kept.state in {Confirmation.NONE, Confirmation.PENDING}, (
            judged,
            renamed,
        )
    assert reruns == []


async def test_a_tick_given_while_the_new_name_waits_for_it_goes_again(
    store: PostgresStore,
) -> None:
    """Contract: 3.7."""
    lecture = await Lecture.begun(store, waiting=1)
    await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
    async with Rival(store) as other:
        await other.run("SELECT FROM profiles WHERE user_id = :anna FOR UPDATE", anna=ANNA)
        await other.run("UPDATE scans SET state = 'approved' WHERE user_id = :anna", anna=ANNA)
        renamed = asyncio.create_task(
            lecture.do.update_profile_info(actor=ANNA, display_name="Another")
        )
        await other.until_somebody_waits()
        await other.connection.commit()
    await renamed
    kept = await store.observe(lambda u: u.scans.find(ANNA))
    assert kept is not None and kept.state is Confirmation.NONE


async def test_a_scan_is_judged_behind_the_new_name_that_was_faster(store: PostgresStore) -> None:
    """Contract: 3.7."""
    lecture = await Lecture.begun(store, waiting=1)
    await lecture.do.upload_profile_confirmation(actor=ANNA, image=b"one")
    scan, _ = await lecture.do.read_scan(user_id=ANNA)
    async with Rival(store) as other:
        await other.run(
            "UPDATE profiles SET display_name = 'Another', name_key = 'another'"
            " WHERE user_id = :anna",
            anna=ANNA,
        )
        judged = asyncio.create_task(
            lecture.do.judge_scan(
                user_id=ANNA, file=scan.file, approve=True, display_name=f"Person {ANNA}"
            )
        )
        await other.until_somebody_waits()
        await other.connection.commit()
    with pytest.raises(ScanNotFound):
        await judged
    kept = await store.observe(lambda u: u.scans.find(ANNA))
    assert kept is not None and kept.state is Confirmation.PENDING
