"""How the phones' door answers: JSON, compressed as the phone can read it, errors with their catalogue number."""

import gzip
from typing import Any

import msgspec
import zstandard
from django.http import HttpRequest, HttpResponse

from tsela.kernel.errors import Problem

STATUS = {
    "E400": 400,
    "E420": 422,
    "E421": 413,
    "E422": 409,
    "E490": 503,
    "E501": 401,
    "E502": 403,
    "E503": 403,
    "E505": 403,
    "E506": 429,
}
SMALL = 1_000  # bytes: below, compressing costs more than it saves
ZSTD_LEVEL, GZIP_LEVEL = 3, 5


def answer(request: HttpRequest, value: Any, status: int = 200) -> HttpResponse:
    return packed(request, msgspec.json.encode(value), status)


def packed(request: HttpRequest, body: bytes, status: int = 200) -> HttpResponse:
    """The body, as zstd or gzip where the phone takes it."""
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = ""
    if len(body) > SMALL and "zstd" in accepted:
        body, encoding = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body), "zstd"
    elif len(body) > SMALL and "gzip" in accepted:
        body, encoding = gzip.compress(body, GZIP_LEVEL), "gzip"
    response = HttpResponse(body, status=status, content_type="application/json")
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "no-store"
    if encoding:
        response["Content-Encoding"] = encoding
    return response


def refusal(problem: Problem) -> HttpResponse:
    """An error of the whole request (SPEC, first paragraph)."""
    body: dict[str, Any] = {"error": as_dict(problem)}
    if problem.code == "E502":
        body["wipe"] = True
    response = HttpResponse(
        msgspec.json.encode(body), status=STATUS.get(problem.code, 400), content_type="application/json"
    )
    if problem.code == "E490":
        response["Retry-After"] = "30"
    if problem.code == "E501":
        response["WWW-Authenticate"] = "Bearer"
    return response


def as_dict(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "what": problem.what, "remedy": problem.remedy}
