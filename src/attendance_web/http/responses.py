"""Which response sends what a call answers: an envelope, a list in pieces, a file, a stream."""

from __future__ import annotations

from typing import Any

from litestar import Response

from attendance_core.vocabulary import Seconds
from attendance_web.http.call_context import CallContext
from attendance_web.http.call_services import CallServices
from attendance_web.http.downloads import Download, DownloadResponse
from attendance_web.http.envelope import success
from attendance_web.http.event_streams import EventStream, StreamResponse
from attendance_web.http.exports import Export, ExportResponse
from attendance_web.http.pieces import Pieces, PiecesResponse
from attendance_web.wire.callers import Caller


def response_of(
    answer: object,
    call: CallContext[Any],
    services: CallServices,
    *,
    caller: Caller,
    deadline: Seconds | None,
) -> Response[bytes]:
    """Makes the response that sends an answer as its kind is sent.

    It has begun by ``deadline``, by the clock of the event loop.
    """
    match answer:
        case EventStream():
            return StreamResponse(
                answer.viewer,
                open_stream=services.open_stream,
                cookies=call.cookies,
                deadline=deadline,
            )
        case Pieces():
            return PiecesResponse(
                answer,
                list_turns=services.list_turns,
                caller=caller,
                cookies=call.cookies,
                deadline=deadline,
            )
        case Export():
            return ExportResponse(
                answer,
                sheets=services.sheets,
                list_turns=services.list_turns,
                person_turns=services.person_turns,
                caller=caller,
                cookies=call.cookies,
                deadline=deadline,
            )
        case Download():
            return DownloadResponse(
                answer, list_turns=services.list_turns, caller=caller, cookies=call.cookies
            )
    return success(answer, call.cookies)
