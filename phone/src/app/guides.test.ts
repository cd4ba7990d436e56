/** Which guides are offered with what a client needs. */
import { expect, test } from "vitest";
import { type Guide, helpful, shelves } from "./guides";
import type { Plan } from "./rules";

const guide = (id: string, over: Partial<Guide>): Guide => ({
  ...{ kind: "job_aid", id, title: id, aim: "", source: "", parts: [] },
  ...over,
});
const GUIDES = [
  guide("daily_medicine", { tasks: ["art_refill"], flags: ["low_adherence"] }),
  guide("tb_questions", { tasks: ["tb_screen"] }),
  guide("first_day", { kind: "session", series: "New mothers" }),
  guide("second_day", { kind: "session", series: "New mothers" }),
];
const plan = (flags: string[], tasks: [string, string][]): Plan =>
  ({
    flags: flags.map((id) => ({ id, level: "high" })),
    tasks: tasks.map(([item, status]) => ({ item, status })),
  }) as unknown as Plan;

test("what she needs now brings its guides, flags first; what is done or to come brings none", () => {
  const now = plan(["low_adherence"], [["tb_screen", "due"]]);
  expect(helpful(GUIDES, now).map((one) => one.id)).toEqual(["daily_medicine", "tb_questions"]);
  const later = plan(
    [],
    [
      ["tb_screen", "upcoming"],
      ["art_refill", "done"],
    ],
  );
  expect(helpful(GUIDES, later)).toEqual([]);
});

test("sessions stand together by their group", () => {
  const sessions = GUIDES.filter((one) => one.kind === "session");
  expect(shelves(sessions).map((shelf) => [shelf.title, shelf.guides.length])).toEqual([["New mothers", 2]]);
});
