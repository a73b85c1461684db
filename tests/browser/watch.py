"""What must not happen in a browser: an error, another host asked, all events asked, a breach."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, WebError

REPORT = "the policy was broken"
TELL_VIOLATIONS = f"""
addEventListener("securitypolicyviolation", (event) =>
  console.error("{REPORT}:", event.violatedDirective, event.blockedURI, event.sourceFile));
"""
OWN_SCHEMES = {"data", "blob"}
# Of which there may be any number, over the years. Contract: 5.10
LISTS = {f"/api/events/{name}" for name in ("GetEvents", "GetCreatedEvents", "GetJoinedEvents")}
# What Chromium says of a lost connection, and of a service that is about to stop
NETWORK = ("net::ERR_", "WebSocket connection to", "status of 503")


class Watch:
    """Everything wrong that one browser has seen; nothing is forgiven but a lost connection,
    and that only where a test takes it away.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.wrong: list[str] = []
        self.may_lose_connection = False
        self._host = urlsplit(url).netloc
        context.on("request", lambda request: self._asked(request.url))
        context.on("console", self._said)
        context.on("weberror", self._raised)
        context.on("page", self._opened)

    async def begin(self, context: BrowserContext) -> None:
        await context.add_init_script(TELL_VIOLATIONS)

    def _opened(self, page: Page) -> None:
        page.on("websocket", lambda socket: self._asked(socket.url))

    def _asked(self, url: str) -> None:
        split = urlsplit(url)
        if split.scheme not in OWN_SCHEMES and split.netloc != self._host:
            self.wrong.append(f"asked another host: {url}")
        if split.path in LISTS and "limit" not in parse_qs(split.query):
            self.wrong.append(f"asked for all events: {url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        is_lost = any(each in message.text for each in NETWORK)
        if not (is_lost and self.may_lose_connection):
            self.wrong.append(message.text)

    def _raised(self, error: WebError) -> None:
        self.wrong.append(f"not caught: {error.error}")
