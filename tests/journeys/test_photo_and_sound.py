"""Photos, recordings, places and codes: on a phone with a camera, without signal, to the page of her coordinator."""

import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from journeys.conftest import PASSWORD, Team
from journeys.field import FieldApp
from support.browser import FLAGS, PATIENCE, PHONE, find_chromium
from support.site import PROJECT, Site

FORM = """
| survey | type              | name    | label                          | hint                              | required | parameters  | appearance | media::image |
|--------|-------------------|---------|--------------------------------|-----------------------------------|----------|-------------|------------|--------------|
|        | begin_group       | look    | The wound                      |                                   |          |             |            |              |
|        | image             | wound   | A photo of the wound           | Only the wound, never her face.   | yes      |             |            |              |
|        | end_group         |         |                                |                                   |          |             |            |              |
|        | begin_group       | hear    | Her words                      |                                   |          |             |            |              |
|        | audio             | words   | What happened, in her words    | Ask her first whether she agrees. |          |             |            |              |
|        | end_group         |         |                                |                                   |          |             |            |              |
|        | begin_group       | where   | Her card and her house         |                                   |          |             |            |              |
|        | barcode           | card    | The code on her clinic card    |                                   |          |             |            |              |
|        | geopoint          | house   | Her house                      | Stand at her door.                |          |             |            | door.png     |
|        | range             | pain    | Pain, from 0 to 10             |                                   |          | start=0 end=10 step=1 |  |              |
|        | time              | seen    | When did it happen?            |                                   |          |             |            |              |
|        | end_group         |         |                                |                                   |          |             |            |              |
|        | begin_repeat      | dressings | Dressing                     |                                   |          | min=2 max=3 |            |              |
|        | date              | due     | To be changed on               |                                   |          |             |            |              |
|        | image             | after   | A photo afterwards             |                                   |          |             |            |              |
|        | end_repeat        |         |                                |                                   |          |             |            |              |

| settings | form_id | form_title  | for   |
|----------|---------|-------------|-------|
|          | wound   | Wound check | woman |
"""
# The whole recording, decoded: its seconds.
HEARD = "async (audio) => (await new AudioContext().decodeAudioData(await (await fetch(audio.src)).arrayBuffer())).duration"
CODE_READER = "globalThis.BarcodeDetector = class { async detect() { return [{ rawValue: 'MZ-0042' }] } }"


@pytest.fixture(scope="module")
def team(new_site: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory) -> Team:
    programme = tmp_path_factory.mktemp("programme") / "mentor_mother"
    shutil.copytree(PROJECT / "programmes" / "mentor_mother", programme)
    (programme / "forms" / "wound.md").write_text(FORM, encoding="utf-8")
    (programme / "forms" / "media").mkdir()
    shutil.copy(PROJECT / "phone/public/icon-192.png", programme / "forms/media/door.png")
    site = new_site(TSELA_PROGRAMME=str(programme))
    site.run("site", "add", "ZA-GP-TEMBISA", "--name", "Tembisa Clinic")
    for name, role, username in (
        ("Promise James", "mentor_mother", "promise"),
        ("Naledi K", "site_coordinator", "naledi"),
    ):
        site.run(
            "staff", "add", "--name", name, "--role", role, "--site", "ZA-GP-TEMBISA", "--username", username,
            *(["--password"] if role != "mentor_mother" else []), typed=f"{PASSWORD}\n{PASSWORD}\n",
        )  # fmt: skip
    site.start()
    return Team(site)


