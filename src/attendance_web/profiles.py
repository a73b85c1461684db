"""The calls about what people show of themselves. Contract: 3."""

from __future__ import annotations

from msgspec import UNSET

from attendance_core.vocabulary import UserId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.structs.arguments import OnePerson
from attendance_web.structs.profiles import (
    NamePart,
    NewInfo,
    NewPicture,
    NewScan,
    PeopleFound,
    PersonNamed,
    ProfileShown,
)
from attendance_web.wire.urls import picture_url


@get("/api/profile/GetProfile")
async def get_profile(call: CallContext[OnePerson]) -> ProfileShown:
    """Somebody's profile."""
    actor_id, user_id = call.actor_id, UserId(call.arguments.user_id)
    call.limits.count_profile(actor_id, user_id)
    seen = await call.use_cases.get_profile(actor=actor_id, user_id=user_id)
    return ProfileShown(
        user_id=seen.profile.user_id,
        pic=picture_url(seen.profile.picture),
        display_name=seen.profile.display_name,
        confirmed=seen.confirmed,
        bio=seen.profile.bio,
        karma=seen.karma,
        confirmation=UNSET if seen.confirmation is None else seen.confirmation.value,
        reason=UNSET if seen.reason is None else seen.reason.value,
        note=UNSET if seen.note is None else seen.note,
        deleted=seen.profile.is_deleted or UNSET,
    )


@post("/api/profile/UpdateProfilePicture", is_upload=True)
async def update_profile_picture(call: CallContext[NewPicture]) -> None:
    """Sets my picture."""
    await call.use_cases.update_profile_picture(actor=call.actor_id, image=call.arguments.image)


@post("/api/profile/UpdateProfileInfo")
async def update_profile_info(call: CallContext[NewInfo]) -> None:
    """Changes my name, or what I say of myself, or both."""
    await call.use_cases.update_profile_info(
        actor=call.actor_id,
        display_name=call.arguments.display_name,
        bio=call.arguments.bio,
    )


@post("/api/profile/UploadProfileConfirmation", is_upload=True)
async def upload_profile_confirmation(call: CallContext[NewScan]) -> None:
    """Hands in a scan of my student record book; it replaces the one before and its tick."""
    await call.use_cases.upload_profile_confirmation(
        actor=call.actor_id, image=call.arguments.image
    )


@get("/api/profile/FindByName", is_look_at_list=True)
async def find_by_name(call: CallContext[NamePart]) -> PeopleFound:
    """People by a part of their name, in whatever case; at most 100."""
    found = await call.use_cases.find_by_name(
        display_name_part=call.arguments.display_name_part,
        limit=call.arguments.limit,
        offset=call.arguments.offset,
    )
    return PeopleFound([PersonNamed(each.user_id, each.display_name) for each in found])


CALLS = (
    get_profile,
    update_profile_picture,
    update_profile_info,
    upload_profile_confirmation,
    find_by_name,
)
