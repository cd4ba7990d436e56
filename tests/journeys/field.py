"""A Mentor Mother's hands on the field app: what she taps and types, in the app's own words."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

PIN = "402917"


def today() -> date:
    """As the site says."""
    return datetime.now(ZoneInfo("Africa/Johannesburg")).date()


def ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


@dataclass
class FieldApp:
    """The app on one phone; `page` is a Playwright page on a small touch screen."""

    page: Any
    url: str

    def on(self, day: str) -> "FieldApp":
        """The phone's calendar says `day`, nine in the morning."""
        self.page.clock.set_fixed_time(f"{day}T09:00:00")
        return self

    def claim(self, code: str) -> None:
        """Sign up with the coordinator's code, choose a PIN, and wait for the first sync."""
        self.page.goto(f"{self.url}/app/#claim={code}")
        self.page.get_by_role("button", name="Continue").click()
        self.page.locator("input[name=pin]").fill(PIN)
        self.page.locator("input[name=again]").fill(PIN)
        self.page.get_by_role("button", name="Save PIN").click()
        self.page.get_by_role("heading", name="Today").wait_for()

    def unlock(self) -> None:
        """After the app was closed: the PIN again, and she is where she was."""
        self.page.locator("input[name=pin]").fill(PIN)
        self.page.locator(".top").wait_for()

    def reopen(self) -> None:
        self.page.reload()
        self.unlock()

    def open(self, route: str) -> None:
        self.page.evaluate("to => { location.hash = to }", f"#/{route}")

    def register(self, **answers: Any) -> str:
        """Register a person; her client id."""
        self.open("register")
        self.fill(answers)
        name = answers["given_name"]
        self.find(name)
        return self.client_id()

    def find(self, name: str) -> None:
        self.open("find")
        self.page.get_by_role("searchbox").fill(name)
        self.page.get_by_role("main").get_by_text(name).first.click()
        self.page.wait_for_url(re.compile(r"#/client/"))

    def client_id(self) -> str:
        return self.page.url.rsplit("/", 1)[-1]

    def record(self, form: str, client: str, **answers: Any) -> None:
        self.open(f"form/{form}/{client}")
        self.fill(answers)

    def fill(self, answers: dict[str, Any]) -> None:
        """Answer page after page, then check and save."""
        while not self.page.locator("[data-test=save]").is_visible():
            for name, answer in answers.items():
                self._answer(name, answer)
            self.page.locator("[data-test=next]").click()
            self._expect_no_mistake()
        self.page.locator("[data-test=save]").click()
        self.page.wait_for_url(re.compile(r"#/(?!form|register|fix|group)"))

    def _answer(self, path: str, answer: Any) -> None:
        field = self.page.locator(f'[data-question="{path}"]')
        if field.count() == 0:
            return
        for code in answer if isinstance(answer, list) else [answer]:
            choice = field.locator(f'input[value="{code}"]')
            if choice.count():
                choice.check()
            elif field.locator("select").count():
                field.locator("select").select_option(str(code))
            else:
                field.locator("input, textarea").first.fill(str(code))

    def _expect_no_mistake(self) -> None:
        mistakes = self.page.locator(".wrong")
        assert mistakes.count() == 0, mistakes.all_inner_texts()

    def plan(self, client: str) -> list[str]:
        """The titles of what is due or late for her now."""
        self.open("today")
        self.open(f"client/{client}")
        now = self.page.get_by_role("region", name=re.compile("^Now"))
        now.wait_for()
        return now.locator("[data-test=task] > .strong").all_inner_texts()

    def sync(self) -> None:
        """Send and receive everything; fails where anything is left unsent."""
        self.open("sync")
        self.page.locator("[data-test=sync-now]").click()
        self.page.get_by_text("All is sent.").wait_for()
