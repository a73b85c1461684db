"""What Django answers: its own log-in, and lectures."""

import time
from uuid import UUID

from django.contrib.auth import aauthenticate, alogin, alogout
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from attendance_core import Refusal
from project.rooms import ISSUER, actor_of, live, service


@ensure_csrf_cookie
async def home(request: HttpRequest) -> HttpResponse:
    """Greets whoever comes."""
    user = await request.auser()
    return HttpResponse(f"Hello, {user.get_username() or 'stranger'}!")


@require_POST
async def log_in(request: HttpRequest) -> HttpResponse:
    """Logs somebody in as Django does."""
    given = request.POST
    user = await aauthenticate(request, username=given["name"], password=given["password"])
    if user is None:
        return HttpResponseForbidden()
    await alogin(request, user)
    return JsonResponse({"name": user.get_username()})


@require_POST
async def log_out(request: HttpRequest) -> HttpResponse:
    """Ends this session, and the sockets that it opened."""
    user = await request.auser()
    if user.is_authenticated:
        await service.use_cases.dismiss(
            issuer=ISSUER, subject=str(user.pk), session=request.session.session_key
        )
    await alogout(request)
    return JsonResponse({})


@require_POST
async def make_lecture(request: HttpRequest) -> HttpResponse:
    """Makes a lecture of an hour that begins now."""
    actor = await actor_of(await request.auser(), request.session.session_key)
    if actor is None:
        return HttpResponseForbidden()
    now = time.time()
    event = await service.use_cases.create_event(
        actor=actor.user_id, name=request.POST["name"], starts_at=now, ends_at=now + 3600
    )
    return JsonResponse({"event_id": str(event.event_id)})


async def lecture(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Shows an organiser the counts of this moment."""
    actor = await actor_of(await request.auser(), request.session.session_key)
    if actor is None:
        return HttpResponseForbidden()
    seen = live.watch(actor, event_id)
    try:
        first = await anext(seen)
    except Refusal as no:
        return HttpResponseForbidden(no.text("en"))
    finally:
        await seen.aclose()
    return JsonResponse(first.counts._asdict())
