/** The plan of a client on a day: tasks, flags, and the first day on which it can change. Twin of plan.py. */

import { type Day, formatDate, LAST_DAY } from "../dates";
import { sha256 } from "./hash";
import { type Event, inOrder, type Records } from "./records";
import type { Item, Rules, Step } from "./rules";
import type { ConditionTree } from "./tables";
import { Look, type Occasion, type View } from "./view";
import type { Moment, Shift } from "./words";

export type Status = "upcoming" | "due" | "overdue" | "done" | "missed" | "cancelled";

/**
 * One thing to do for a client. Dates are day numbers; `anchor.event` is the root, which corrections keep, and
 * `anchor.form` names the date (R24).
 */
export interface Task {
  readonly item: string;
  readonly key: string;
  readonly due: Day;
  readonly opens: Day;
  readonly late: Day;
  readonly expires: Day | null;
  readonly status: Status;
  readonly step: string | null;
  readonly done_by: string | null;
  readonly anchor: { readonly event: string; readonly form: string; readonly date: Day };
}

/** A flag that is raised. */
export interface Flag {
  readonly id: string;
  readonly level: string;
}

/** The same on every day from today to the day before recheck (for ever, if that is null). */
export interface Plan {
  readonly today: Day;
  readonly recheck: Day | null;
  readonly tasks: readonly Task[];
  readonly flags: readonly Flag[];
}

/** What is to be done for one client. Empty for someone who is not in the record. */
export function plan(rules: Rules, records: Records, client: string, today: Day): Plan {
  const look = new Look(records, today);
  const view = look.view(client);
  if (!view) return { today, recheck: null, tasks: [], flags: [] };
  const found: [number, Task][] = [];
  rules.items.forEach((item, place) => {
    if (item.forms?.some((form) => view.events.has(form)) === false || !item.group(view, null)) return;
    for (const task of tasks(item, view)) found.push([place, task]);
  });
  found.sort(([p, a], [q, b]) => a.due - b.due || p - q || (a.key < b.key ? -1 : 1));
  const flags = rules.flags
    .filter((flag) => flag.group(view, null) && flag.when(view, null))
    .map(({ id, level }) => ({ id, level }));
  return { today, recheck: look.recheck, tasks: found.map(([, task]) => task), flags };
}

/** Whether a condition (a tree, or the name of a definition or group) holds of a client on a day. */
export function holds(
  rules: Rules,
  condition: ConditionTree | string,
  records: Records,
  client: string,
  today: Day,
): boolean {
  const view = new Look(records, today).view(client);
  return view !== null && rules.condition(condition)(view, null);
}

/** What phone and server compare (SPEC S52). */
export function planHash(plan: Plan): string {
  const rows = plan.tasks.map((task) => [task.key, task.status, formatDate(task.due)]);
  rows.sort(([a], [b]) => (a! < b! ? -1 : 1));
  return sha256(JSON.stringify(rows)).slice(0, 16);
}

/** RULES 5, dates as text. */
export function asDict(plan: Plan) {
  return {
    today: formatDate(plan.today),
    recheck: text(plan.recheck),
    tasks: plan.tasks.map((task) => ({
      ...task,
      due: formatDate(task.due),
      opens: formatDate(task.opens),
      late: formatDate(task.late),
      expires: text(task.expires),
      anchor: { ...task.anchor, date: formatDate(task.anchor.date) },
    })),
    flags: plan.flags,
  };
}

/** R30: of alternative anchors, the first that gives any. */
function tasks(item: Item, view: View): Task[] {
  const found: Task[] = [];
  for (const source of item.anchor) {
    const occurrences = source(view, null);
    for (const moment of occurrences) {
      const [date, event] = moment;
      for (const [series, due] of item.series) {
        const day = due(date, event);
        const task = day === null ? null : makeTask(item, view, moment, series, day);
        if (task) found.push(task);
      }
    }
    if (occurrences.length > 0) break;
  }
  return found;
}

/** R31 to R34. */
function makeTask(item: Item, view: View, moment: Moment, series: string, due: Day): Task | null {
  const [date, event, form] = moment;
  const opens = moved(item.opens, due, event) ?? due;
  const late = moved(item.late, due, event) ?? due;
  const expires = moved(item.expires, due, event);
  const occasion: Occasion = { date, event, opens, expires: expires ?? LAST_DAY };
  const done_by = doneBy(item, view, occasion);
  let status: Status;
  if (done_by) status = "done";
  else if (!item.when(view, occasion)) return null;
  else if (item.unless(view, occasion)) status = "cancelled";
  else status = openStatus(view, opens, late, expires);
  const step = status === "due" || status === "overdue" ? lastStep(item, view, due, event) : null;
  const anchor = { event: event.root, form, date };
  const key = `${item.id}:${series}:${event.root}`;
  return { item: item.id, key, due, opens, late, expires, status, step, done_by, anchor };
}

function moved(shift: Shift | null, due: Day, event: Event): Day | null {
  return shift ? shift(due, event) : null;
}

function doneBy(item: Item, view: View, occasion: Occasion): string | null {
  let first: Event | null = null;
  for (const find of item.done) {
    const event = find.one(view, occasion, false);
    if (event && (!first || inOrder(event, first) < 0)) first = event;
  }
  return first?.id ?? null;
}

/** R33.5; and the days on which it will be another. */
function openStatus({ today, look }: View, opens: Day, late: Day, expires: Day | null): Status {
  if (today < opens) {
    look.at(opens);
    return "upcoming";
  }
  if (expires !== null) {
    if (today > expires) return "missed";
    look.at(expires + 1);
  }
  look.at(late + 1);
  return today > late ? "overdue" : "due";
}

/** R34: the last one that has begun, or what stands in its place for her. */
function lastStep(item: Item, view: View, due: Day, event: Event): string | null {
  let last: Step | null = null;
  for (const one of item.escalate) {
    const day = one.after(due, event);
    if (day !== null) {
      view.look.at(day);
      if (day <= view.today) last = one;
    }
  }
  if (!last) return null;
  return last.unless?.(view, null) ? last.instead : last.step;
}

function text(day: Day | null): string | null {
  return day === null ? null : formatDate(day);
}
