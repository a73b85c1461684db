"""Whoever does not read is disconnected: rule 12. Contract: 6.12."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.http11 import Request

from attendance_web.serving.ws_protocol import PeerProtocol
from tests.support.houses import house_in_folder as house
from tests.support.live_house import opened_house
from tests.support.raw_house_sockets import RawSocket

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
IN_LINE = 16  # frames that may wait for one who does not read


class TestRule12WhoDoesNotReadIsDisconnected:
    async def test_and_slows_nobody_down(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.outbox.MAX_OUTBOX_FRAMES", IN_LINE)
        # What this process keeps for the system to take is 64 KiB otherwise
        connects = PeerProtocol.handle_connect

        def keep_little(peer: PeerProtocol, event: Request) -> None:
            peer.transport.set_write_buffer_limits(high=1024)
            connects(peer, event)

        monkeypatch.setattr(PeerProtocol, "handle_connect", keep_little)
        async with opened_house(tmp_path, send_buffer=4096) as house:
            asker, marker, other = await house.add_people(3)
            event_id = await house.create_event(marker)
            listening = await other.comes_to_mark(event_id)
            async with RawSocket.opens(marker, "marking", event_id, receive_buffer=4096) as raw:
                heard_count = 0
                while not await house.has_lost_all(event_id, marker):
                    assert heard_count < 1000, "it was never cut"
                    waiting = await asker.mark_me(event_id)
                    await listening.hears("user_joined", user_id=asker.user_id)
                    await waiting.says_goodbye()
                    await listening.hears("user_left", user_id=asker.user_id)
                    heard_count += 2
                assert heard_count > IN_LINE, (
                    "the other heard whatever stood in line for who did not read"
                )
                assert await raw.close_code() in {4508, None}
