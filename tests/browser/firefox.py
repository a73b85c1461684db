"""Debian's Firefox, as it is, spoken to by WebDriver BiDi: as much of it as one story needs.

Playwright drives a Firefox of its own making, which is not in Debian, and asks of others for
commands that this one does not know.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect

PROGRAM: Final = Path("/usr/bin/firefox-esr")
PATIENCE_SECONDS: Final = 30.0  # for anything to be seen
READY: Final = "WebDriver BiDi listening on "
NEAREST_PROXY: Final = "127.0.0.1"  # where nothing listens: it comes to nobody but this machine
SETTINGS: Final = {
    "intl.accept_languages": "en-GB, en",
    "network.proxy.type": 1,
    "network.proxy.http": NEAREST_PROXY,
    "network.proxy.http_port": 9,
    "network.proxy.ssl": NEAREST_PROXY,
    "network.proxy.ssl_port": 9,
    "ui.prefersReducedMotion": 1,
}
WAIT_UNTIL_SEEN = """
async (selector, state, text, patience) => {
  const end = performance.now() + patience * 1000;
  for (;;) {
    const found = [...document.querySelectorAll(selector)].find((each) =>
      each.getClientRects().length > 0 &&
      each.getAttribute("aria-disabled") !== "true" &&
      (!state || each.dataset.state === state) && each.textContent.includes(text));
    if (found) {
      found.scrollIntoView({ block: "center" });
      return found;
    }
    if (performance.now() > end) throw new Error(`${selector} ${state} ${text}: not seen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
"""


@dataclass(eq=False)
class Firefox:
    """One browser; each page of it is of somebody with cookies of their own."""

    socket: ClientConnection
    wrong: list[str] = field(default_factory=list)
    _asked: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Has it do something, and answers its result; raises where it refuses."""
        number = len(self._asked)
        self._asked[number] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        answer = await asyncio.wait_for(self._asked[number], 2 * PATIENCE_SECONDS)
        assert answer["type"] == "success", answer
        return dict(answer["result"])

    async def listen(self) -> None:
        """Hears its answers, and what its pages complain of, until it is gone."""
        async for said in self.socket:
            heard = json.loads(said)
            if (number := heard.get("id")) is not None:
                self._asked[number].set_result(heard)
            elif heard["params"]["level"] == "error":
                self.wrong.append(heard["params"]["text"])

    async def enter(self) -> FoxPage:
        """Lets somebody new in, who has opened nothing yet."""
        user = (await self.command("browser.createUserContext"))["userContext"]
        made = await self.command("browsingContext.create", type="tab", userContext=user)
        return FoxPage(self, made["context"])


@dataclass(frozen=True)
class FoxPage:
    """A page, and the hands of whoever is in front of it."""

    firefox: Firefox
    context_id: str  # of its browsing context

    async def open(self, url: str) -> None:
        await self.firefox.command(
            "browsingContext.navigate", context=self.context_id, url=url, wait="complete"
        )

    async def address(self) -> str:
        """Tells at which address one is."""
        tree = await self.firefox.command("browsingContext.getTree", root=self.context_id)
        return str(tree["contexts"][0]["url"])

    async def see(self, selector: str, *, state: str = "", text: str = "") -> dict[str, Any]:
        """Waits until it is seen, and may be pressed."""
        given = [selector, state, text]
        answer = await self.firefox.command(
            "script.callFunction",
            functionDeclaration=WAIT_UNTIL_SEEN,
            arguments=[
                *({"type": "string", "value": each} for each in given),
                {"type": "number", "value": PATIENCE_SECONDS},
            ],
            target={"context": self.context_id},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return dict(answer["result"])

    async def press(self, selector: str, *, text: str = "") -> None:
        element = {"type": "element", "element": await self.see(selector, text=text)}
        steps: list[dict[str, Any]] = [
            {"type": "pointerMove", "origin": element, "x": 0, "y": 0},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        await self._act({"type": "pointer", "id": "mouse", "actions": steps})

    async def type(self, selector: str, text: str) -> None:
        await self.press(selector)
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        await self._act({"type": "key", "id": "keys", "actions": keys})

    async def _act(self, actions: dict[str, Any]) -> None:
        await self.firefox.command(
            "input.performActions", context=self.context_id, actions=[actions]
        )


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Firefox]:
    """Runs one with a profile of its own, which talks to nobody but this machine."""
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in SETTINGS.items()
    ]
    (folder / "user.js").write_text("\n".join(lines))
    arguments = ["--headless", "--remote-debugging-port=0", "--profile", str(folder)]
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        *arguments,
        env={**os.environ, "HOME": str(folder)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        address = await asyncio.wait_for(_address_of(process), 2 * PATIENCE_SECONDS)
        async with connect(f"{address}/session", max_size=None, proxy=None) as socket:
            firefox = Firefox(socket)
            listening = asyncio.create_task(firefox.listen())
            await firefox.command("session.new", capabilities={})
            await firefox.command("session.subscribe", events=["log.entryAdded"])
            yield firefox
            listening.cancel()
    finally:
        process.kill()
        await process.wait()


async def _address_of(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if READY in (said := line.decode(errors="replace")):
            return said.partition(READY)[2].strip()
    raise RuntimeError("Firefox ended before it could be spoken to")
