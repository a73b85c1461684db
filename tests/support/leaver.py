"""Somebody who does all that leaves a trace, and deletes their account."""

from __future__ import annotations

import base64
import io
import random
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from attendance_core.marking.connections import Role
from attendance_core.profiles import Profile
from attendance_core.recovery.resets import reset_id_of
from attendance_core.vocabulary import UserId
from tests.support.site import Browser, Site, response

OTHERS, ADDED_AT_ONCE = 200, 10  # whose rows are beside those of who leaves
# What nobody else's data has in it. Letters of Tifinagh: no other name has one of their pairs
USERNAME, PASSWORD, NEW_PASSWORD = "TraceOfVera", "the first Trace of Vera", "another Trace of Vera"
FIRST_NAME, NAME = "ⴰⴱⴳⴷ ⴹⴻⴼⴽ", "ⵀⵃⵄⵅ ⵇⵉⵊⵍ"
FIRST_BIO, BIO = "first-bio-trace", "second-bio-trace"
CLIENT, TOKEN_NAME = "client-trace", "token-trace"
HAND_NOTE, ANNUL_NOTE, SCAN_NOTE = "by-hand-trace", "annulled-trace", "scan-note-trace"
OF_PIXELS = slice(200, 240)  # bytes of the file of a picture, behind its head


def noise(seed: int) -> bytes:
    """Makes a picture like no other."""
    content = io.BytesIO()
    pixels = random.Random(seed).randbytes(40 * 40 * 3)
    Image.frombytes("RGB", (40, 40), pixels).save(content, "PNG")
    return content.getvalue()


def adds_others(first: int, unit: Any) -> None:
    """Has people there of whom everything stays."""
    for number in range(first, first + ADDED_AT_ONCE):
        user_id = unit.accounts.add(f"beside{number}", f"hash {number}", unit.now())
        unit.profiles.add(Profile(user_id, f"Борис {number}", f"bio {number}"))


