"""The fake provider's port: requests come in, and the answers that it decides on go out, or the connection breaks."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO

from support.provider_files import Files, Given, Headers
from support.provider_shapes import Shape

Answer = tuple[int, dict[str, Any]] | bytes | None
Take = Callable[[Shape, Headers, bytes], Answer]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def handler(take: Take, files: Files) -> type[BaseHTTPRequestHandler]:
    """Messages are posted and `take` answers; files are got."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.close_connection = not write(self.wfile, of(take(shape_of(self.path), given(self), body)))

        def do_GET(self) -> None:
            self.close_connection = not write(self.wfile, files.get(self.path, given(self)))

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def given(request: BaseHTTPRequestHandler) -> Headers:
    return {name.lower(): value for name, value in request.headers.items()}


def of(answer: Answer) -> Given:
    """The answer to a message."""
    if isinstance(answer, tuple):
        return Given(answer[0], json=answer[1])
    return Given() if answer is None else Given(502, {"Content-Length": str(len(answer))}, iter([answer]))


def write(out: BinaryIO, answer: Given) -> bool:
    """Send it, until the other side has enough; whether the connection stays."""
    headers, pieces = answer.headers, answer.pieces
    if answer.json is not None:
        said = json.dumps(answer.json).encode()
        headers, pieces = {"Content-Type": "application/json", "Content-Length": str(len(said))}, iter([said])
    if pieces is None:
        return False
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {answer.status} .\r\n{lines}\r\n".encode()
    first = next(pieces, b"")
    try:
        out.write(head + first)
        for piece in pieces:
            out.write(piece)
    except OSError:
        return False
    return answer.json is not None


def shape_of(path: str) -> Shape:
    if path.startswith("/version1/"):
        return "africas_talking"
    return "http" if path.startswith("/send") else "whatsapp"
