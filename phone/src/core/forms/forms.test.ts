/** contract/cases/forms on the phone's own interpreter; tests/programme holds it equal to the server's. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Answers, type Form, type Group, openForm, type Question, type Repeat } from ".";

const cases = new URL("../../../../contract/cases/forms/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, cases), "utf8"));
const forms: Record<string, Form> = read("compiled.json");
const topics = readdirSync(cases).flatMap((name) => (name.endsWith(".md") ? [name.slice(0, -3)] : []));

interface Case {
  name: string;
  today: string;
  record?: Answers;
  answers?: Answers;
  steps?: [string, string, never][];
  then: { answers: Answers; violations: string[][] };
}

describe.each(topics)("%s", (topic) => {
  test.each(read(`${topic}.json`) as Case[])("$name", ({ today, record, answers, steps = [], then }) => {
    const form = openForm(forms[topic]!, { today, ...(record && { record }), ...(answers && { answers }) });
    for (const [verb, where, what] of steps) {
      if (verb === "set") form.set(where, what);
      else if (verb === "add") form.addRepeat(where);
      else form.removeRepeat(where, what);
    }
    expect(form.answers()).toEqual(then.answers);
    const found = form.violations().map((one) => [one.path, one.kind, one.message]);
    expect(found.map((one, n) => one.slice(0, then.violations[n]?.length))).toEqual(then.violations);
  });
});

describe("what a page needs", () => {
  test("a label shows the answers that it names, in words and in her language", () => {
    const form = openForm(forms.choices!, {
      today: "2026-11-20",
      answers: { who: "woman", signs: ["fever", "bleed"] },
    });
    const note = form.nodes.find((part) => part.name === "heard")!;
    expect(form.fill(note.node.label ?? "", note)).toBe("Fever, Blood");
    expect(form.fill(`Seen: ${note.node.label}.`, note, (text) => ({ Fever: "Imfiva" })[text] ?? text)).toBe(
      "Seen: Imfiva, Blood.",
    );
  });

  test("rows of a repeat keep their key when another goes", () => {
    const form = openForm(forms.repeats!, { today: "2026-11-20" });
    const infants = form.nodes.find((part) => part.name === "infants") as Repeat;
    form.addRepeat("infants");
    form.removeRepeat("infants", 0);
    expect(infants.rows.map((row) => [row.key, row.index])).toEqual([[1, 0]]);
    expect(infants.rows[0]!.body[0]!.path).toBe("infants[0].baby");
  });

  test("an input shows what was typed, valid or not", () => {
    const form = openForm(forms.types!, { today: "2026-11-20" });
    form.set("whole", 2.5);
    const whole = form.nodes.find((part) => part.name === "whole") as Question;
    expect([whole.answer, whole.value, whole.violation?.kind]).toEqual([2.5, "", "type"]);
  });

  test("a group is relevant as its children are", () => {
    const form = openForm(forms.relevance!, { today: "2026-11-20", answers: { smear: "no" } });
    const cough = form.nodes.find((part) => part.name === "cough") as Group;
    expect([cough.relevant, cough.body.map((part) => part.relevant)]).toEqual([false, [false, false]]);
  });

  test("25 questions answer within a millisecond", () => {
    const form = openForm(forms.functions!, { today: "2026-11-20" });
    const start = performance.now();
    for (let n = 0; n < 200; n++) form.set("x", n);
    expect((performance.now() - start) / 200).toBeLessThan(5); // a busy machine; it is about 0.2
  });
});
