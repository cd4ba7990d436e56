"""SPEC S10, S11: from a code on paper to a phone that syncs, and to one that wipes itself."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from support.record import MULANJE, someone
from tsela.access import actions, devices
from tsela.access.models import Device, DeviceCode, Role
from tsela.kernel.errors import TselaError

pytestmark = pytest.mark.django_db


@pytest.fixture
def naledi():
    """The Site Coordinator at Tembisa."""
    return someone(Role.SITE_COORDINATOR, name="Naledi")


def claim(code, who="10.0.0.1"):
    return actions.claim_device(code, label="blue phone", who=who)


def refused(code, call, *arguments, **named):
    with pytest.raises(TselaError) as caught:
        call(*arguments, **named)
    assert caught.value.code == code


def test_s10_a_code_has_8_characters_that_cannot_be_mistaken(naledi):
    code = actions.make_device_code(someone(), by=naledi)
    assert len(code) == 8
    assert not set(code) & set("0O1IL")
    assert code not in json.dumps(list(DeviceCode.objects.values("code_hash")))


def test_s10_a_code_is_good_for_one_phone(naledi):
    thandi = someone()
    code = actions.make_device_code(thandi, by=naledi)
    device, token = claim(f" {code[:4].lower()}-{code[4:]} ")
    assert devices.authenticate(token) == device
    assert device.staff == thandi
    assert token not in json.dumps(list(Device.objects.values("token_hash")))
    refused("E505", claim, code)


def test_s10_a_code_is_good_for_48_hours(naledi):
    code = actions.make_device_code(someone(), by=naledi)
    DeviceCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused("E505", claim, code)


def test_s10_guessing_is_slow(naledi):
    code = actions.make_device_code(someone(), by=naledi)
    for _ in range(devices.TRIES):
        refused("E505", claim, "AAAAAAAA")
    refused("E506", claim, code)
    assert claim(code, who="10.0.0.2")


def test_s10_many_phones_may_be_claimed_behind_one_address(naledi):
    for _ in range(devices.TRIES + 2):
        claim(actions.make_device_code(someone(), by=naledi))


def test_s10_over_http(client, naledi):
    thandi = someone(name="Thandi")
    code = actions.make_device_code(thandi, by=naledi)
    answer = client.post(
        "/api/v1/devices/claim", {"code": code, "label": "x"}, content_type="application/json"
    ).json()
    assert answer["staff"] == {
        "id": thandi.id,
        "name": "Thandi",
        "role": "mentor_mother",
        "sites": ["ZA-GP-TEMBISA"],
        "language": "en",
    }
    assert answer["programme"] == "mentor_mother"
    assert devices.authenticate(answer["token"]).id == answer["device"]


def test_a_coordinator_equips_her_own_team_only(naledi):
    refused("E504", actions.make_device_code, someone(Role.MENTOR_MOTHER, MULANJE), by=naledi)
    refused("E504", actions.make_device_code, someone(Role.ME_OFFICER), by=naledi)
    refused("E503", actions.make_device_code, someone(), by=someone())


def test_s11_a_lost_phone_and_a_left_colleague(naledi):
    thandi = someone()
    lost, lost_token = claim(actions.make_device_code(thandi, by=naledi))
    kept, kept_token = claim(actions.make_device_code(thandi, by=naledi))
    actions.revoke_device(lost, by=naledi)
    refused("E502", devices.authenticate, lost_token)
    assert devices.authenticate(kept_token) == kept
    pending = actions.make_device_code(thandi, by=naledi)
    actions.end_employment(thandi, by=naledi)
    refused("E502", devices.authenticate, kept_token)
    refused("E505", claim, pending)
    refused("E507", actions.make_device_code, thandi, by=naledi)