async def send_image(person: Browser, path: str, seed: int) -> None:
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
        people = [await site.add_person("other") for _ in range(5)]
        self.helper, self.friend, self.moderator, self.marker, self.holder = people
        await site.forget_tallies()
        await do.add_moderator(username=self.moderator.username)
        await self.gets_marked()
        await self.shows_herself()
        await self.gets_judged()
        await self.comes_in()
        await self.organises()
        await self.note_what_is_kept()

    async def gets_marked(self) -> None:
        """Is marked by hand, with a note, under her first name; it is annulled, with another."""
        self.event_id = await self.helper.create_event()
        about = {"event_id": self.event_id, "user_id": self.user_id}
        response(await self.helper.post("/api/events/MarkParticipant", **about, note=HAND_NOTE))
        annuls = {**about, "n": 1, "reason": "not_present", "note": ANNUL_NOTE}
        response(await self.helper.post("/api/events/AnnulMark", **annuls))
        response(await self.helper.post("/api/events/MarkParticipant", **about))
        self.kept |= {"note by hand": HAND_NOTE.encode(), "note of annulment": ANNUL_NOTE.encode()}
        self.kept["marked as"] = FIRST_NAME.encode()
        self.kept |= {"username": USERNAME.encode(), "username's key": USERNAME.lower().encode()}

    async def shows_herself(self) -> None:
        """Shows a name, a bio and a picture, and others before these."""
        for bio, name, seed in ((FIRST_BIO, FIRST_NAME, 1), (BIO, NAME, 2)):
            given = {"bio": bio, "display_name": name}
            response(await self.me.post("/api/profile/UpdateProfileInfo", **given))
            await send_image(self.me, "UpdateProfilePicture", seed)
            (picture,) = [each for each in self.files.glob("pictures/*") if each.is_file()]
            noted = self.earlier if seed == 1 else self.kept
            noted[f"picture {seed}"] = picture.read_bytes()[OF_PIXELS]
            noted[f"name of picture {seed}"] = picture.stem.encode()
        self.kept |= {"name": NAME.encode(), "bio": BIO.encode()}
        self.kept["a trigram of the name"] = NAME[1:3].encode()
        self.earlier |= {"bio before": FIRST_BIO.encode()}

    async def gets_judged(self) -> None:
        """Has one scan rejected with a note; then another waits, and a moderator has it."""
        resolve = {"approve": False, "reason": "other", "note": SCAN_NOTE}
        for number in (3, 4):
            await send_image(self.me, "UploadProfileConfirmation", number)
            (file,) = self.files.glob("scans/*")
            noted = self.earlier if number == 3 else self.kept
            noted[f"scan {number}"] = file.read_bytes()[OF_PIXELS]
            noted[f"name of scan {number}"] = file.stem.encode()
            observe = self.do.get_own_scan.observe
            scan = await observe(lambda unit: unit.scans.find(self.user_id))
            given = {"scan": str(scan.scan_id)}
            response(await self.moderator.post("/api/profile/TakeConfirmation", **given))
            if number == 3:
                given |= resolve  # type: ignore[arg-type]
                response(await self.moderator.post("/api/profile/ResolveConfirmation", **given))
                self.earlier["note of a scan"] = SCAN_NOTE.encode()
        scan = await observe(lambda unit: unit.scans.find(self.user_id))
        self.kept["secret of a lease"] = scan.lease.secret.encode()

    async def comes_in(self) -> None:
        """Comes in by every way there is: sessions, a known browser, a token, codes, a link."""
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
        """Makes an event, which goes to who helps; in another one she is held, and has marked."""
        me, friend = self.me, self.friend
        for person, user in ((me, friend), (friend, me)):
            response(await person.post("/api/friends/SendFriendRequest", user_id=user.user_id))
        self.her_event_id = await me.create_event()
        helps = {"event_id": self.her_event_id, "user_id": self.helper.user_id}
        response(await me.post("/api/events/AddHelper", **helps))
        response(await me.post("/api/events/MakeBoardLink", event_id=self.her_event_id))
        await self.site.mark(self.her_event_id, friend, me)
        other_event_id = await self.marker.create_event()
        await self.site.mark(other_event_id, friend, self.marker)
        self.karma = await self.karma_of(self.marker), await self.karma_of(friend)
        await self.site.wait(other_event_id, me)
        marking = self.site.connection(other_event_id, self.holder, Role.MARKING)
        await self.do.ready_to_mark(connection=marking)
        await self.do.prepare_to_mark(connection=marking, target=self.user_id)

    async def karma_of(self, person: Browser) -> int:
        shown = response(await person.get("/api/profile/GetProfile", user_id=person.user_id))
        return int(shown["karma"])

    async def note_what_is_kept(self) -> None:
        """Notes the hashes of all that is secret."""

        def look(unit: Any) -> dict[str, str]:
            account = unit.accounts.find_by_id(self.user_id)
            hashes = {"hash of the password": account.password_hash}
            for n, session in enumerate(unit.sessions.by_cookie_of(self.user_id)):
                hashes[f"session {n}"] = session.session_id
            for n, browser in enumerate(unit.known_browsers.of(self.user_id)):
                hashes[f"browser {n}"] = browser.browser_id
            for n, token in enumerate(unit.tokens.of(self.user_id)):
                hashes[f"session of token {n}"] = token.own_session_id
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
        """Checks that her marks stand, her event is given away, and what she paid is theirs."""
        sheet = response(
            await self.helper.get("/api/events/GetAttendance", event_id=self.event_id)
        )["participants"]
        row = next(each for each in sheet if each["user_id"] == self.user_id)
        assert (row["display_name"], row["state"]) == ("", "marked")
        event = response(
            await self.helper.get("/api/events/GetEventByID", event_id=self.her_event_id)
        )
        assert event["creator_id"] == self.helper.user_id
        assert (await self.karma_of(self.marker), await self.karma_of(self.friend)) == self.karma
