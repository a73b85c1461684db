"""A service with people of its own, in FastAPI, whose lectures have live rooms."""

import json
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.responses import StreamingResponse
from starlette.requests import HTTPConnection

from attendance_adapters import embedded
from attendance_core import Actor, Refusal
from attendance_web.asgi import lifespan_of, sockets
from attendance_web.live import Live

# A real host keeps both in its database: whom it knows, and who has logged in with which cookie
PASSWORDS = {"anna": "like tea", "boris": "like coffee"}
LOGGED_IN: dict[str, str] = {}

service = embedded(os.environ.get("DATA"))  # or connect(url, files_url=...)
live = Live(service)


async def identify(scope: dict[str, Any]) -> Actor | None:
    """Finds who calls or opens a socket, by the cookie of this host."""
    session = HTTPConnection(scope).cookies.get("session", "")
    name = LOGGED_IN.get(session)
    if name is None:
        return None
    return await service.use_cases.admit(
        issuer="host.example", subject=name, display_name=name.title(), session=session
    )


app = FastAPI(lifespan=lifespan_of(live, drains_on=signal.SIGTERM))
app.mount("/live", sockets(live, identify, origins=["https://pages.host.example"]))


async def logged_in(connection: HTTPConnection) -> Actor:
    """Finds who calls. Raises HTTPException."""
    actor = await identify(connection.scope)
    if actor is None:
        raise HTTPException(401)
    return actor


Person = Annotated[Actor, Depends(logged_in)]


@app.post("/log-in")
async def log_in(name: str, password: str, response: Response) -> dict[str, str]:
    """Logs somebody in as this host does."""
    if not secrets.compare_digest(PASSWORDS.get(name, ""), password) or not password:
        raise HTTPException(403)
    session = secrets.token_urlsafe()
    LOGGED_IN[session] = name
    response.set_cookie("session", session, httponly=True, samesite="lax")
    return {"name": name}


@app.post("/log-out")
async def log_out(connection: HTTPConnection, _: Person) -> dict[str, str]:
    """Ends this session of theirs; the sockets that it opened close."""
    session = connection.cookies["session"]
    name = LOGGED_IN.pop(session)
    await service.use_cases.dismiss(issuer="host.example", subject=name, session=session)
    return {}


@app.post("/lectures")
async def make_lecture(person: Person, name: str) -> dict[str, str]:
    """Makes a lecture of an hour that begins now."""
    now = time.time()
    event = await service.use_cases.create_event(
        actor=person.user_id, name=name, starts_at=now, ends_at=now + 3600
    )
    return {"event_id": str(event.event_id)}


@app.get("/lectures/{event_id}/counts")
async def watch(person: Person, event_id: UUID) -> StreamingResponse:
    """Tells how many wait, are held and are marked, now and on every change."""
    seen = live.watch(person, event_id)
    try:
        first = await anext(seen)  # whoever may not watch is told so before the answer begins
    except Refusal as no:
        raise HTTPException(403, no.text("en")) from None

    async def events() -> AsyncIterator[str]:
        yield f"data: {json.dumps(first.counts._asdict())}\n\n"
        async for each in seen:
            yield f"data: {json.dumps(each.counts._asdict())}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")
