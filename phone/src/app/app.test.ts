/** Worked examples for the small parts of the app: finding, births, corrections, ids, words. */
import { expect, test } from "vitest";
import type { CareEvent } from "../sync/event";
import { withInfants } from "./births";
import { daysBetween, moment } from "./clock";
import { find, indexOf } from "./find";
import { uuid7 } from "./ids";
import { chains } from "./live";
import { type Person, personOf, whatsAppNumber } from "./people";
import { dayText, speak, t } from "./words";

function event(
  id: string,
  form: string,
  answers: CareEvent["answers"],
  over: Partial<CareEvent> = {},
): CareEvent {
  const who = {
    client: "c",
    site: "ZA-GP-X",
    author: "a",
    device: "d",
    mode: "home" as const,
    session: null,
  };
  const when = { occurred_on: "2026-01-01", recorded_at: "2026-01-01T08:00:00Z", replaces: null };
  return { id, form, form_version: "1", ...who, ...when, answers, ...over };
}

function person(name: string, over: Partial<Person> = {}): Person {
  return personOf([event("1", "registration", { given_name: name })]) as Person & typeof over;
}

test.each([
  ["Nomsa", "nomsa"],
  ["Nomsa Dlamini", "dlam nom"],
  ["Thandiwe", "tandiwe"],
  ["Nokuthula", "nokutula"],
  ["Zanélé", "zanele"],
])("%s is found by typing %s", (name, typed) => {
  const index = indexOf([person("Precious"), person(name), person("Lerato")]);
  expect(find(index, typed).map((hit) => hit.name)).toEqual([name]);
});

test("a landmark or part of a phone number finds her too; a stranger is not found", () => {
  const she = { ...person("Nomsa"), landmark: "behind the blue church", phone: "+27 82 555 0142" };
  const index = indexOf([she, person("Lerato")]);
  expect(find(index, "blue church")).toEqual([she]);
  expect(find(index, "0142")).toEqual([she]);
  expect(find(index, "khumalo")).toEqual([]);
});

test("find answers within a blink for 1,000 clients", () => {
  const index = indexOf(
    Array.from({ length: 1_000 }, (_, n) => ({ ...person(`Woman ${n}`), landmark: `shop ${n}` })),
  );
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    find(index, "wonam 512");
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(50);
});

const MOTHER = {
  id: "m",
  answers: { given_name: "Nomsa", language: "zu", caseload: "s", client_group: "woman" },
};

test("twins are registered with their mother, her language and caseload", () => {
  let n = 0;
  const birth = {
    outcome: "live_birth",
    outcome_date: "2026-02-03",
    infants: [{ sex: "female" }, { sex: "male", given_name: "Sipho" }],
  };
  const { answers, registrations } = withInfants(birth, MOTHER, () => `i${++n}`);
  expect(answers.infants).toMatchObject([{ infant: "i1" }, { infant: "i2" }]);
  expect(registrations.map((one) => [one.client, one.answers?.given_name, one.answers?.mother])).toEqual([
    ["i1", "Baby 1 Nomsa", "m"],
    ["i2", "Sipho", "m"],
  ]);
  expect(registrations[0]?.answers).toMatchObject({
    client_group: "child",
    birth_date: "2026-02-03",
    language: "zu",
    caseload: "s",
  });
});

test("a corrected birth corrects only what changed, and voids a baby taken out of it", () => {
  const known = (id: string) =>
    ({
      i1: {
        given_name: "A",
        sex: "female",
        client_group: "child",
        mother: "m",
        birth_date: "2026-02-03",
        birth_date_accuracy: "exact",
        language: "zu",
        caseload: "s",
      },
      i2: { given_name: "B" },
    })[id] ?? null;
  const before = {
    outcome: "live_birth",
    outcome_date: "2026-02-03",
    infants: [{ infant: "i1" }, { infant: "i2" }],
  };
  const same = { ...before, infants: [{ infant: "i1", sex: "female" }] };
  expect(withInfants(same, MOTHER, () => "x", before, known).registrations).toEqual([
    { client: "i2", answers: null },
  ]);
  const moved = withInfants({ ...same, outcome_date: "2026-02-04" }, MOTHER, () => "x", before, known);
  expect(moved.registrations[0]).toMatchObject({
    client: "i1",
    answers: { birth_date: "2026-02-04", given_name: "A" },
  });
});

test("a stillbirth registers nobody", () => {
  const birth = { outcome: "stillbirth", outcome_date: "2026-02-03" };
  expect(withInfants(birth, MOTHER, () => "x")).toEqual({ answers: birth, registrations: [] });
});

test("a correction stands in place of what it corrects, a void removes it, and the history stays (R1, R2)", () => {
  const first = event("1", "encounter", { a: 1 });
  const second = event("2", "encounter", { a: 2 }, { replaces: "1" });
  const gone = event("3", "encounter", null, { replaces: "2" });
  expect(chains([second, first])).toEqual([{ root: "1", live: second, versions: [first, second] }]);
  expect(chains([gone, second, first])[0]?.live).toBeNull();
  expect(chains([second])).toEqual([{ root: "1", live: second, versions: [second] }]);
});

test("WhatsApp only with consent, and taking it back counts at once", () => {
  const register = event("1", "registration", { given_name: "Nomsa" });
  const yes = event("2", "consent", { purpose: "messages", channel: "whatsapp", granted: "yes" });
  const no = event("3", "consent", { purpose: "messages", channel: "whatsapp", granted: "no" });
  expect(
    [[register], [register, yes], [register, yes, no]].map((events) => personOf(events)?.whatsapp),
  ).toEqual([false, true, false]);
  expect(whatsAppNumber("+27 82 555-0142")).toBe("27825550142");
  expect(whatsAppNumber("082 555 0142")).toBeNull();
});

test("ids sort in the order they were made, also when the clock goes back", () => {
  const ids = [...Array.from({ length: 5_000 }, () => uuid7()), uuid7(1_000)];
  expect([...ids].sort()).toEqual(ids);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("words fall back to English, fill their gaps, and dates name the year only when it is another", () => {
  speak("zu", { "{n} saved": "{n} kugciniwe" });
  expect([t("{n} saved", { n: 3 }), t("Today")]).toEqual(["3 kugciniwe", "Today"]);
  speak("en");
  expect([dayText("2026-11-20", "2026-01-01"), dayText("2025-02-03", "2026-01-01")]).toEqual([
    "20 Nov",
    "3 Feb 2025",
  ]);
  speak("sw", { Nov: "Novemba" });
  expect(dayText("2026-11-20", "2026-01-01")).toBe("20 Novemba");
  speak("loz", {});
  expect([dayText("2026-11-20", "2026-01-01"), dayText("2025-02-03", "2026-01-01")]).toEqual([
    "20/11",
    "3/2/2025",
  ]);
  speak("en");
  expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2);
  expect(moment(new Date(2026, 0, 2, 3, 4, 5))).toMatch(/^2026-01-02T03:04:05[+-]\d\d:\d\d$/);
});
