"""The part of docs/wire.md about limits: how much is taken, and what is answered to more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attendance_adapters.picture_formats import MAX_PIXELS, MAX_SIDE
from attendance_adapters.pictures import MAX_BYTES
from attendance_adapters.sql.executor import BROWSE_SECONDS
from attendance_core.arguments import MAX_OFFSET
from attendance_core.errors import TooManySockets
from attendance_core.events import MAX_OPEN_EVENTS
from attendance_core.limits import (
    ADDED_HELPERS,
    ANNULMENTS,
    ANNULMENTS_OF_ONE,
    CHANGES_OF_WHO_MARKS,
    CREATED_EVENTS,
    DATA_DOWNLOADS,
    FAILED_LOG_INS,
    FRIEND_REQUESTS,
    JOINED_BY_HAND,
    PROVIDER_LOG_INS,
    SCAN_LOOKS,
    SIGN_UPS,
    TAKEN_SCANS,
    UPLOADS,
)
from attendance_core.marking.connections import MAX_SOCKETS
from attendance_core.marking.terms import Terms
from attendance_core.pieces import MAX_PIECE
from attendance_core.profiles import PENDING_SECONDS, REVIEW_LEASE_SECONDS
from attendance_core.texts import MAX_COMBINING_MARKS
from attendance_core.tokens import MAX_TOKENS as MAX_TOKENS_OF_ONE
from attendance_web import pictures
from attendance_web.http.body_parsing import MAX_FIELDS
from attendance_web.http.call import MAX_BODY_BYTES, MAX_UPLOAD_BODY_BYTES
from attendance_web.http.downloads import MAX_ZIP_BYTES
from attendance_web.http.incoming_bodies import UPLOAD_CAPACITY_BYTES, UPLOADS_OF_ONE
from attendance_web.http.incoming_body import BYTES_A_SECOND, PATIENCE_SECONDS
from attendance_web.http.limits import CALLS_A_SECOND, MAX_CALLS_AT_ONCE, PROFILES_A_DAY
from attendance_web.http.list_turns import FREE_A_SECOND as LIST_FREE_A_SECOND
from attendance_web.http.list_turns import FREE_SECONDS as LIST_FREE_SECONDS
from attendance_web.http.list_turns import (
    MAX_OF_NETWORKS_AT_ONCE,
    MAX_OF_ONE_NETWORK,
    NETWORK_WAIT_SECONDS,
)
from attendance_web.http.list_turns import MAX_REST_SECONDS as MAX_LIST_REST_SECONDS
from attendance_web.http.list_turns import TURN_WAIT_SECONDS as LIST_SECONDS
from attendance_web.http.password_turns import (
    MAX_KNOWN,
    MAX_KNOWN_AN_ACCOUNT,
    MAX_OTHERS,
    MAX_OTHERS_AN_ADDRESS,
    TURN_WAIT_SECONDS,
)
from attendance_web.http.provider_turns import (
    BEGUN_A_SECOND,
    MAX_BEGUN_AT_ONCE,
)
from attendance_web.http.provider_turns import MAX_WAITING as PROVIDER_WAITING
from attendance_web.http.provider_turns import MAX_WAITING_OF_ONE as PROVIDER_WAITING_OF_ONE
from attendance_web.http.provider_turns import TURN_WAIT_SECONDS as PROVIDER_WAIT_SECONDS
from attendance_web.http.request_turns import (
    FREE_A_SECOND,
    FREE_SECONDS,
    MAX_REST_SECONDS,
)
from attendance_web.http.scan_turns import MAX_OF_ONE as MAX_SCANS_OF_ONE
from attendance_web.http.scan_turns import MAX_OWN_AT_ONCE, MAX_TAKEN_AT_ONCE
from attendance_web.http.scan_turns import SEND_SECONDS as SCAN_SECONDS
from attendance_web.live.close_codes import SLOW, TOO_MANY, TRY_AGAIN
from attendance_web.live.frame_limits import FRAMES_A_SECOND, MAX_FRAME_BYTES, MAX_FRAMES
from attendance_web.live.opening_turns import OPENING_SECONDS
from attendance_web.live.outbox import MAX_OUTBOX_FRAMES
from attendance_web.live.person_sockets import MAX_IN_ALL
from attendance_web.live.watching import (
    MAX_OF_LINK,
    MAX_OF_LINKS_IN_ALL,
    MAX_OF_PERSON,
    MAX_OF_PERSON_IN_ALL,
)
from attendance_web.routes import CALLS as ALL_CALLS
from attendance_web.serving.http_closing import HEAD_SECONDS
from attendance_web.serving.http_head import (
    MAX_HEAD_BYTES,
    MAX_HEADER_LINE_BYTES,
    MAX_HEADERS,
    MAX_PATH_BYTES,
    MAX_QUERY_BYTES,
    MAX_SEPARATORS,
)
from attendance_web.serving.http_protocol import MAX_WAITING_BODY_BYTES
from attendance_web.serving.open_connections import MAX_CONNECTIONS, SHARE_OF_FILES
from attendance_web.serving.portions import PORTION_BYTES
from attendance_web.serving.unread_answers import MAX_UNREAD_BYTES
from attendance_web.serving.ws_protocol import (
    MAX_FRAGMENTS,
    MAX_WAITING_BYTES,
)
from attendance_web.wire.json_scanning import MAX_DEPTH, MAX_TOKENS
from attendance_web.wire.leaving_pace import (
    MAX_OF_NETWORK,
    MAX_WAIT_SECONDS,
    OF_NETWORK_A_SECOND,
    OF_PERSON_A_SECOND,
)
from attendance_web.wire.leaving_pace import MAX_OF_PERSON as LEFT_OF_PERSON
from attendance_web.wire.refusal_pace import A_SECOND as REFUSALS_A_SECOND
from attendance_web.wire.refusal_pace import MAX_AT_ONCE as REFUSALS
from attendance_web.wire.refusal_pace import TOLD_AFTER_SECONDS, TOLD_WITHIN_SECONDS

KIB: Final = 1024


def limits() -> Iterator[str]:
    """Yields a line for each limit: how much is taken, and what is answered to more."""
    yield "## Limits"
    yield ""
    yield "what | at most | more of it"
    yield "---|---|---"
    for what, most, more in _limits():
        yield f"{what} | {most} | {more}"


def _limits() -> Iterator[tuple[str, str, str]]:
    terms = Terms()
    uploads = " and ".join(each.name for each in ALL_CALLS if each.is_upload)
    minutes, hours = FAILED_LOG_INS.within / 60, UPLOADS.within / 3600
    yield (
        "calls of a person",
        f"{MAX_CALLS_AT_ONCE} at once, then {CALLS_A_SECOND:g} a second",
        "429",
    )
    yield (
        "refusals of a person, or of an address without a log-in",
        f"{REFUSALS} at once, then {REFUSALS_A_SECOND:g} a second",
        f"told after {TOLD_AFTER_SECONDS:g} to {TOLD_WITHIN_SECONDS:g} s",
    )
    yield (
        "requests of a person, or of a network of those who are not logged in",
        f"{FREE_SECONDS:g} s of the process at once, then {FREE_A_SECOND:g} s a second",
        f"begun with pauses of up to {MAX_REST_SECONDS * 1000:g} ms",
    )
    yield (
        "requests of a person that are left before the answer begins; of a network of those who "
        "are not logged in",
        f"{LEFT_OF_PERSON} at once, then {OF_PERSON_A_SECOND:g} a second; "
        f"{MAX_OF_NETWORK} at once, then {OF_NETWORK_A_SECOND:g} a second",
        f"what follows, and new connections of the network, up to {MAX_WAIT_SECONDS:g} s later",
    )
    yield (
        "failed log-ins to an account from an address, or from a browser known to it",
        f"{FAILED_LOG_INS.most} in {minutes:g} minutes",
        "429",
    )
    minutes = PROVIDER_LOG_INS.within / 60
    yield (
        "log-ins of an account by the provider",
        f"{PROVIDER_LOG_INS.most} in {minutes:g} minutes",
        "429",
    )
    yield (
        "people of a network, or one who is logged in, who leave for the provider, or come back",
        f"{MAX_BEGUN_AT_ONCE} at once, then {BEGUN_A_SECOND:g} a second; "
        f"{PROVIDER_WAITING_OF_ONE} wait, {PROVIDER_WAITING} in all, {PROVIDER_WAIT_SECONDS:g} s",
        "429",
    )
    yield "sign-ups from an address", f"{SIGN_UPS.most} in {SIGN_UPS.within:g} s", "429"
    yield (
        "log-ins and sign-ups that wait for their turn at a process",
        f"{MAX_OTHERS_AN_ADDRESS} of an address, {MAX_OTHERS} in all, {TURN_WAIT_SECONDS:g} s",
        "429",
    )
    yield (
        "log-ins that do, from browsers known to the account",
        f"{MAX_KNOWN_AN_ACCOUNT} of an account, {MAX_KNOWN} of an address, {TURN_WAIT_SECONDS:g} s",
        "429",
    )
    yield "pictures and scans of a person", f"{UPLOADS.most} in {hours:g} h", "429"
    yield "unfinished pictures and scans of a person", str(UPLOADS_OF_ONE), "429"
    yield (
        "what has come of everybody's pictures and scans, in a process",
        f"{UPLOAD_CAPACITY_BYTES // KIB**2} MiB",
        "408 of one that makes room, 503 where all wait to be worked off",
    )
    yield (
        "pictures that are read by a person, or by a network of those who are not logged in",
        f"{pictures.FREE_SECONDS:g} s of reading at once, then "
        f"{pictures.FREE_A_SECOND:g} s a second",
        f"read with pauses of up to {pictures.MAX_REST_SECONDS * 1000:g} ms",
    )
    yield (
        "what clients have yet to read of answers, in a process",
        f"{MAX_UNREAD_BYTES // KIB**2} MiB",
        "the connection is cut that has read nothing for the longest, of the network that has most",
    )
    yield (
        "connections that are open, but no sockets, in a process",
        f"{MAX_CONNECTIONS}, and {SHARE_OF_FILES:.0%} of the files that it may open",
        "one is cut: silent for 2 s or more, or of the network that has most",
    )
    yield (
        "scans that are being sent: of a person; of owners, and of moderators, in a process",
        f"{MAX_SCANS_OF_ONE}; {MAX_OWN_AT_ONCE}, and {MAX_TAKEN_AT_ONCE}",
        f"429; one is let go after {SCAN_SECONDS:g} s",
    )
    hours = TAKEN_SCANS.within / 3600
    yield (
        "scans that a moderator takes; looks at them",
        f"{TAKEN_SCANS.most} in {hours:g} h; {SCAN_LOOKS.most}",
        "429",
    )
    hours = FRIEND_REQUESTS.within / 3600
    yield "friend requests of a person", f"{FRIEND_REQUESTS.most} in {hours:g} h", "429"
    hours = JOINED_BY_HAND.within / 3600
    yield (
        "people whom an organiser marks by hand, and who had not joined",
        f"{JOINED_BY_HAND.most} in {hours:g} h",
        "429",
    )
    hours, days = ANNULMENTS.within / 3600, ANNULMENTS_OF_ONE.within / 86400
    yield (
        "marks that one annuls; of one person, by holds",
        f"{ANNULMENTS.most} in {hours:g} h; {ANNULMENTS_OF_ONE.most} in {days:g} day",
        "429",
    )
    yield (
        "changes of an event's `who_marks`",
        f"{CHANGES_OF_WHO_MARKS.most} in {CHANGES_OF_WHO_MARKS.within / 60:g} min",
        "429",
    )
    hours = ADDED_HELPERS.within / 3600
    yield "helpers added to an event", f"{ADDED_HELPERS.most} in {hours:g} h", "429"
    yield "other people's profiles by GetProfile for a person", f"{PROFILES_A_DAY} a day", "429"
    yield (
        "streams of WatchAttendance in a process: of a person in an event, in all; of a board's "
        "link, of the links of all events that one person made",
        f"{MAX_OF_PERSON}, {MAX_OF_PERSON_IN_ALL}; {MAX_OF_LINK}, {MAX_OF_LINKS_IN_ALL}",
        "429; by links the latest of the address that has most ends for one of another address",
    )
    yield (
        "a scan that a moderator has taken",
        f"{REVIEW_LEASE_SECONDS / 60:g} min, and again",
        "`not_taken`",
    )
    days = PENDING_SECONDS / 86_400
    yield "a scan that nobody judges", f"{days:g} days", "it is rejected (`expired`)"
    yield "events of a person that have not ended", str(MAX_OPEN_EVENTS), "`error` 3"
    hours = CREATED_EVENTS.within / 3600
    yield "events that a person creates", f"{CREATED_EVENTS.most} in {hours:g} h", "429"
    megabytes = MAX_ZIP_BYTES // KIB**2
    yield (
        "downloads of what is kept of a person, for that person; how large each is",
        f"{DATA_DOWNLOADS.most} in {DATA_DOWNLOADS.within:g} s, one at a time; {megabytes} MiB",
        "429; what has no room is named in the zip",
    )
    yield "tokens of a person that have not expired", str(MAX_TOKENS_OF_ONE), "`error` 3"
    yield "rows of a list that are passed over (`offset`)", str(MAX_OFFSET), "`error` 1"
    yield (
        "answers of more than "
        f"{MAX_PIECE} rows at once: of a person, of all who are not logged in, of one network",
        f"1, {MAX_OF_NETWORKS_AT_ONCE}, {MAX_OF_ONE_NETWORK}",
        f"429 after {LIST_SECONDS:g} s, {NETWORK_WAIT_SECONDS:g} s, {NETWORK_WAIT_SECONDS:g} s",
    )
    yield (
        "lists of a person, or of a network of those who are not logged in",
        f"{LIST_FREE_SECONDS:g} s of reading at once, then {LIST_FREE_A_SECOND:g} s a second",
        f"read with pauses of up to {MAX_LIST_REST_SECONDS:g} s",
    )
    yield "a search", f"{BROWSE_SECONDS:g} s of the database", "503"
    yield "a body", f"{MAX_BODY_BYTES // KIB} KiB", "413"
    yield f"a body of {uploads}", f"{MAX_UPLOAD_BODY_BYTES // KIB**2} MiB", "413"
    yield (
        "a body on its way",
        f"{BYTES_A_SECOND // KIB} KiB a second, at most {PATIENCE_SECONDS:g} s behind",
        "408",
    )
    yield (
        "a picture in it",
        f"{MAX_BYTES // KIB**2} MiB and {MAX_PIXELS // 10**6} megapixels, {MAX_SIDE} a side",
        "`error` 1",
    )
    yield "fields of a query or a form", str(MAX_FIELDS), "`error` 1"
    yield "marks of one letter, as accents are, in any text", str(MAX_COMBINING_MARKS), "`error` 1"
    yield (
        "a JSON text",
        f"{MAX_DEPTH} levels, {MAX_TOKENS} brackets, commas and strings",
        "`error` 1",
    )
    yield "the head of a request", f"{MAX_HEAD_BYTES // KIB} KiB, {MAX_HEADERS} headers", "431"
    yield "what its headers list, such as cookies", str(MAX_SEPARATORS), "431"
    yield "a header, all cookies", f"{MAX_HEADER_LINE_BYTES // KIB} KiB", "431"
    yield "a path, a query", f"{MAX_PATH_BYTES} bytes, {MAX_QUERY_BYTES // KIB} KiB", "431"
    yield (
        "what is read of a connection before it is parsed; of a body before the call asks for it",
        f"{PORTION_BYTES // KIB} KiB; {(MAX_WAITING_BODY_BYTES + PORTION_BYTES) // KIB} KiB",
        "the rest waits",
    )
    yield "a head on its way", f"{HEAD_SECONDS:g} s", "the connection is cut"
    yield (
        "a message of a socket",
        f"{MAX_FRAME_BYTES // KIB} KiB, {MAX_FRAGMENTS} fragments",
        "1009",
    )
    yield (
        "open sockets of a person in an event, in all of a process; lost ones do not count",
        f"{MAX_SOCKETS}, {MAX_IN_ALL}",
        f"`{TooManySockets.code}`, {TOO_MANY}",
    )
    yield (
        "frames of a socket, with fragments and pings",
        f"{MAX_FRAMES} at once, then {FRAMES_A_SECOND} a second",
        f"`too_many_frames`, {TOO_MANY}",
    )
    yield (
        "frames of a socket that wait to be carried out",
        f"{MAX_WAITING_BYTES // KIB} KiB, and one more",
        f"`too_many_frames`, {TOO_MANY}",
    )
    yield "frames that a client has yet to read", str(MAX_OUTBOX_FRAMES), f"{SLOW}"
    yield "an opening", f"{OPENING_SECONDS:g} s", f"`unavailable`, {TRY_AGAIN}"
    yield "a hold", f"{terms.hold_seconds:g} s, unless set otherwise", "`reservation_expired`"
