// The phone's engine at a door of JSON lines: {tables, events, asks: [[client, today]…]} in, plans out.
import { createInterface } from "node:readline";
import { asDict, makeRecords, makeRules, plan, planHash, why } from "@engine/index";
import { parseDate } from "@engine/../dates";

for await (const line of createInterface({ input: process.stdin })) {
  const { tables, events, asks, words } = JSON.parse(line);
  const rules = makeRules(tables);
  const records = makeRecords(rules, events);
  const plans = asks.map(([client, today]: [string, string]) => {
    const made = plan(rules, records, client, parseDate(today)!);
    const said = words ? { why: made.tasks.map((task) => why(rules, task)) } : {};
    return { ...asDict(made), hash: planHash(made), ...said };
  });
  process.stdout.write(`${JSON.stringify(plans)}\n`);
}
