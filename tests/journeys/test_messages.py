"""Messages, in real browsers on a real site: a client's phone, the Mentor Mother's, the coordinator's desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from journeys.conftest import Team
from journeys.field import FieldApp, ago
from journeys.test_whole_path import await_no_row, await_row
from support.browser import DESK, PHONE
from tsela.programme import load

NUMBER = "+27825550001"
PROGRAMME = Path(__file__).parents[2] / "programmes" / "mentor_mother"


@dataclass
class HerPhone:
    """A phone of the simulator: what she sees, and what she writes."""

    page: Any

    def writes(self, text: str, answer: str) -> None:
        """She writes, and sees this among what comes back."""
        seen = self.page.locator(".theirs .bubble", has_text=answer).count()
        self.page.get_by_label("What she writes").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()
        self.sees(answer, beside=seen)

    def sees(self, text: str, beside: int = 0) -> None:
        self.page.locator(".theirs .bubble", has_text=text).nth(beside).wait_for()

    @property
    def received(self) -> list[str]:
        self.page.reload()
        return self.page.locator(".theirs .bubble").all_inner_texts()


@pytest.fixture
def her_phone(browser: Any, team: Team) -> Iterator[HerPhone]:
    context = browser.new_context(**DESK)
    page = context.new_page()
    team.sign_in(page, "naledi")
    page.goto(f"{team.site.url}/chat/phone/?number=%2B{NUMBER[1:]}&channel=sms")
    yield HerPhone(page)
    context.close()


@pytest.fixture
def mother(browser: Any, team: Team) -> Iterator[Any]:
    """The Mentor Mother's own phone, at the inbox."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    team.sign_in(page, "promise")
    yield page
    context.close()


def test_from_a_first_message_in_isizulu_to_a_kept_appointment_and_stop(
    team: Team, field_app: FieldApp, her_phone: HerPhone, mother: Any, page: Any
) -> None:
    # Nomsa is a client whose number nobody has asked for; she missed a day.
    field_app.on(ago(4)).claim(team.code())
    nomsa = field_app.register(
        client_group="woman", given_name="Nokuthula", family_name="Zwane", sex="female", birth_date="1996-04-03", language="zu",
    )  # fmt: skip
    field_app.record(
        "consent", nomsa, purpose="messages", granted="yes", channel="sms", tier="covert", safe_hours="00:00-24:00"
    )  # fmt: skip
    field_app.record("appointment", nomsa, appointment_date=ago(2), service="anc")
    field_app.sync()

    # She writes first, chooses isiZulu, asks about a cough, and is offered a person.
    her_phone.writes("sawubona", "isiZulu")
    her_phone.writes("isiZulu", "Singakubhalela yini kuqala")
    her_phone.writes("1", "2.")
    her_phone.writes("1", "2.")
    her_phone.writes("2", "STOP")
    her_phone.writes("ngiyakhwehlela", "igazi")
    her_phone.writes("2", "amabili")
    her_phone.writes("1", "Ungathanda ukukhuluma nomuntu?")
    her_phone.writes("Yebo", "Sikuthole kanjani?")
    her_phone.writes("1", "Kukhona umuntu ozokubhalela maduze.")

    # The coordinator knows who it is; from then on it is her Mentor Mother's to answer.
    team.sign_in(page, "naledi")
    page.goto(f"{team.site.url}/inbox/")
    page.get_by_role("link", name=NUMBER).click()
    page.get_by_label("Is it one of our clients?").fill("Nokuthula")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Nokuthula Zwane").check()
    page.get_by_role("button", name="It is her").click()
    page.get_by_text("Her record stands beside").wait_for()

    mother.goto(f"{team.site.url}/inbox/")
    mother.get_by_role("link", name="Nokuthula Zwane").click()
    answer = mother.get_by_label("Your answer")
    answer.fill("Woza emtholampilo, i-HIV test yakho isilungile")
    mother.get_by_text("These words would tell").wait_for()
    mother.get_by_role("button", name="Send", exact=True).click()
    mother.get_by_role("alert").wait_for()
    assert "HIV" in answer.input_value(), "she corrects it, she does not write it again"
    answer.fill("Sawubona Nokuthula, ngilapha.")
    mother.get_by_role("button", name="Send", exact=True).click()
    her_phone.sees("Sawubona Nokuthula, ngilapha.")

    # Handed back to the programme she is reminded of the day that she missed, says that she will come, and the task moves.
    mother.get_by_role("button", name="Back to the programme").click()
    mother.get_by_text("The programme goes on with her.").wait_for()
    await_row(page, f"{team.site.url}/team/", "Nokuthula Zwane", "Appointment")
    mother.get_by_text("Her record", exact=True).click()
    task = mother.locator("li", has_text="Appointment").filter(has=mother.locator("select"))
    task.locator("select").select_option("visit_missed")
    task.get_by_role("button", name="Send it now").click()
    her_phone.sees("Sikukhumbulile")
    her_phone.writes("3", "Siyajabula")
    await_no_row(page, f"{team.site.url}/team/", "Nokuthula Zwane", "Appointment")

    # STOP ends everything at once, and is confirmed once.
    her_phone.writes("STOP", "Ngeke usathola miyalezo")
    mother.reload()
    mother.get_by_text("She wrote STOP.").wait_for()
    assert mother.get_by_role("button", name="Send", exact=True).is_disabled()

    # Nothing on her phone tells.
    leaks = load(PROGRAMME).leaks
    assert len(her_phone.received) >= 10
    for text in her_phone.received:
        assert not leaks.find(text, leaks.terms), text
