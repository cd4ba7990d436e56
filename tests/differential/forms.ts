// The phone's forms at a door of JSON lines: {form, today, record, answers, steps} in, the states after each step out.
import { createInterface } from "node:readline";
import { type OpenForm, openForm } from "@forms/index";

for await (const line of createInterface({ input: process.stdin })) {
  const { form, today, record, answers, steps = [] } = JSON.parse(line);
  const opened = openForm(form, { today, record, answers });
  const states = [state(opened)];
  for (const [verb, ...args] of steps as [string, ...never[]][]) {
    if (verb === "set") opened.set(...(args as unknown as [string, unknown]));
    else if (verb === "add") opened.addRepeat(...(args as unknown as [string]));
    else opened.removeRepeat(...(args as unknown as [string, number]));
    states.push(state(opened));
  }
  process.stdout.write(`${JSON.stringify(states)}\n`);
}

function state(opened: OpenForm) {
  const questions = opened.questions();
  return {
    answers: opened.answers(),
    violations: opened.violations(),
    relevant: questions.filter((one) => one.relevant).map((one) => one.path),
    required: questions.filter((one) => one.required).map((one) => one.path),
    offered: Object.fromEntries(
      questions
        .filter((one) => one.node.list !== undefined)
        .map((one) => [one.path, one.choices.map((choice) => choice.name)]),
    ),
  };
}
