"""A client sends a picture, a voice note and a document by WhatsApp: fetched from the provider, seen and heard at the desk."""

import random
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from journeys.conftest import Team, new_team
from support.provider import Provider
from support.provider_shapes import APP_SECRET, TOKEN, VERIFY_TOKEN
from support.site import Site
from tsela.messaging.channels.simulator import tone

NUMBER = "+27825550009"
CHANNELS = """
[whatsapp]
channel = "whatsapp"
phone_number_id = "1001"
token = "$WA_TOKEN"
app_secret = "$WA_SECRET"
verify_token = "$WA_VERIFY"
countries = ["ZA"]
api = "PROVIDER"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def reached(new_site: Callable[..., Site], provider: Provider, tmp_path_factory: Any) -> Team:
    """A team whose server has a WhatsApp account."""
    channels: Path = tmp_path_factory.mktemp("channels") / "channels.toml"
    channels.write_text(CHANNELS.replace("PROVIDER", provider.url))
    secrets = {"WA_TOKEN": TOKEN, "WA_SECRET": APP_SECRET, "WA_VERIFY": VERIFY_TOKEN}
    team = new_team(new_site(TSELA_CHANNELS=str(channels), **secrets))
    provider.hooks["whatsapp"] = (f"{team.site.url}/hooks/whatsapp/", APP_SECRET)
    return team


def test_what_she_sends_is_seen_and_heard_at_the_desk(reached: Team, provider: Provider, page: Any) -> None:
    kept, now = provider.files, {"timestamp": str(int(time.time()))}
    provider.send_file(NUMBER, kept.put(picture(), "image/png", "drop"), **now)
    provider.send_file(NUMBER, kept.put(tone(), "audio/wav"), "audio", **now)
    provider.send_file(NUMBER, kept.put(b"%PDF-1.7\n%", "application/pdf"), "document", **now)
    provider.send_file(NUMBER, kept.put(b"x", "image/png", "gone"), **now)
    assert provider.deliver(random.Random(1))

    reached.sign_in(page, "naledi")
    page.goto(f"{reached.site.url}/inbox/?show=all")
    page.get_by_role("link", name=NUMBER).click()
    page.get_by_text("could not be fetched yet").wait_for()
    page.get_by_text("could not be fetched: the provider has it no more.").wait_for()
    page.get_by_role("link", name="Save: File").wait_for()
    sound = page.locator("audio").element_handle()
    page.evaluate("sound => { sound.muted = true; return sound.play(); }", sound)
    assert page.evaluate("sound => Math.round(sound.duration)", sound) == 1

    # The first try at the picture was cut off; it comes with the second, and what is heard meanwhile goes on.
    seen = page.get_by_role("img", name="Picture that she sent")
    seen.wait_for()
    seen.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.sent-file img').naturalWidth === 240")
    assert page.evaluate("sound => sound.isConnected", sound)


def picture(width: int = 240, height: int = 160) -> bytes:
    """A PNG: two colours of an evening."""
    rows = b"".join(
        b"\0"
        + bytes([200 - y // 2, 120 - y // 3, 60 + x // 8, 255][i] for x in range(width) for i in range(4))
        for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