@pytest.fixture
def field_app(browser: Any, team: Team) -> Iterator[FieldApp]:
    """The app on a phone whose camera and microphone give a test picture and a test tone."""
    devices = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    phone = browser.browser_type.launch(executable_path=find_chromium(), args=FLAGS + devices)
    place = {"latitude": -25.9964, "longitude": 28.2268, "accuracy": 12}
    context = phone.new_context(
        **PHONE, geolocation=place, permissions=["geolocation", "camera", "microphone"]
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.add_init_script(
        CODE_READER
    )  # no browser on a desk reads codes; the camera before it is the real one
    yield FieldApp(page, team.site.url)
    phone.close()


def test_a_photo_and_a_recording_from_the_phone_to_her_page(
    team: Team, field_app: FieldApp, page: Any
) -> None:
    app, screen = field_app, field_app.page
    app.claim(team.code())
    nomsa = app.register(
        client_group="woman", given_name="Nomsa", family_name="Dlamini", sex="female", birth_date="1996-04-03",
        phone="+27 82 000 0000", phone_owner="own", language="zu",
    )  # fmt: skip
    app.sync()

    # Without signal. She cannot go on without the photo, and is told so.
    screen.context.set_offline(True)
    app.open(f"form/wound/{nomsa}")
    screen.locator("[data-test=next]").click()
    assert "Please answer this." in screen.locator(".wrong").inner_text()
    take_photo(screen, "wound")
    assert_shown(screen.locator("[data-question=wound] img"))
    screen.get_by_role("button", name="Take it again").click()
    screen.locator("[data-test=snap]").click()
    assert_shown(screen.locator("[data-question=wound] img"))
    next_page(screen)

    screen.get_by_role("button", name="Start recording").click()
    screen.get_by_text("Recording. Speak now.").wait_for()
    screen.get_by_text(re.compile("0:02 / 1:00")).wait_for()
    screen.locator("[data-test=stop]").click()
    screen.locator("[data-question=words] audio").wait_for()

    # The tab is killed in the middle: photo and recording are there again.
    app.reopen()
    app.open(f"form/wound/{nomsa}")
    screen.locator("[data-question=words] audio").wait_for()
    screen.get_by_role("button", name="Back").last.click()
    assert_shown(screen.locator("[data-question=wound] img"))
    next_page(screen)
    next_page(screen)

    screen.get_by_role("button", name="Scan the code").click()
    expect(screen.locator("#q-card")).to_have_value("MZ-0042")
    assert_shown(screen.locator("[data-question=house] img"))  # the programme's own picture, without signal
    screen.get_by_role("button", name="Where I am now").click()
    expect(screen.locator("#q-house")).to_have_value("Found, to 12 metres")
    screen.locator("#q-pain").fill("6")
    screen.locator("#q-seen").fill("21:30")
    next_page(screen)

    # The form wants two dressings: one that was taken out is missed.
    assert screen.locator("fieldset.subform").count() == 2
    assert screen.get_by_role("button", name="Remove").count() == 0

    # The camera does not open: she chooses a photo, which is made small like all others.
    screen.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => { throw new Error('no camera') } }"
    )
    dressing = screen.locator('[data-question="dressings[1].after"]')
    dressing.get_by_role("button", name="Take a photo").click()
    dressing.get_by_text("The camera did not open.").wait_for()
    dressing.locator("input[type=file]").set_input_files(PROJECT / "docs/img/report.png")
    assert_shown(dressing.locator("img"))
    next_page(screen)
    screen.get_by_text("-25.9964, 28.2268 ± 12 m").wait_for()
    assert screen.locator(".answers img").count() == 2
    screen.locator("[data-test=save]").click()
    screen.wait_for_url(re.compile("#/client/"))

    # She sees what waits; then entries go first, photos after them, and she is told the truth about both.
    app.open("sync")
    counts = screen.locator("[data-test=sync-counts]")
    assert "Photos and recordings, not sent yet\n3" in counts.inner_text()
    screen.context.route("**/api/v1/attachments/**", lambda route: route.abort())
    screen.context.set_offline(False)
    screen.locator("[data-test=sync-now]").click()
    screen.get_by_text("No connection.").wait_for()
    assert "not sent yet\n0\nPhotos and recordings, not sent yet\n3" in counts.inner_text()

    # Her coordinator sees the entry, and that its photos are not here yet.
    team.sign_in(page, "naledi")
    page.goto(f"{team.site.url}/clients/{nomsa}/")
    assert page.get_by_text("not here yet").count() == 3

    screen.context.unroute("**/api/v1/attachments/**")
    app.sync()
    assert "Photos" not in counts.inner_text()

    page.reload()
    assert page.get_by_text("not here yet").count() == 0
    page.get_by_text("A photo of the wound: look at the photo").click()
    assert_shown(page.get_by_role("img", name="A photo of the wound"))
    page.get_by_text("Dressing 2, A photo afterwards").wait_for()
    length = page.locator("audio").evaluate(HEARD)
    assert length > 1

    # On the phone the entry still shows it, also after a new start.
    app.reopen()
    app.find("Nomsa")
    screen.locator("[data-test=story-line]").get_by_text("Wound check").first.click()
    assert_shown(screen.locator(".answers img").first)


def take_photo(screen: Any, question: str) -> None:
    field = screen.locator(f'[data-question="{question}"]')
    field.get_by_role("button", name="Take a photo").click()
    field.locator("[data-test=snap]:enabled").click()
    field.get_by_role("button", name="Take it again").wait_for()


def next_page(screen: Any) -> None:
    screen.locator("[data-test=next]").click()
    assert screen.locator(".wrong").count() == 0, screen.locator(".wrong").all_inner_texts()


def assert_shown(image: Any) -> None:
    image.wait_for()
    image.evaluate("image => image.decode()")
    width, height = image.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert 0 < max(width, height) <= 1024
