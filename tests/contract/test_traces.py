"""Of who has deleted their account nothing is left: not in the bytes of a file of SQLite or of its
log, in no row of PostgreSQL, in no file, in the notifier's server, or in the log of the service.

Contract: POST /accounts/delete/. What PostgreSQL keeps of rows that are gone, in its files and its
log, docs/privacy.md tells.
"""

from __future__ import annotations

import asyncio
import base64
import io
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis
from PIL import Image
from sqlalchemy import URL

from attendance_adapters import Attendance, connect, housekeeping
from attendance_core.marking.connections import Role
from attendance_core.profiles import Profile
from attendance_core.recovery.resets import reset_id_of
from attendance_core.testing.clock import TestClock
from attendance_core.vocabulary import UserId
from tests.support.killable_servers import Valkey
from tests.support.log_stream import configured
from tests.support.postgres import in_a_loop
from tests.support.quick_passwords import quickly_hashed
from tests.support.site import Browser, Site, response, site_over
from tests.support.sqlite_file import an_empty_database

SCRUBBED_WITHIN = 20  # seconds, on a machine with much else to do
OTHERS, ADDED_AT_ONCE = 200, 10  # whose rows are beside those of who leaves
# What nobody else's data has in it. Letters of Tifinagh: no other name has one of their pairs
USERNAME, PASSWORD, NEW_PASSWORD = "TraceOfVera", "the first Trace of Vera", "another Trace of Vera"
FIRST_NAME, NAME = "ⴰⴱⴳⴷ ⴹⴻⴼⴽ", "ⵀⵃⵄⵅ ⵇⵉⵊⵍ"
FIRST_BIO, BIO = "first-bio-trace", "second-bio-trace"
CLIENT, TOKEN_NAME = "client-trace", "token-trace"
HAND_NOTE, ANNUL_NOTE, SCAN_NOTE = "by-hand-trace", "annulled-trace", "scan-note-trace"
OF_PIXELS = slice(200, 240)  # bytes of the file of a picture, behind its head

Reads = Callable[[], Iterator[tuple[str, bytes]]]


def noise(seed: int) -> bytes:
    """A picture like no other."""
    content = io.BytesIO()
    pixels = random.Random(seed).randbytes(40 * 40 * 3)
    Image.frombytes("RGB", (40, 40), pixels).save(content, "PNG")
    return content.getvalue()


def of_sqlite(path: Path) -> Reads:
    """Each byte of the file, of its log and of the log's index."""

    def reads() -> Iterator[tuple[str, bytes]]:
        for file in sorted(path.parent.glob(f"{path.name}*")):
            yield file.name, file.read_bytes()

    return reads


