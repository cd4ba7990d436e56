import { describe, expect, test } from "vitest";
import {
  add,
  FIRST_DAY,
  formatDate,
  fromCivil,
  LAST_DAY,
  parseDate,
  toCivil,
  type Unit,
  weekday,
} from "./dates";

const day = (text: string) => parseDate(text)!;

describe("civil dates", () => {
  test("every day of the calendar has one name, and follows the day before", () => {
    const wrong: number[] = [];
    for (let one = FIRST_DAY; one <= LAST_DAY; one++) {
      if (parseDate(formatDate(one)) !== one || fromCivil(...toCivil(one)) !== one) wrong.push(one);
    }
    expect(wrong).toEqual([]);
    expect([formatDate(FIRST_DAY), formatDate(0), formatDate(LAST_DAY)]).toEqual([
      "1900-01-01",
      "1970-01-01",
      "2199-12-31",
    ]);
  });

  test.each([
    "2023-02-29",
    "1900-02-29",
    "2026-13-01",
    "2026-04-31",
    "2200-01-01",
    "2026-1-1",
    "2026-01-01 ",
    "",
    5,
    null,
  ])("%j is no date", (text) => expect(parseDate(text)).toBeNull());

  test.each<[string, number, Unit, string]>([
    ["2026-01-31", 1, "months", "2026-02-28"],
    ["2024-01-31", 1, "months", "2024-02-29"],
    ["2024-02-29", 1, "years", "2025-02-28"],
    ["2026-03-31", -1, "months", "2026-02-28"],
    ["2026-01-15", -13, "months", "2024-12-15"],
    ["2026-11-20", -2, "weeks", "2026-11-06"],
    ["2026-12-31", 1, "days", "2027-01-01"],
  ])("%s and %i %s is %s", (from, count, unit, to) => expect(add(day(from), count, unit)).toBe(day(to)));

  test("an addition that leaves the calendar gives nothing", () => {
    expect(add(LAST_DAY, 1, "days")).toBeNull();
    expect(add(FIRST_DAY, -1, "months")).toBeNull();
    expect(add(0, Number.MAX_SAFE_INTEGER, "days")).toBeNull();
    expect(add(0, -Number.MAX_SAFE_INTEGER, "years")).toBeNull();
  });

  test("20 November 2026 is a Friday, also before 1970", () => {
    expect(weekday(day("2026-11-20"))).toBe(4);
    expect(weekday(day("1969-12-28"))).toBe(6);
  });
});
