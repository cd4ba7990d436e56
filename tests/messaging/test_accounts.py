"""channels.toml: what is read, and what does not start."""

import re
from pathlib import Path

import pytest

from tsela.kernel.errors import TselaError
from tsela.messaging.channels.accounts import accounts, require_neutral
from tsela.messaging.channels.http import Http
from tsela.messaging.channels.whatsapp import WhatsApp
from tsela.programme import load

PROGRAMME = Path(__file__).parents[2] / "programmes" / "mentor_mother"
SECRETS = {
    "WA_TOKEN": "EAAGm0PX4ZCpsBA7w9LkQ",
    "WA_APP": "9f86d081884c7d659a2feaa0c55ad015",
    "WA_VERIFY": "b1946ac92492d2347c6235b4d2611184",
    "AT_KEY": "atsk_6b1f7d3c9a",
    "HOOK_KEY": "7d865e959b2466918c9863afca942d0f",
}
WHATSAPP = """
[wa-za]
channel = "whatsapp"
phone_number_id = "106540352242922"
token = "$WA_TOKEN"
app_secret = "$WA_APP"
verify_token = "$WA_VERIFY"
countries = ["ZA", "LS"]
per_second = 40
"""


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value + "x" * 8)


def write(folder: Path, text: str) -> Path:
    file = folder / "channels.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_account_of_whatsapp(tmp_path: Path) -> None:
    (account,) = accounts(write(tmp_path, WHATSAPP), production=True).values()
    assert isinstance(account, WhatsApp)
    assert (account.account, account.phone_number_id) == ("wa-za", "106540352242922")
    assert account.token == SECRETS["WA_TOKEN"] + "x" * 8
    assert account.countries == {"ZA", "LS"}
    assert (account.limits.per_second, account.limits.per_person) == (40, 6)


def test_nobody_outside_is_reached_without_a_file() -> None:
    assert not accounts(None, production=True)
    assert not any(account.live for account in accounts(None, production=False).values())


def test_the_accounts_in_the_documentation_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[2] / "docs/channels.md").read_text(encoding="utf-8")
    for name in re.findall(r"\$([A-Z_]+)", page):
        monkeypatch.setenv(name, SECRETS["WA_VERIFY"])
    examples = re.findall(r"```toml\n(.*?)```", page, re.S)
    assert len(examples) >= 5
    for example in examples:
        assert accounts(write(tmp_path, example), production=True)


SMS = """
[sms-ke]
channel = "africas_talking"
username = "ours"
api_key = "$AT_KEY"
key = "$HOOK_KEY"
sender = "SENDER"
"""
GATEWAY = """
[gateway]
channel = "http"
url = "https://gateway.example/send"
key = "$HOOK_KEY"
body = {to = "{to}", message = {text = "{text}", from = "SENDER"}, password = "hiv hiv"}
"""


LISTED = GATEWAY.replace(
    'message = {text = "{text}", from = "SENDER"}', 'messages = [{text = "{text}", from = "SENDER"}]'
)
ASKED = GATEWAY.replace("/send", "/send?sender=SENDER").replace('from = "SENDER"', 'from = "{to}"')


@pytest.mark.parametrize("settings", [SMS, GATEWAY, LISTED, ASKED])
@pytest.mark.parametrize(
    ("sender", "tells"), [("12345", False), ("Friends", False), ("ART-Clinic", True), ("hivcare", True)]
)
def test_a_server_does_not_start_with_a_sender_that_tells(
    settings: str, sender: str, tells: bool, tmp_path: Path
) -> None:
    known = accounts(write(tmp_path, settings.replace("SENDER", sender)), production=True)
    leaks = load(PROGRAMME).leaks
    if not tells:
        require_neutral(known, leaks)
        return
    with pytest.raises(TselaError) as error:
        require_neutral(known, leaks)
    assert (error.value.code, sender in error.value.what) == ("E702", True)
    assert "channels.toml" in error.value.where


def test_what_a_gateway_keeps_for_us_is_fetched_from_named_hosts_with_its_own_headers(tmp_path: Path) -> None:
    more = """
media_url = "https://files.example/{media}"
media_hosts = ["cdn.example"]
media_headers = {Authorization = "Token $AT_KEY"}
"""
    (found,) = accounts(write(tmp_path, GATEWAY + more), production=True).values()
    assert isinstance(found, Http)
    assert (found.media_hosts, found.media_headers["Authorization"][:9]) == (("cdn.example",), "Token ats")


BROKEN = {
    "a host that is none": (GATEWAY + 'media_hosts = ["https://files.example"]', "E720"),
    "a host that is an address of the inside": (GATEWAY + 'media_hosts = ["10.0.0.1"]', "E720"),
    "files without encryption": (GATEWAY + 'media_url = "http://files.example/{media}"', "E720"),
    "a token of files in the file": (GATEWAY + 'media_headers = {Authorization = "Token abcdefghijklmnopqrs"}', "E721"),
    "no TOML": ("[wa-za", "E720"),
    "a name for a table": ('wa-za = "whatsapp"', "E720"),
    "a name that no address can hold": (WHATSAPP.replace("wa-za", '"WA ZA"'), "E720"),
    "an unknown channel": (WHATSAPP.replace('"whatsapp"', '"telegram"'), "E720"),
    "a misspelt setting": (WHATSAPP.replace("countries", "country"), "E720"),
    "a setting is missing": (WHATSAPP.replace('phone_number_id = "106540352242922"', ""), "E720"),
    "a number instead of a text": (WHATSAPP.replace('"106540352242922"', "106540352242922"), "E720"),
    "a country that is none": (WHATSAPP.replace('"LS"', '"Lesotho"'), "E720"),
    "a limit that is no number": (WHATSAPP.replace("40", '"fast"'), "E720"),
    "a provider without encryption": (WHATSAPP + 'api = "http://graph.facebook.com"', "E720"),
    "what is ours to say": (WHATSAPP + "live = false", "E720"),
    "a channel that reaches nobody": ('[chat]\nchannel = "simulator"', "E720"),
    "a secret in the file": (WHATSAPP.replace("$WA_APP", "9f86d081884c7d659a2feaa0c55ad015"), "E721"),
    "a secret that is not set": (WHATSAPP.replace("$WA_APP", "$NOWHERE"), "E721"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_server_does_not_start_with(what: str, tmp_path: Path) -> None:
    text, code = BROKEN[what]
    with pytest.raises(TselaError) as error:
        accounts(write(tmp_path, text), production=True)
    assert error.value.code == code
    assert "channels.toml" in error.value.where


@pytest.mark.parametrize(
    "secret",
    ["tiny", "change-me-please-change-me", "the-secret-of-the-example", "b1946ac92492\nd2347c6235b4d"],
)
def test_a_server_does_not_start_with_a_secret_like(
    secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WA_APP", secret)
    with pytest.raises(TselaError) as error:
        accounts(write(tmp_path, WHATSAPP), production=True)
    assert error.value.code == "E721"
    assert secret not in str(error.value)