def of_postgres(url: URL) -> Reads:
    """Each row of each table and view, in words."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def rows() -> list[tuple[str, bytes]]:
        connection = await asyncpg.connect(address)
        try:
            named = await connection.fetch(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            )
            return [
                (
                    name,
                    "\n".join(
                        row for (row,) in await connection.fetch(f'SELECT t::text FROM "{name}" t')
                    ).encode(),
                )
                for (name,) in named
            ]
        finally:
            await connection.close()

    return lambda: iter(in_a_loop(rows()))


def of_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each picture and scan, by its name, and each name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
            yield "a name of a file", path.name.encode()


def of_valkey(server: Valkey) -> Iterator[tuple[str, bytes]]:
    """Each key, and what is kept under it."""
    with closing(redis.Redis(port=server.port)) as client:
        keys: Any = client.keys("*")
        for key in keys:
            yield "a key", key
            kept: Any = client.dump(key)
            yield key.decode(), kept or b""


def found_in(contents: Iterator[tuple[str, bytes]], traces: dict[str, bytes]) -> dict[str, str]:
    """Which traces there are, and where the first of each is."""
    found: dict[str, str] = {}
    for place, content in contents:
        for name, trace in traces.items():
            if trace in content:
                found.setdefault(name, place)
    return found


def a_service(database_url: str, folder: Path, notifier_url: str, clock: TestClock) -> Attendance:
    """Over this database, with files in a folder."""
    files_url = (folder / "files").as_uri()
    with quickly_hashed():
        return connect(database_url, files_url=files_url, notifier_url=notifier_url, clock=clock)


def adds_others(first: int, unit: Any) -> None:
    """Has people there of whom everything stays."""
    for number in range(first, first + ADDED_AT_ONCE):
        user_id = unit.accounts.add(f"beside{number}", f"hash {number}", unit.now())
        unit.profiles.add(Profile(user_id, f"Борис {number}", f"bio {number}"))


async def image(person: Browser, path: str, seed: int) -> None:
    given: dict[str, Any] = {"image": base64.b64encode(noise(seed)).decode()}
    if path.endswith("Picture"):
        given["name"] = "a.png"
    response(await person.post(f"/api/profile/{path}", **given))


class Vera:
    """Somebody who has, and does, all there is; what could be left of her, by what it is."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.files = site, folder / "files"
        self.kept: dict[str, bytes] = {}  # in a row or a file, until she goes
        self.never: dict[str, bytes] = {}  # secrets, of which there are hashes
        self.earlier: dict[str, bytes] = {}  # what she has replaced herself
        self.do: Any = site.attendance.use_cases

    async def lives(self) -> None:
        """Comes, and is dealt with by others."""
        site, do = self.site, self.do
        self.me = await site.browser().sign_up(USERNAME, password=PASSWORD, display_name=FIRST_NAME)
        self.user_id = UserId(self.me.user_id)
        for first in range(0, OTHERS, ADDED_AT_ONCE):
            await do.log_out.transact(partial(adds_others, first))
        people = [await site.person("other") for _ in range(5)]
        self.helper, self.friend, self.moderator, self.marker, self.holder = people
        await site.unlimit()
        await do.add_moderator(username=self.moderator.username)
        await self.is_marked()
        await self.shows_herself()
        await self.is_judged()
        await self.comes_in()
        await self.organises()
        await self.note_what_is_kept()

    async def is_marked(self) -> None:
        """By hand, with a note, under her first name; and it is annulled, with another."""
        self.event_id = await self.helper.event()
        about = {"event_id": self.event_id, "user_id": self.user_id}
        response(await self.helper.post("/api/events/MarkParticipant", **about, note=HAND_NOTE))
        annuls = {**about, "n": 1, "reason": "not_present", "note": ANNUL_NOTE}
        response(await self.helper.post("/api/events/AnnulMark", **annuls))
        response(await self.helper.post("/api/events/MarkParticipant", **about))
        self.kept |= {"note by hand": HAND_NOTE.encode(), "note of annulment": ANNUL_NOTE.encode()}
        self.kept["marked as"] = FIRST_NAME.encode()
        self.kept |= {"username": USERNAME.encode(), "username's key": USERNAME.lower().encode()}

    async def shows_herself(self) -> None:
        """With a name, a bio and a picture, and others before these."""
        for bio, name, seed in ((FIRST_BIO, FIRST_NAME, 1), (BIO, NAME, 2)):
            given = {"bio": bio, "display_name": name}
            response(await self.me.post("/api/profile/UpdateProfileInfo", **given))
            await image(self.me, "UpdateProfilePicture", seed)
            (picture,) = [each for each in self.files.glob("pictures/*") if each.is_file()]
            target = self.earlier if seed == 1 else self.kept
            target[f"picture {seed}"] = picture.read_bytes()[OF_PIXELS]
            target[f"name of picture {seed}"] = picture.stem.encode()
        self.kept |= {"name": NAME.encode(), "bio": BIO.encode()}
        self.kept["a trigram of the name"] = NAME[1:3].encode()
        self.earlier |= {"bio before": FIRST_BIO.encode()}

    async def is_judged(self) -> None:
        """One scan is rejected with a note; then another waits, and a moderator has it."""
        resolve = {"approve": False, "reason": "other", "note": SCAN_NOTE}
        for number in (3, 4):
            await image(self.me, "UploadProfileConfirmation", number)
            (file,) = self.files.glob("scans/*")
            target = self.earlier if number == 3 else self.kept
            target[f"scan {number}"] = file.read_bytes()[OF_PIXELS]
            target[f"name of scan {number}"] = file.stem.encode()
            find = self.do.get_own_scan.observe
            scan = await find(lambda unit: unit.scans.find(self.user_id))
            given = {"scan": str(scan.scan_id)}
            response(await self.moderator.post("/api/profile/TakeConfirmation", **given))
            if number == 3:
                given |= resolve  # type: ignore[arg-type]
                response(await self.moderator.post("/api/profile/ResolveConfirmation", **given))
                self.earlier["note of a scan"] = SCAN_NOTE.encode()
        scan = await find(lambda unit: unit.scans.find(self.user_id))
        self.kept["secret of a lease"] = scan.lease.secret.encode()

    async def comes_in(self) -> None:
        """By every way there is: sessions, a known browser, a token, codes, a link."""
        do, me = self.do, self.me
        wrong = {"username": USERNAME, "password": "a wrong Trace of Vera"}
        assert (await self.site.browser().post("/accounts/login/", **wrong)).json()["error"] == 3
        given = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
        response(await me.post("/accounts/password/", **given))
        elsewhere = await do.log_in(
            username=USERNAME, password=NEW_PASSWORD, client=CLIENT, browser_secrets=[]
        )
        self.never["secret of a session"] = elsewhere.token.encode()
        self.never["secret of a browser"] = elsewhere.browser_secret.encode()
        self.never |= {
            f"cookie {name}": str(me.client.cookies[name]).encode()
            for name in ("sessionid", "knownbrowser")
        }
        proof = {"password": NEW_PASSWORD}
        codes = response(await me.post("/accounts/recovery/codes/", **proof))["codes"]
        self.never |= {f"code {n}": each.encode() for n, each in enumerate(codes)}
        self.selectors = [each[:2] for each in codes]
        token = {**proof, "name": TOKEN_NAME, "scopes": ["read"]}
        made = response(await me.post("/api/auth/CreateToken", **token))
        self.never["secret of a token"] = made["token"].encode()
        link = await do.make_reset_link(username=USERNAME)
        self.never["secret of a link"] = link.encode()
        self.kept["link"] = reset_id_of(link).encode()
        self.never |= {"password": NEW_PASSWORD.encode(), "password before": PASSWORD.encode()}
        self.never["a wrong password"] = wrong["password"].encode()
        self.kept |= {"client": CLIENT.encode(), "token": TOKEN_NAME.encode()}

    async def organises(self) -> None:
        """An event of hers, which goes to who helps; in another one she is held, and has marked."""
        me, friend = self.me, self.friend
        for person, user in ((me, friend), (friend, me)):
            response(await person.post("/api/friends/SendFriendRequest", user_id=user.user_id))
        self.hers = await me.event()
        helps = {"event_id": self.hers, "user_id": self.helper.user_id}
        response(await me.post("/api/events/AddHelper", **helps))
        response(await me.post("/api/events/MakeBoardLink", event_id=self.hers))
        await self.site.mark(self.hers, friend, me)
        waits_in = await self.marker.event()
        await self.site.mark(waits_in, friend, self.marker)
        self.karma = await self.karma_of(self.marker), await self.karma_of(friend)
        await self.site.wait(waits_in, me)
        marking = self.site.connection(waits_in, self.holder, Role.MARKING)
        await self.do.ready_to_mark(connection=marking)
        await self.do.prepare_to_mark(connection=marking, target=self.user_id)

    async def karma_of(self, person: Browser) -> int:
        shown = response(await person.get("/api/profile/GetProfile", user_id=person.user_id))
        return int(shown["karma"])

    async def note_what_is_kept(self) -> None:
        """The hashes of all that is secret."""

        def look(unit: Any) -> dict[str, str]:
            account = unit.accounts.find_by_id(self.user_id)
            hashes = {"hash of the password": account.password_hash}
            for n, session in enumerate(unit.sessions.by_cookie_of(self.user_id)):
                hashes[f"session {n}"] = session.session_id
            for n, browser in enumerate(unit.known_browsers.of(self.user_id)):
                hashes[f"browser {n}"] = browser.browser_id
            for n, token in enumerate(unit.tokens.of(self.user_id)):
                hashes[f"session of token {n}"] = token.session_id
            for n, selector in enumerate(self.selectors):
                code = unit.recovery_codes.find(self.user_id, selector)
                hashes[f"hash of code {n}"] = code.secret_hash
            return hashes

        hashes = await self.do.get_own_scan.observe(look)
        assert {"session 1", "browser 0", "session of token 0"} <= hashes.keys()
        self.kept |= {name: each.encode() for name, each in hashes.items()}

    async def goes(self) -> None:
        """Deletes her account."""
        response(await self.me.post("/accounts/delete/", password=NEW_PASSWORD))

    async def leaves_others_as_they_were(self) -> None:
        """Her marks stand, her event is given away, and what she paid others is theirs."""
        sheet = response(
            await self.helper.get("/api/events/GetAttendance", event_id=self.event_id)
        )["participants"]
        row = next(each for each in sheet if each["user_id"] == self.user_id)
        assert (row["display_name"], row["state"]) == ("", "marked")
        event = response(await self.helper.get("/api/events/GetEventByID", event_id=self.hers))
        assert event["creator_id"] == self.helper.user_id
        assert (await self.karma_of(self.marker), await self.karma_of(self.friend)) == self.karma


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Reads]:
    """Where one is, at the newest revision, and what is read in it."""
    if request.param == "sqlite":
        path = an_empty_database(tmp_path)
        return f"sqlite:///{path}", of_sqlite(path)
    url: URL = request.getfixturevalue("postgres_url")
    return url.set(drivername="postgresql").render_as_string(False), of_postgres(url)


