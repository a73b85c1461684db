"""`python -m tests.chaos.floods NAME URL`: what one account or address does as fast as it can.

Unlike those of `attacks` they are whole calls and sockets, each sound in itself; what makes them an
attack is how many there are. It is a process of its own that yields to others, at an address of
its own, and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import uvloop

from tests.chaos.attacks import AGAIN_SECONDS, BEGUN, NICE
from tests.chaos.call_floods import CALL_FLOODS
from tests.chaos.flood import (
    ANSWER_SECONDS,
    OPEN_STATUS,
    Connection,
    Done,
    Flood,
    Foothold,
)
from tests.chaos.large_floods import LARGE_FLOODS
from tests.chaos.organiser_floods import ORGANISER_FLOODS
from tests.chaos.parsing_floods import PARSING_FLOODS
from tests.chaos.provider_floods import PROVIDER_FLOODS
from tests.chaos.refused_floods import REFUSED_FLOODS
from tests.chaos.socket_floods import SITTING_FLOOD, SOCKET_FLOODS, WAITING_FLOOD
from tests.chaos.watching_floods import WATCHING_FLOODS

FLOODS: Final[dict[str, Flood]] = {
    **CALL_FLOODS,
    **SOCKET_FLOODS,
    **REFUSED_FLOODS,
    **ORGANISER_FLOODS,
    **WATCHING_FLOODS,
    **PROVIDER_FLOODS,
    **LARGE_FLOODS,
    **PARSING_FLOODS,
}


async def _floods(flood: Flood, foothold: Foothold, done: Done, over: asyncio.Event) -> None:
    """Makes one of its connections, again and again."""
    while not over.is_set():
        with suppress(OSError, EOFError, TimeoutError, ValueError):
            async with Connection(foothold, done) as connection:
                if flood.begins is not None:
                    await flood.begins(connection)
                while not over.is_set():
                    await flood.act(connection)
        await asyncio.sleep(AGAIN_SECONDS)


async def carried_out(flood: Flood, foothold: Foothold, seconds: float) -> Done:
    """Floods for so many seconds, or until SIGTERM; says when it has begun."""
    over, done = asyncio.Event(), Done()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    others = [
        (WAITING_FLOOD, foothold.with_token(token)) for _, token in foothold.others[: flood.waiting]
    ]
    others += [
        (SITTING_FLOOD, foothold.with_token(token)) for _, token in foothold.others[: flood.marking]
    ]
    going_on = [asyncio.create_task(_floods(*each, done, over)) for each in others]
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            while done.codes.get(OPEN_STATUS, 0) < len(others):
                await asyncio.sleep(AGAIN_SECONDS)
    going_on += [
        asyncio.create_task(_floods(flood, foothold, done, over)) for _ in range(flood.connections)
    ]
    print(BEGUN, flush=True)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await over.wait()
    for each in going_on:
        each.cancel()
    await asyncio.gather(*going_on, return_exceptions=True)
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """Floods; answers 0, whatever it did."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.floods", description=__doc__)
    parser.add_argument("name", choices=FLOODS)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--token", default="", help="of a session")
    parser.add_argument("--event", default="", help="whose sockets are opened")
    parser.add_argument("--others", type=Path, help="ids and tokens of others there, as JSON")
    parser.add_argument("--certificate", help="what to trust where the URL is https")
    given = parser.parse_args(arguments)
    os.nice(NICE)
    url = urlsplit(given.url)
    trusts = None
    if given.certificate is not None:
        trusts = ssl.create_default_context(cafile=given.certificate)
    others = [] if given.others is None else json.loads(given.others.read_text())
    where = url.hostname or "", url.port or 80
    foothold = Foothold(*where, given.token, given.event, trusts, others)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        done = runner.run(carried_out(FLOODS[given.name], foothold, given.seconds))
    print(json.dumps(asdict(done)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
