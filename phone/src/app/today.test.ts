/** Who stands on Today, and who does not. */
import { expect, test } from "vitest";
import type { Summary } from "./care";
import type { Task } from "./rules";
import { grouped } from "./today";

const TODAY = "2026-06-01";

function task(item: string, status: string, due = TODAY): Task {
  return { item, status, due, key: `${item}::1` } as Task;
}

function summary(name: string, ...open: Task[]): Summary {
  return { person: { id: name, name }, open, flags: [] } as unknown as Summary;
}

test("a screen that waits for her next contact puts nobody on Today, and comes last where she is met anyway", () => {
  const visited = summary("Thandi", task("tb_screen", "overdue", "2026-01-01"), task("art_refill", "due"));
  const quiet = summary("Naledi", task("tb_screen", "overdue", "2026-01-01"));
  const groups = grouped([visited, quiet], TODAY, new Set(["tb_screen"]));
  expect(groups.due.map((card) => card.summary.person.name)).toEqual(["Thandi"]);
  expect(groups.due[0]?.tasks.map((one) => one.item)).toEqual(["art_refill", "tb_screen"]);
  expect([groups.overdue, groups.week, groups.flags]).toEqual([[], [], []]);
});