@pytest.mark.timeout(300)  # it waits for the disk some hundred times
async def test_nothing_is_left_of_who_has_deleted_their_account(
    database: tuple[str, Reads],
    tmp_path: Path,
    valkey: Valkey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SCRUB_EVERY", "FORGET_SCANS_EVERY"):
        monkeypatch.setattr(housekeeping, name, 0.1)
    url, reads = database
    log = io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(configured("json", log))
        clock = TestClock()
        made = a_service(url, tmp_path, valkey.url, clock)
        async with site_over(made, clock) as site:

            def everywhere() -> Iterator[tuple[str, bytes]]:
                yield from reads()
                yield from of_files(tmp_path / "files")
                yield from of_valkey(valkey)
                yield "the log", log.getvalue().encode()

            vera = Vera(site, tmp_path)
            await vera.lives()
            assert len(vera.kept) >= 30
            assert vera.kept.keys() - found_in(everywhere(), vera.kept).keys() == set()
            assert found_in(everywhere(), vera.never) == {}
            await vera.goes()
            traces = vera.kept | vera.never | vera.earlier
            until = time.monotonic() + SCRUBBED_WITHIN
            while (left := found_in(everywhere(), traces)) and time.monotonic() < until:
                await asyncio.sleep(0.2)
            assert left == {}
            await vera.leaves_others_as_they_were()
