"""Calls of `attendance_web.profiles`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.arguments import Image, Offset, PersonId, RowLimit
from attendance_web.structs.profiles import PeopleFound, ProfileShown


class ProfileCalls(Calling):
    """Makes the calls of `profiles`."""

    async def get_profile(
        self,
        *,
        user_id: PersonId,
    ) -> ProfileShown:
        """Somebody's profile.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            ProfileShown,
            "GET",
            "/api/profile/GetProfile",
            user_id=user_id,
        )

    async def update_profile_picture(
        self,
        *,
        image: Image,
        name: str,
    ) -> None:
        """Sets my picture.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/profile/UpdateProfilePicture",
            image=image,
            name=name,
        )

    async def update_profile_info(
        self,
        *,
        display_name: str | None = None,
        bio: str | None = None,
    ) -> None:
        """Changes my name, or what I say of myself, or both.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/profile/UpdateProfileInfo",
            display_name=display_name,
            bio=bio,
        )

    async def upload_profile_confirmation(
        self,
        *,
        image: Image,
        name: str | None = None,
    ) -> None:
        """Hands in a scan of my student record book; it replaces the one before and its tick.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/profile/UploadProfileConfirmation",
            image=image,
            name=name,
        )

    async def find_by_name(
        self,
        *,
        display_name_part: str,
        limit: RowLimit = 100,
        offset: Offset = 0,
    ) -> PeopleFound:
        """People by a part of their name, in whatever case; at most 100.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            PeopleFound,
            "GET",
            "/api/profile/FindByName",
            display_name_part=display_name_part,
            limit=limit,
            offset=offset,
        )
