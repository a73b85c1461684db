"""All that is kept of a person, as they take it along. Contract: 9.1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from attendance_core.accounts import DataReading, KeptFile
from attendance_core.belongings import BelongingKind, session_name_of
from attendance_core.errors import NotLoggedIn, TooManyRequests, WrongPassword
from attendance_core.marking.places import Waiting
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, Lecture, session_of
from attendance_core.testing.stores.belongings_kept import (
    ANNA,
    ANNAS,
    BORIS,
    MARKER,
    SECRET,
    give_anna_everything,
)
from attendance_core.testing.tokens import bearer_id
from attendance_core.vocabulary import (
    UserId,
)


async def records_of(lecture: Lecture, user_id: UserId, kind: BelongingKind) -> list[Any]:
    """Reads all of one kind. Raises AssertionError where pieces of it are not the whole."""

    def look(unit: Any) -> list[Any]:
        whole = list(unit.belongings.of(user_id, kind, ListQuery()))
        found = list(unit.belongings.of(user_id, kind, ListQuery(1)))
        while found and (piece := unit.belongings.of(user_id, kind, ListQuery(1, after=found[-1]))):
            found += piece
        assert found == whole
        return [each.record for each in whole]

    found: list[Any] = await lecture.store.observe(look)
    return found


class _WithAllThereIs:
    @pytest_asyncio.fixture
    async def lecture(self, store: Any) -> Lecture:
        """Has Anna hold Boris, who waits; hers is all there is."""
        lecture = await Lecture.begun(store, waiting=2)
        await store.transact(give_anna_everything)
        for actor, user in ((ANNA, BORIS), (MARKER, ANNA)):
            await lecture.do.send_friend_request(actor=actor, user_id=user)

        def hold(unit: Any) -> None:
            places = unit.places.lock(EVENT, [ANNA, BORIS])
            unit.places.put(places[ANNA].changed(state=None))
            waiting = places[BORIS].changed(state=Waiting(NOON))
            unit.places.put(waiting.held(ANNA, NOON, 45))

        await store.transact(hold)
        return lecture


class TestRecords(_WithAllThereIs):
    @pytest.mark.parametrize("kind", BelongingKind)
    async def test_everybody_has_all_that_is_theirs_of_a_kind(
        self, lecture: Lecture, kind: BelongingKind
    ) -> None:
        found = await records_of(lecture, ANNA, kind)
        if kind is BelongingKind.TOKENS:
            found = [{name: each[name] for name in each if name != "token_id"} for each in found]
        if kind is BelongingKind.SESSIONS:
            assert sorted(found, key=lambda each: str(each["credential"])) == ANNAS[kind]
        else:
            assert found == ANNAS[kind]

    async def test_nobody_has_a_secret_nor_what_is_of_somebody_else_alone(
        self, lecture: Lecture
    ) -> None:
        """As little as anybody who sees the calls: names of others are those of profiles."""
        said = str([await records_of(lecture, ANNA, kind) for kind in BelongingKind])
        secrets = [
            *("hash of", "lease secret", "browser of", "code hash", "reset of", "board of"),
            *(bearer_id("token of 3"), bearer_id("token of 4"), session_of(ANNA)),
            *(
                "link request of",
                "at home 4",
                "program of 4",
                "u4",
                session_of(BORIS),
                session_name_of(session_of(BORIS)),
            ),
        ]
        assert [each for each in secrets if each in said] == []

    async def test_whoever_has_nothing_gets_nothing(self, lecture: Lecture) -> None:
        for kind in BelongingKind:
            assert await records_of(lecture, UserId(99), kind) == []

    async def test_who_is_called_otherwise_keeps_all_there_is(self, lecture: Lecture) -> None:
        """But the name itself: what others have of it, and what they were marked under, stays."""
        before = {kind: await records_of(lecture, ANNA, kind) for kind in BelongingKind}

        def renames(unit: Any) -> None:
            profile = unit.profiles.lock(ANNA)
            unit.profiles.put(replace(profile, display_name="Анна Аркадьевна"))

        await lecture.store.transact(renames)
        (profile,) = before[BelongingKind.PROFILE]
        before[BelongingKind.PROFILE] = [{**profile, "display_name": "Анна Аркадьевна"}]
        for kind, found in before.items():
            assert await records_of(lecture, ANNA, kind) == found


class TestDownloads(_WithAllThereIs):
    """Contract: 9.1."""

    @pytest.fixture
    def reading_by(self, lecture: Lecture) -> Any:
        """Makes a reading of what is kept of Anna, which has not begun, by a password."""

        async def make(password: str = SECRET) -> DataReading:
            return await lecture.do.download_data(
                actor=ANNA, session_id=session_of(ANNA), password=password
            )

        return make

    async def test_a_download_has_the_files_and_all_kinds_each_once(
        self, lecture: Lecture, reading_by: Any
    ) -> None:
        do: Any = lecture.do
        await do.update_profile_picture(actor=ANNA, image=b"picture" * 100_000)
        await do.upload_profile_confirmation(actor=ANNA, image=b"her scan")
        await do.upload_profile_confirmation(actor=BORIS, image=b"his scan")
        reading = await reading_by()
        assert await reading.begin() == NOON
        files, found = {}, {}
        async for part in reading.parts():
            if isinstance(part, KeptFile):
                content = b"".join([piece async for piece in part.pieces])
                assert len(content) == part.size
                files[part.name] = content
            else:
                found[part.kind] = [record async for piece in part.pieces for record in piece]
        assert files == {"picture.png": b"picture" * 100_000, "scan.png": b"her scan"}
        assert list(found) == list(BelongingKind)
        assert found[BelongingKind.PROFILE] == [{**ANNAS[BelongingKind.PROFILE][0], "karma": 50}]

    async def test_nobody_downloads_without_a_proof(
        self, lecture: Lecture, reading_by: Any
    ) -> None:
        with pytest.raises(WrongPassword):
            await reading_by("wrong")
        reading = await reading_by()
        await lecture.do.change_password(
            actor=ANNA, session_id=session_of(ANNA), old_password=SECRET, new_password="new secret"
        )
        with pytest.raises(WrongPassword):
            await reading.begin()

    async def test_a_person_downloads_once_a_minute(
        self, reading_by: Any, clock: TestClock
    ) -> None:
        await (await reading_by()).begin()
        clock.pass_(59.5)
        for _ in range(2):
            with pytest.raises(TooManyRequests) as refused:
                await (await reading_by()).begin()
            assert refused.value.words["seconds"] == 1
        clock.pass_(0.5)
        await (await reading_by()).begin()

    async def test_a_log_out_elsewhere_ends_a_download(
        self, lecture: Lecture, reading_by: Any
    ) -> None:
        reading = await reading_by()
        await reading.begin()
        seen = []
        with pytest.raises(NotLoggedIn):
            async for part in reading.parts():
                if isinstance(part, KeptFile):
                    continue
                seen.append([record async for piece in part.pieces for record in piece])
                await lecture.do.log_out(session_id=session_of(ANNA))
        assert len(seen) == 1
