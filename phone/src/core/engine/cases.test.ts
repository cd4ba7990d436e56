// contract/cases, as Python compiled them: the meaning of each word of the rules language, by example.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDate } from "../dates";
import { asDict, makeRecords, makeRules, plan, type RawEvent, type Tables } from ".";

interface Expected {
  today: string;
  tasks: Record<string, unknown>[];
  flags: string[];
  recheck?: string | null;
}

interface Case {
  name: string;
  tables: Tables;
  events: RawEvent[];
  client: string;
  expected: Expected[];
}

const path = "../contract/cases/compiled.json";
const { forms, cases }: { forms: Tables["forms"]; cases: Case[] } = JSON.parse(readFileSync(path, "utf8"));

describe("contract/cases", () => {
  for (const one of cases) {
    const rules = makeRules({ ...one.tables, forms });
    const records = makeRecords(rules, one.events);
    test.each(one.expected)(`${one.name} ($today)`, (expected) => {
      const made = asDict(plan(rules, records, one.client, parseDate(expected.today)!));
      expect(made.flags.map((flag) => flag.id)).toEqual(expected.flags);
      const tasks = made.tasks.map((task) => ({
        ...task,
        anchor: task.anchor.date,
        named: task.anchor.form,
      }));
      expect(tasks).toMatchObject(expected.tasks);
      if ("recheck" in expected) expect(made.recheck).toBe(expected.recheck);
    });
  }
});
