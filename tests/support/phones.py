"""A phone's side of the sync, as small as can be: what it holds after what it was told."""

import gzip
import json
from collections.abc import Callable
from typing import Any

Send = Callable[..., tuple[int, dict[str, Any]]]


class Phone:
    """Holds events by id; stores rows and cursor together (SPEC S35)."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.cursor = ""
        self.events: dict[str, dict[str, Any]] = {}
        self.pages: list[dict[str, Any]] = []

    def push(self, events: list[Any]) -> list[tuple[str, str | None]]:
        """(status, error number) of each event."""
        status, answer = self.send("POST", "push", {"events": events})
        assert status == 200, answer
        return [(one["status"], one.get("error", {}).get("code")) for one in answer["results"]]

    def pull(self) -> "Phone":
        """Until there is nothing new."""
        while self.pull_page():
            pass
        return self

    def pull_page(self) -> bool:
        """One page; whether there may be more."""
        status, page = self.send("GET", f"pull?cursor={self.cursor}")
        if status == 204:
            return False
        assert status == 200, page
        self.pages.append(page)
        left = set(page["leave"])
        self.events = {id: event for id, event in self.events.items() if event["client"] not in left}
        for row in page["events"]["rows"]:
            event = dict(zip(page["events"]["columns"], row, strict=True))
            event.pop("seq")
            self.events[event["id"]] = event
        self.cursor = page["cursor"]
        return page["more"]

    def clients(self) -> set[str]:
        return {event["client"] for event in self.events.values()}


def through_django(client: Any, token: str) -> Send:
    """Requests within this process, by Django's test client."""

    def send(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        answer = client.generic(
            method, f"/api/v1/{path}", json.dumps(body) if body is not None else "",
            content_type="application/json", headers={"Authorization": f"Bearer {token}"} | headers,
        )  # fmt: skip
        content = (
            gzip.decompress(answer.content)
            if answer.headers.get("Content-Encoding") == "gzip"
            else answer.content
        )
        return answer.status_code, json.loads(content) if content else {}

    return send
