"""The calls about friends. Contract: 4."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import pytest_asyncio

from tests.support.site import Browser, Site, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
LIST = "/api/friends/GetFriendList"
SEND = "/api/friends/SendFriendRequest"
REQUESTS = "/api/friends/GetFriendRequests"
REMOVE = "/api/friends/RemoveFriend"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(site: Site) -> tuple[Browser, Browser]:
    return await site.add_person("a", display_name="Анна"), await site.add_person(
        "b", display_name="Борис"
    )


@pytest_asyncio.fixture(loop_scope="module")
async def no_friends(pair: tuple[Browser, Browser]) -> tuple[Browser, Browser]:
    """Two who are no friends and have not asked."""
    anna, boris = pair
    response(await anna.post(REMOVE, user_id=boris.user_id))
    assert await friends(anna) == await friends(boris) == []
    return pair


async def friends(browser: Browser) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = response(await browser.get(LIST))["friends"]
    return listed


async def requests(browser: Browser) -> list[int]:
    asked: list[int] = response(await browser.get(REQUESTS))["requests"]
    return asked


def row(of: Browser, name: str, *, pending: bool) -> dict[str, Any]:
    return {"user_id": of.user_id, "display_name": name, "pending": pending}


class TestSendFriendRequest:
    async def test_who_asked_sees_it_pending_and_who_was_asked_sees_the_request(
        self, no_friends: tuple[Browser, Browser]
    ) -> None:
        anna, boris = no_friends
        for _ in range(2):  # asking twice is asking once
            assert response(await anna.post(SEND, user_id=boris.user_id)) == {}
        assert await friends(anna) == [row(boris, "Борис", pending=True)]
        assert (await friends(boris), await requests(boris)) == ([], [anna.user_id])
        assert await requests(anna) == []

    async def test_asking_one_who_has_asked_is_the_acceptance(
        self, no_friends: tuple[Browser, Browser]
    ) -> None:
        """Contract: 4.1."""
        anna, boris = no_friends
        response(await anna.post(SEND, user_id=boris.user_id))
        for _ in range(2):
            assert response(await boris.post(SEND, user_id=str(anna.user_id))) == {}
        assert await friends(anna) == [row(boris, "Борис", pending=False)]
        assert await friends(boris) == [row(anna, "Анна", pending=False)]
        assert (await requests(anna), await requests(boris)) == ([], [])

    async def test_two_who_ask_each_other_at_once_end_as_friends(
        self, no_friends: tuple[Browser, Browser]
    ) -> None:
        """Contract: 4.3."""
        anna, boris = no_friends
        await asyncio.gather(
            anna.post(SEND, user_id=boris.user_id), boris.post(SEND, user_id=anna.user_id)
        )
        assert await friends(anna) == [row(boris, "Борис", pending=False)]
        assert await friends(boris) == [row(anna, "Анна", pending=False)]


class TestRemoveFriend:
    @pytest.mark.parametrize("accepted", [False, True])
    @pytest.mark.parametrize("remover", [0, 1])
    async def test_it_withdraws_declines_or_ends(
        self, no_friends: tuple[Browser, Browser], accepted: bool, remover: int
    ) -> None:
        """Contract: 4.1 and 4.2."""
        anna, boris = no_friends
        response(await anna.post(SEND, user_id=boris.user_id))
        if accepted:
            response(await boris.post(SEND, user_id=anna.user_id))
        for _ in range(2):  # removing twice is no error
            assert (
                response(
                    await no_friends[remover].post(REMOVE, user_id=no_friends[1 - remover].user_id)
                )
                == {}
            )
        assert (await friends(anna), await friends(boris)) == ([], [])
        assert (await requests(anna), await requests(boris)) == ([], [])


class TestLists:
    async def test_friends_are_listed_by_name_and_requests_by_the_time_of_asking(
        self, site: Site
    ) -> None:
        popular = await site.add_person("popular")
        others = [await site.add_person("fan", display_name=name) for name in ("Яна", "Белла")]
        for other in others:
            site.clock.pass_(1)
            response(await other.post(SEND, user_id=popular.user_id))
        assert await requests(popular) == [other.user_id for other in others]
        for page, number in (({"limit": 1}, 0), ({"limit": 5, "offset": 1}, 1)):
            asked = response(await popular.get(REQUESTS, **page))["requests"]
            assert asked == [others[number].user_id]
        assert "limit" in refusal(await popular.get(REQUESTS, limit=0), 1)
        for other in others:
            response(await popular.post(SEND, user_id=other.user_id))
        assert [each["display_name"] for each in await friends(popular)] == ["Белла", "Яна"]

    async def test_they_are_for_those_who_logged_in(self, site: Site) -> None:
        for path in (LIST, REQUESTS):
            refusal(await site.browser().get(path), 7, status=401)


class TestBadInput:
    """Contract: 4.2."""

    @pytest.mark.parametrize("path", [SEND, REMOVE])
    async def test_bad_input_is_refused(
        self, site: Site, pair: tuple[Browser, Browser], path: str
    ) -> None:
        anna, _ = pair
        assert "user_id" in refusal(await anna.post(path), 2)
        assert "user_id" in refusal(await anna.post(path, user_id=None), 2)
        bad: list[object] = [0, -1, 1.5, True, "x", "", [], {}, 2**63]
        for given in bad:
            assert "user_id" in refusal(await anna.post(path, user_id=given), 1)
        refusal(await anna.post(path, user_id=anna.user_id), 3)
        refusal(await anna.post(path, user_id=2**63 - 1), 5)
        refusal(await site.browser().post(path, user_id=1), 7, status=401)
