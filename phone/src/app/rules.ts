/** The engine of phone/src/core as the screens use it: dates as text, words in her language. */
import { parseDate } from "../core/dates";
import { asDict, holds, makeRecords, makeRules, plan, planHash, type Tables, why } from "../core/engine";
import type { CareEvent } from "../sync/event";
import { dayText, t } from "./words";

export { asDict as asText, planHash };

/** A plan as the engine gives it, dates as day numbers. */
export type Worked = ReturnType<typeof plan>;
export type Plan = ReturnType<typeof asDict>;
export type Task = Plan["tasks"][number];

/** The records of everybody on this phone, and their plans. */
export class Planner {
  private readonly rules;
  private readonly records;

  constructor(tables: Tables) {
    this.rules = makeRules(tables);
    this.records = makeRecords(this.rules);
  }

  /** Let these events be all that is known of this client; gives everybody whose plan they can change. */
  learn(client: string, events: readonly CareEvent[]): string[] {
    const before = this.records.linked(client);
    if (events.length > 0) this.records.put(client, events as CareEvent[]);
    else this.records.remove(client);
    return [client, ...new Set([...before, ...this.records.linked(client)])];
  }

  linked(client: string): string[] {
    return this.records.linked(client);
  }

  babies(client: string): string[] {
    return this.records.infants(client);
  }

  plan(client: string, today: string): Worked {
    return plan(this.rules, this.records, client, parseDate(today) as number);
  }

  inGroup(client: string, group: string, today: string): boolean {
    try {
      return holds(this.rules, group, this.records, client, parseDate(today) as number);
    } catch {
      return true; // a group that the tables do not know is offered to everyone
    }
  }

  /** RULES R37. */
  why(task: Task, today: string): string {
    const day = (text: string | null) => parseDate(text) as number;
    const anchor = { ...task.anchor, date: day(task.anchor.date) };
    const days = {
      due: day(task.due),
      opens: day(task.opens),
      late: day(task.late),
      expires: day(task.expires),
    };
    const text = why(this.rules, { ...task, ...days, anchor }, t);
    return text.replace(/\d{4}-\d\d-\d\d/g, (date) => dayText(date, today));
  }
}
