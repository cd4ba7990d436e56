/** The record that rules see: live events, cleaned, in order, a list a form (RULES R1 to R8). Twin of records.py. */

import type { Day } from "../dates";
import { type Answers, type Dictionary, dayOf } from "./cleaning";
import type { Rules } from "./rules";

const REGISTRATION = "registration";
const NOTHING: Answers = new Map();

/** The fields of an event (contract/schemas/event.schema.json) that rules read. */
export interface RawEvent {
  id: string;
  form: string;
  client: string;
  occurred_on: string;
  replaces: string | null;
  answers: Record<string, unknown> | null;
}

/** A live event. Its place in the order of a record is (date, id) (R4). */
export interface Event {
  readonly date: Day;
  readonly id: string;
  readonly root: string;
  readonly form: string;
  readonly answers: Answers;
}

/** One client's live events, by form and in order, and who she is. */
export interface ClientRecord {
  readonly client: string;
  readonly events: ReadonlyMap<string, readonly Event[]>;
  /** Of all events, rising. */
  readonly dates: readonly Day[];
  /** The last one: its answers are her attributes (R8). */
  readonly registration: Event | null;
  readonly attributes: Answers;
  readonly mother: string | null;
}

/** The records of some clients, and who is whose infant. */
export class Records {
  private readonly records = new Map<string, ClientRecord>();
  private readonly children = new Map<string, Set<string>>();

  /** All events of these clients, and of those they are linked to, in any order. */
  constructor(
    private readonly rules: Rules,
    events: Iterable<RawEvent> = [],
  ) {
    const byClient = new Map<string, RawEvent[]>();
    for (const event of events) push(byClient, event.client, event);
    for (const [client, history] of byClient) this.put(client, history);
  }

  /** Let these events be all that is known of this client. */
  put(client: string, events: Iterable<RawEvent>): void {
    const before = this.records.get(client)?.mother;
    if (before) this.children.get(before)?.delete(client);
    const record = makeRecord(client, events, this.rules.dictionary);
    this.records.set(client, record);
    if (record.mother) {
      const siblings = this.children.get(record.mother);
      if (siblings) siblings.add(client);
      else this.children.set(record.mother, new Set([client]));
    }
  }

  /** Forget a client: she left this phone's scope. */
  remove(client: string): void {
    this.put(client, []);
    this.records.delete(client);
  }

  /** The record of a client who has a live registration (R8). */
  get(client: string): ClientRecord | null {
    const record = this.records.get(client);
    return record?.registration ? record : null;
  }

  /** Everyone of whom there is any event. */
  clients(): string[] {
    return [...this.records.keys()].sort();
  }

  /** Who names this client as mother, in order of id. */
  infants(client: string): string[] {
    const children = this.children.get(client);
    return children ? [...children].sort() : [];
  }

  /** Whose plans an event of this client can change, besides her own. */
  linked(client: string): string[] {
    const mother = this.records.get(client)?.mother;
    const links = new Set(mother ? [mother, ...this.infants(client)] : this.infants(client));
    return [...links].filter((link) => link !== client && this.records.has(link)).sort();
  }
}

function makeRecord(client: string, events: Iterable<RawEvent>, dictionary: Dictionary): ClientRecord {
  const seen = cleanEvents(events, dictionary).sort(inOrder);
  const byForm = new Map<string, Event[]>();
  for (const event of seen) push(byForm, event.form, event);
  const registration = byForm.get(REGISTRATION)?.slice(-1)[0] ?? null;
  const attributes = registration?.answers ?? NOTHING;
  const mother = attributes.get("mother");
  return {
    client,
    events: byForm,
    dates: seen.map((event) => event.date),
    registration,
    attributes,
    mother: typeof mother === "string" ? mother : null,
  };
}

/** R4. */
export function inOrder(a: Event, b: Event): number {
  return a.date - b.date || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function cleanEvents(events: Iterable<RawEvent>, dictionary: Dictionary): Event[] {
  const clean: Event[] = [];
  for (const [raw, root] of live(events)) {
    const question = dictionary.dates.get(raw.form);
    if (question !== undefined) {
      const answers = dictionary.clean(raw.form, raw.answers!);
      const date = (question === null ? undefined : answers.get(question)) ?? dayOf(raw.occurred_on);
      if (typeof date === "number") clean.push({ date, id: raw.id, root, form: raw.form, answers });
    }
  }
  return clean;
}

/** The live events of one client, each with its root (R1, R2). */
export function live(events: Iterable<RawEvent>): [RawEvent, string][] {
  const byId = new Map<string, RawEvent>();
  const targets = new Map<string, string>();
  for (const event of events) {
    byId.set(event.id, event);
    if (event.replaces) targets.set(event.id, event.replaces);
  }
  if (targets.size === 0) return [...byId.values()].filter(said).map((event) => [event, event.id]);
  const replaced = new Set(targets.values());
  const standing = new Map<string, string>();
  for (const id of byId.keys()) {
    const root = replaced.has(id) ? null : rootOf(id, targets);
    if (root !== null && id > (standing.get(root) ?? "")) standing.set(root, id);
  }
  return [...standing]
    .map(([root, id]): [RawEvent, string] => [byId.get(id)!, root])
    .filter(([event]) => said(event));
}

/** Whether an event is no void. */
function said(event: RawEvent): boolean {
  return event.answers !== null;
}

/** The first event of a chain of replacements; null for one that runs in a circle. */
function rootOf(id: string, targets: Map<string, string>): string | null {
  const passed = new Set([id]);
  let root = id;
  for (let target = targets.get(root); target !== undefined; target = targets.get(root)) {
    if (passed.has(target)) return null;
    passed.add(target);
    root = target;
  }
  return root;
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
