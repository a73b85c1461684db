"""A browser of somebody over real HTTP: its cookies, its calls, its sockets."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import connect

ANSWER_SECONDS: Final = 15.0
SCHEMES: Final = {"http": "ws", "https": "wss"}
UNLIKE: Final = "is not like http://127.0.0.1:8000"
NOT_OURS: Final = "what answers there is no attendance service"


class CallFailed(Exception):
    """A call was refused, or not answered as promised; one line says which, and why."""


class HttpBrowser:
    """Calls the service as a person's browser does."""

    def __init__(self, url: str, language: str, **cookies: str) -> None:
        """Calls nobody yet. Raises CallFailed where the URL is none of a service."""
        try:
            self._url = urlsplit(url.rstrip("/"))
            self._port = self._url.port
        except ValueError:
            raise CallFailed(f"{url} {UNLIKE}") from None
        if self._url.scheme not in SCHEMES or not self._url.hostname or self._url.path:
            raise CallFailed(f"{url} {UNLIKE}")
        self._language = language
        self._cookies = cookies
        self.seconds_ahead = 0.0  # that the service's clock is ahead of ours, about

    def elsewhere(self, url: str) -> HttpBrowser:
        """Makes one with the same cookies, by now, that calls another service."""
        return HttpBrowser(url, self._language, **self._cookies)

    def get(self, path: str, **parameters: object) -> Any:
        """Calls what reads, and answers its response. Raises CallFailed, ConnectionError."""
        return self._call("GET", f"{path}?{urlencode(parameters)}" if parameters else path, None)

    def post(self, path: str, **arguments: object) -> Any:
        """Calls what changes something. Raises CallFailed, ConnectionError."""
        return self._call("POST", path, json.dumps(arguments).encode())

    def upload(self, path: str, image: bytes, name: str) -> None:
        """Sends a picture. Raises CallFailed, ConnectionError."""
        self.post(path, image=base64.b64encode(image).decode(), name=name)

    def socket(self, path: str, event_id: str) -> connect:
        """Makes a socket that is still to be opened."""
        address = f"{SCHEMES[self._url.scheme]}://{self._url.netloc}{path}?event_id={event_id}"
        return connect(
            address,
            additional_headers=self.headers(),
            compression=None,
            open_timeout=ANSWER_SECONDS,
            proxy=None,
        )

    def headers(self) -> dict[str, str]:
        """Lists what this browser sends along with everything."""
        return {
            "Accept-Language": self._language,
            "Content-Type": "application/json",
            "Cookie": "; ".join(f"{key}={value}" for key, value in self._cookies.items()),
            "X-CSRFToken": self._cookies.get("csrftoken", ""),
        }

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        return _response(path.partition("?")[0], self._send(method, path, body))

    def _send(self, method: str, path: str, body: bytes | None) -> bytes:
        """Answers the body; keeps the cookies, and what time it is there."""
        connection = self._connection()
        try:
            connection.request(method, path, body, self.headers())
            answer = connection.getresponse()
            body = answer.read()
        except http.client.HTTPException:
            raise CallFailed(f"{path}: {NOT_OURS}") from None
        except TimeoutError:
            raise CallFailed(f"{path}: no answer within {ANSWER_SECONDS:.0f} s") from None
        except OSError as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        for each in answer.headers.get_all("Set-Cookie", ()):
            self._cookies |= {key: kept.value for key, kept in SimpleCookie(each).items()}
        with suppress(TypeError, ValueError):
            self.seconds_ahead = float(answer.headers["X-Attendance-Time"]) - time.time()
        return body

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._port
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=ANSWER_SECONDS, context=context)
        return http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)


def _response(path: str, body: bytes) -> Any:
    try:
        envelope = json.loads(body)
        error, text = envelope["error"], envelope["error_msg"]
    except (ValueError, LookupError, TypeError):
        raise CallFailed(f"{path}: {NOT_OURS}") from None
    if error != 0:
        raise CallFailed(f"{path}: {text} (error {error})")
    return envelope.get("response")
