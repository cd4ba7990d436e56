"""What every answer passes: the content security policy, and files that need no view."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from whitenoise.middleware import WhiteNoiseMiddleware

POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",  # the phone derives its key from the PIN in WebAssembly
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob: data:",  # what the phone has sealed is heard from its memory
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

DOORS = "/hooks/"
_HASHED_NAME = re.compile(r"/app/assets/.+-[\w-]{8}\.\w+$")


class ContentSecurityPolicy:
    """Our pages run our files only: no script or style inside a page. A view may set a stricter policy of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)"
        )
        return response


class Doors:
    """Requests of providers go straight to the room that keeps them: past sessions, languages and log-ins, which pages need."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(DOORS):
            return self.get_response(request)
        view, args, kwargs = resolve(request.path_info)
        response: HttpResponse = view(request, *args, **kwargs)
        response.headers["Content-Length"] = str(len(response.content))
        return response


class StaticFiles(WhiteNoiseMiddleware):
    """Static files of the rooms at /static/, and the built phone app at /app/."""

    def __init__(self, get_response: Any = None) -> None:
        super().__init__(get_response)
        if settings.PHONE_APP.is_dir():
            self.add_files(str(settings.PHONE_APP), prefix="app/")

    def immutable_file_test(self, path: str, url: str) -> bool:
        """The app's build writes a hash of the content into these names: a phone fetches each only once."""
        return _HASHED_NAME.search(url) is not None or super().immutable_file_test(path, url)
