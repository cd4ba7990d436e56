"""The pen: writes events as a Mentor Mother would, with late entries, corrections and doubles."""

from functools import lru_cache
from random import Random
from typing import Any

from tsela.kernel import dates
from tsela.kernel.dates import parse_date
from tsela.simulation.behaviour import Behaviour
from tsela.simulation.places import Site, Staff

Event = dict[str, Any]
MS_A_DAY = 86_400_000
format_date = lru_cache(maxsize=1 << 15)(dates.format_date)  # every event writes its day several times
REWRITTEN_WITHIN = 14  # days


@lru_cache(maxsize=10_000)
def phone_lost(device: str, year: int, share: float) -> int | None:
    """The day of this stretch of 365 days on which this phone is lost with that day's entries, if it is."""
    rng = Random(f"lost {device} {year}")
    return year * 365 + rng.randrange(365) if rng.random() < share else None


class Pen:
    """Writes the events of one family. Every event has reached the log by `until`; what happens later is not written."""

    def __init__(
        self,
        rng: Random,
        behaviour: Behaviour,
        versions: dict[str, str],
        site: Site,
        author: Staff,
        until: int,
    ):
        self.rng, self.behaviour, self.versions = rng, behaviour, versions
        self.site, self.author, self.until = site, author, until
        self.events: list[Event] = []

    def write(self, form: str, client: str, day: int, mode: str = "facility", **answers: Any) -> str | None:
        """Record one visit that happened on `day` (a day number); its id, or None where the day is still to come."""
        if day > self.until:
            return None
        given = {name: answer for name, answer in answers.items() if answer is not None}
        chance = self.rng.random()
        written = max(
            self._entry_day(day), parse_date(given.get("result_date")) or day
        )  # nobody knows a result before
        if chance < self.behaviour.corrected and (wrong := self._mistaken(given)) is not None:
            first = self._append(form, client, day, mode, wrong, written)
            later = min(written + self.rng.randint(0, 10), self.until)
            return self._append(form, client, day, mode, given, later, replaces=first)
        event = self._append(form, client, day, mode, given, written)
        if chance > 1 - self.behaviour.doubled and form != "registration":
            double = self._append(form, client, day, mode, given, written)
            self._append(form, client, day, mode, None, min(written + 1, self.until), replaces=double)
        return event

    def _entry_day(self, day: int) -> int:
        """The day on which she writes it. What a lost phone had not sent she writes again, from the clinic's register."""
        written = day
        if self.rng.random() < self.behaviour.late_entry:
            written += self.rng.randint(1, max(1, self.behaviour.late_entry_days))
        if written == phone_lost(self.author.device, written // 365, self.behaviour.phone_lost):
            written += self.rng.randint(1, REWRITTEN_WITHIN)
        return min(written, self.until)

    def _mistaken(self, answers: dict[str, Any]) -> dict[str, Any] | None:
        """The same answers with one slip of the finger that a Mentor Mother would notice and correct."""
        if answers.get("result") in ("positive", "negative"):
            return {**answers, "result": "negative" if answers["result"] == "positive" else "positive"}
        if "dose" in answers:
            return {**answers, "dose": answers["dose"] + 1}
        for name, answer in answers.items():
            if name.endswith("_date") and isinstance(answer, str) and (day := parse_date(answer)) is not None:
                return {**answers, name: format_date(day - 7)}
        return None

    def _append(
        self,
        form: str,
        client: str,
        day: int,
        mode: str,
        answers: dict[str, Any] | None,
        written: int,
        replaces: str | None = None,
    ) -> str:
        minute = self.rng.randrange(8 * 60, 17 * 60)
        second = len(self.events) % 60
        event_id = self._uuid7(written * MS_A_DAY + (minute - 120) * 60_000 + second * 1000)
        self.events.append(
            {
                "id": event_id,
                "form": form,
                "form_version": self.versions.get(form, "sha256:unknown"),
                "client": client,
                "session": None,
                "mode": mode,
                "site": self.site.code,
                "author": self.author.id,
                "device": self.author.device,
                "occurred_on": format_date(day),
                "recorded_at": f"{format_date(written)}T{minute // 60:02}:{minute % 60:02}:{second:02}+02:00",
                "replaces": replaces,
                "answers": answers,
            }
        )
        return event_id

    def _uuid7(self, ms: int) -> str:
        """A version 7 UUID from the simulated clock and the family's own randomness (RFC 9562)."""
        tail = self.rng.getrandbits(74)
        value = (ms << 80) | (7 << 76) | ((tail >> 62) << 64) | (2 << 62) | (tail & ((1 << 62) - 1))
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
