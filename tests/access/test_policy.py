"""What a role may do and whose records it sees, as a table."""

import pytest
from django.test import override_settings

from support.record import MULANJE, TEMBISA, someone
from tsela.access import actions, policy
from tsela.access.models import Role
from tsela.access.policy import Action
from tsela.kernel.errors import TselaError

pytestmark = pytest.mark.django_db

MATRIX = """
                  record.read  record.write  team.read  evaluation.read  staff.write  device.write  audit.read  programme.publish  inbox  campaign.write  scope
mentor_mother     yes          yes           -          -                -            -             -           -                  yes    -               caseload
peer_mentor       yes          yes           -          -                -            -             -           -                  yes    -               caseload
linkage_officer   yes          yes           yes        -                -            -             -           -                  yes    -               sites
nurse             yes          yes           yes        -                -            -             -           -                  yes    -               sites
site_coordinator  yes          yes           yes        yes              yes          yes           -           -                  yes    -               sites
me_officer        yes          -             yes        yes              -            -             -           yes                -      yes             sites
director          -            -             -          yes              -            -             -           -                  -      -               none
admin             -            -             -          -                yes          yes           yes         yes                -      yes             none
"""
HEAD, *ROWS = [line.split() for line in MATRIX.strip().splitlines()]


def test_the_table_names_every_role_and_every_action():
    assert {row[0] for row in ROWS} == set(Role.values)
    assert set(HEAD) == {*Action, "scope"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_each_role_may(row):
    role, *allowed = row
    staff = someone(role)
    for action, yes in zip(HEAD[:-1], allowed, strict=False):
        assert policy.may(staff, action) is (yes == "yes"), action
    assert policy.scope(staff).kind == row[-1]


def test_who_has_left_may_nothing():
    staff = someone(Role.ADMIN)
    actions.end_employment(staff)
    assert not any(policy.may(staff, action) for action in Action)
    assert policy.scope(staff).kind == "none"


def test_a_coordinator_acts_at_her_sites():
    naledi = someone(Role.SITE_COORDINATOR, TEMBISA)
    assert policy.may(naledi, Action.TEAM_READ, site=TEMBISA)
    assert not policy.may(naledi, Action.TEAM_READ, site=MULANJE)
    for role, sites in (
        (Role.MENTOR_MOTHER, [MULANJE]),
        (Role.MENTOR_MOTHER, []),
        (Role.ADMIN, [TEMBISA]),
        (Role.SITE_COORDINATOR, [TEMBISA]),
    ):
        someone(Role.NURSE, MULANJE)
        with pytest.raises(TselaError, match="E504"):
            actions.create_staff(name="X", role=role, sites=sites, by=naledi)
    assert actions.create_staff(name="X", role=Role.NURSE, sites=[TEMBISA], by=naledi).employed


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("E509", {"role": "mentor_mothr"}),
        ("E509", {"sites": ["ZA-GP-TEMBIZA"]}),
        ("E510", {"username": "taken"}),
        ("E511", {"password": "short"}),
    ],
)
def test_a_mistake_in_a_new_staff_member_is_named(code, given):
    someone()
    actions.create_staff(name="First", role=Role.NURSE, sites=[TEMBISA], username="taken")
    with pytest.raises(TselaError) as caught:
        actions.create_staff(**{"name": "X", "role": Role.NURSE, "sites": [TEMBISA]} | given)
    assert caught.value.code == code


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"])
def test_passwords_are_kept_as_argon2():
    staff = actions.create_staff(
        name="N", role=Role.ADMIN, sites=[], username="n", password="violet harbour kettle"
    )
    assert staff.password.startswith("argon2")
    assert staff.check_password("violet harbour kettle")
