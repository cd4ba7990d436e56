"""Claim, push, pull, programme: each a plain view over a named action or query."""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any

import msgspec
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tsela.access import audit, devices, policy
from tsela.access.models import Device, Staff
from tsela.care.queries import drift
from tsela.kernel.errors import TselaError, fail, problem
from tsela.programme import Programme
from tsela.record import pull as pulling
from tsela.record.actions import ingest
from tsela.record.check import FIELDS
from tsela.record.programme import current
from tsela.record.writer import write
from tsela.sync.answers import answer, as_dict, packed, refusal

MOST_EVENTS, MOST_BYTES = 200, 1 << 20
COLUMNS = [*FIELDS, "seq"]
View = Callable[..., HttpResponse]


class Claim(msgspec.Struct):
    code: str
    label: str = ""


class Plans(msgspec.Struct):
    today: str
    engine: int
    version: str
    hashes: dict[str, str]


class Push(msgspec.Struct):
    events: list[Any]
    plans: Plans | None = None


Body = msgspec.defstruct("Body", [(name, msgspec.Raw) for name in FIELDS])
Columns = msgspec.defstruct(
    "Columns", [(name, msgspec.Raw) for name in FIELDS] + [("seq", int)], array_like=True
)
decode_body = msgspec.json.Decoder(Body).decode


def door(view: View) -> View:
    """Every view of this door: no cookies, errors by number, and a database that cannot write is said so (S25)."""

    @csrf_exempt
    @wraps(view)
    def opened(request: HttpRequest, **given: str) -> HttpResponse:
        try:
            return view(request, **given)
        except TselaError as error:
            return refusal(error.problem)
        except DatabaseError:
            return refusal(problem("E490"))

    return opened


def for_device(view: View) -> View:
    """Views for phones with a token (S11)."""

    @wraps(view)
    def known(request: HttpRequest, **given: str) -> HttpResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        device = devices.authenticate(token.strip() if scheme.lower() == "bearer" else "")
        _seen_today(device)
        return view(request, device, **given)

    return door(known)


@door
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    """S10: a code becomes a device and its token."""
    asked = read(request, Claim)
    device, token = devices.claim_device(asked.code, label=asked.label, who=address(request))
    return answer(
        request,
        {
            "device": device.id,
            "token": token,
            "staff": _staff(device.staff),
            "programme": _programme(device.staff).name,
        },
    )


@for_device
@require_POST
def push(request: HttpRequest, device: Device) -> HttpResponse:
    """S20-S25: answers only after commit."""
    policy.require(device.staff, policy.Action.RECORD_WRITE)
    pushed = read(request, Push)
    if len(pushed.events) > MOST_EVENTS:
        unreadable(f"{len(pushed.events)} events")
    results = []
    for id, status, reason in ingest(pushed.events, by=device):
        result: dict[str, Any] = {"id": id, "status": status}
        results.append(result | {"error": as_dict(reason)} if reason else result)
    body: dict[str, Any] = {"results": results}
    if pushed.plans is not None:
        body["drift"] = drift(pushed.plans.today, pushed.plans.version, pushed.plans.hashes)
    return answer(request, body)


@for_device
@require_GET
def pull(request: HttpRequest, device: Device) -> HttpResponse:
    """S30-S35: one page, or 204."""
    policy.require(device.staff, policy.Action.RECORD_READ)
    cursor = pulling.decode_cursor(request.GET.get("cursor", ""))
    page = pulling.pull(policy.scope(device.staff), cursor)
    if page.empty:
        return HttpResponse(status=204)
    write(
        lambda: audit.note(
            device, "record.pull", events=len(page.rows), enter=len(page.enter), leave=len(page.leave)
        )
    )
    value = {
        "cursor": pulling.encode_cursor(page.cursor),
        "more": page.more,
        "events": {"columns": COLUMNS, "rows": [_row(seq, body) for seq, body in page.rows]},
        "leave": page.leave,
        "enter": page.enter,
        "programme": _programme(device.staff).version,
    }
    return answer(request, value)


@for_device
@require_GET
def programme(request: HttpRequest, device: Device) -> HttpResponse:
    """S40, S41: what is in force at her site, with the rules of its country."""
    in_force, country = _programme(device.staff), _site(device.staff)[:2]
    body, etag = _bundle(in_force, country, _words(request, in_force.languages_in(country)))
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        return HttpResponse(status=304)
    response = packed(request, body)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def address(request: HttpRequest) -> str:
    """Who asks, for the rate limit. Behind our own proxy: the last address that it was told, which it wrote itself."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def read(request: HttpRequest, type: type) -> Any:
    """The body as this type, or E400 (S25)."""
    try:
        body = request.body
        if request.headers.get("Content-Encoding", "") == "gzip":
            body = _unzip(body)
        if len(body) > MOST_BYTES:
            unreadable("it is too large")
        return msgspec.json.decode(body, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, zlib.error, OSError) as error:
        return unreadable(str(error) or "it was cut off")


def unreadable(reason: str) -> Any:
    fail("E400", reason=reason, events=MOST_EVENTS, bytes=MOST_BYTES)


def _unzip(body: bytes) -> bytes:
    """Never more than the limit, whatever a small body would swell to."""
    stream = zlib.decompressobj(wbits=31)
    return stream.decompress(body, MOST_BYTES + 1)


def _row(seq: int, body: str) -> Any:
    """The event's fields in the order of COLUMNS; answers are passed on as they were stored."""
    event = decode_body(body)
    return Columns(*(getattr(event, name) for name in FIELDS), seq)


def _site(staff: Staff) -> str:
    """The first of her sites, by code: its programme is hers."""
    return min(staff.site_codes, default="")


def _programme(staff: Staff) -> Programme:
    return current(_site(staff))


def _words(request: HttpRequest, spoken: Sequence[str]) -> str | None:
    """The language whose words are asked for; none where it is not spoken here; None: all."""
    tag = request.GET.get("words")
    return tag if tag is None or tag in spoken else ""


@lru_cache(maxsize=64)
def _bundle(programme: Programme, country: str, words: str | None) -> tuple[bytes, str]:
    body = msgspec.json.encode(programme.bundle(country, words))
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _seen_today(device: Device) -> None:
    today = timezone.localdate()
    if device.last_seen_on != today:
        write(lambda: Device.objects.filter(pk=device.pk).update(last_seen_on=today))


def _staff(staff: Staff) -> dict[str, Any]:
    return {
        "id": staff.id,
        "name": staff.name,
        "role": staff.role,
        "sites": sorted(staff.site_codes),
        "language": staff.language,
    }
