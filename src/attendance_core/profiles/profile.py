"""What people show of themselves, and how they are found. Contract: 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attendance_core import ports
from attendance_core.arguments import check_kinds, check_page
from attendance_core.errors import NothingGiven, PersonNotFound
from attendance_core.folding import is_another_name
from attendance_core.marking.terms import Terms
from attendance_core.profiles.scans import (
    Confirmation,
    ScanReason,
    delete_discarded,
    remove_tick_for_new_name,
)
from attendance_core.texts import checked_lines, checked_search_part, checked_text
from attendance_core.vocabulary import FileKey, UserId

MAX_DISPLAY_NAME_LENGTH = 100  # Contract: 3
MAX_BIO_LENGTH = 500  # Contract: 3
MIN_NAME_PART_LENGTH = 4  # Contract: FindByName
MAX_PEOPLE_FOUND = 100  # Contract: FindByName
MAX_GROUP_LENGTH = 60  # of the line that a list shows under a name
PICTURE_SIDE = 1024  # pixels; larger profile pictures are made smaller


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as others see them; ``picture`` is None until they set one.

    Whoever has deleted their account has a profile without a name, for what others keep of them.
    """

    user_id: UserId
    display_name: str
    bio: str = ""
    picture: FileKey | None = None

    @property
    def is_deleted(self) -> bool:
        """Whether they have deleted their account: nobody else has no name."""
        return not self.display_name


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """As much of a person as a list shows of everybody in it, the same for every viewer."""

    user_id: UserId
    display_name: str
    picture: FileKey | None
    confirmed: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class ProfileSeen:
    """What GetProfile answers; of somebody else the last three are None.

    ``reason`` and ``note`` say why the confirmation is what it is, where there is more to say.
    """

    profile: Profile
    confirmed: bool
    karma: int
    confirmation: Confirmation | None
    reason: ScanReason | None = None
    note: str | None = None


def group_of(bio: str) -> str:
    """Takes what tells people of one name apart: the first line of what they say of themselves."""
    return bio.partition("\n")[0][:MAX_GROUP_LENGTH].strip()


def checked_display_name(text: str, field: str = "display_name") -> str:
    """Tidies a name of 1-100 characters. Raises InvalidArgument, BadLength, BadCharacters."""
    return checked_text(text, field, 1, MAX_DISPLAY_NAME_LENGTH)


@dataclass(frozen=True, slots=True)
class GetProfile:
    """Shows a person, with their tick and karma. Contract: GET /api/profile/GetProfile."""

    observe: ports.Observe
    terms: Terms

    async def __call__(self, *, actor: UserId, user_id: UserId) -> ProfileSeen:
        """Raises PersonNotFound."""
        check_kinds(actor=actor, user_id=user_id)

        def look(unit: ports.Unit) -> ProfileSeen:
            profile, state, karma, reason, note = unit.profiles.shown(user_id, self.terms)
            karma = 0 if profile.is_deleted else karma
            is_confirmed = state is Confirmation.APPROVED
            if actor != user_id:
                return ProfileSeen(profile, is_confirmed, karma, None)
            return ProfileSeen(profile, is_confirmed, karma, state, reason, note)

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class GetProfileSummaries:
    """Shows who the people of a list are. Contract: 7, `params.users` and `params.user`."""

    observe: ports.Observe

    async def __call__(self, *, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        """Reads those who exist, in no particular order."""
        return await self.observe(lambda unit: unit.profiles.summaries(user_ids))


@dataclass(frozen=True, slots=True)
class UpdateProfileInfo:
    """Changes what a person is called, or says. Contract: POST /api/profile/UpdateProfileInfo."""

    transact: ports.Transact

    async def __call__(
        self, *, actor: UserId, display_name: str | None = None, bio: str | None = None
    ) -> None:
        """Changes what is given; a new name takes the tick away. Contract: 3.7.

        Raises NothingGiven where neither is given, InvalidArgument, BadLength, BadCharacters.
        """
        check_kinds(actor=actor)
        if display_name is None and bio is None:
            raise NothingGiven(fields="display_name, bio")
        new_name = None if display_name is None else checked_display_name(display_name)
        new_bio = None if bio is None else checked_lines(bio, "bio", MAX_BIO_LENGTH)

        def work(unit: ports.Unit) -> None:
            before = unit.profiles.lock(actor)
            after = replace(
                before,
                display_name=before.display_name if new_name is None else new_name,
                bio=before.bio if new_bio is None else new_bio,
            )
            put_profile(unit, before, after)

        await self.transact(work)


def put_profile(unit: ports.Unit, before: Profile, after: Profile) -> None:
    """Replaces a profile that is locked; a new name takes the tick away. Contract: 3.7."""
    unit.profiles.put(after)
    if is_another_name(after.display_name, before.display_name):
        remove_tick_for_new_name(unit, after.user_id)


@dataclass(frozen=True, slots=True)
class UpdateProfilePicture:
    """Sets a person's picture. Contract: POST /api/profile/UpdateProfilePicture."""

    transact: ports.Transact
    pictures: ports.Pictures
    files: ports.Files
    ids: ports.Ids

    async def __call__(self, *, actor: UserId, image: bytes) -> None:
        """Raises BadPicture, PictureTooLarge, PersonNotFound, Unavailable.

        The file is written before the row that names it: a process that dies between leaves a
        file that nobody names, which is deleted later, never a name without a file.
        """
        check_kinds(actor=actor)
        picture = await self.pictures.clean(image, owner=actor, max_side=PICTURE_SIDE)
        key = self.ids.file_key(picture.extension)
        await self.files.put(picture_file_path(key), picture.content, picture.media_type)

        def work(unit: ports.Unit) -> FileKey | None:
            profile = unit.profiles.lock(actor)
            unit.profiles.put(replace(profile, picture=key))
            return profile.picture

        try:
            replaced = await self.transact(work)
        except PersonNotFound:  # they have deleted their account meanwhile
            await delete_discarded(self.files, picture_file_path(key))
            raise
        if replaced is not None:
            await delete_discarded(self.files, picture_file_path(replaced))


@dataclass(frozen=True, slots=True)
class FindByName:
    """Finds people by a part of their name. Contract: GET /api/profile/FindByName."""

    browse: ports.Browse

    async def __call__(
        self,
        *,
        display_name_part: str,
        limit: int = MAX_PEOPLE_FOUND,
        offset: int = 0,
    ) -> Sequence[Profile]:
        """Orders by display name, then id; at most 100. Raises TooShort, and as `check_page`."""
        check_kinds(limit=limit)
        part = checked_search_part(display_name_part, "display_name_part", MIN_NAME_PART_LENGTH)
        check_page(limit, offset)
        limit = min(limit, MAX_PEOPLE_FOUND)
        return await self.browse(lambda unit: unit.profiles.search(part, limit, offset))


def picture_file_path(key: FileKey) -> str:
    """Tells where a profile picture is kept; anybody may read it."""
    return f"pictures/{key}"
