/** What a condition can see: one client on one day, and what looking at her says about tomorrow. Twin of view.py. */

import { type Day, LAST_DAY } from "../dates";
import type { ClientRecord, Event, Records } from "./records";
import type { Moment } from "./words";

/** One occurrence of an item: its anchor and window, for `anchor`, `same` and `in window`. */
export interface Occasion {
  readonly date: Day;
  readonly event: Event;
  readonly opens: Day;
  readonly expires: Day;
}

/** A client on a day. Definitions and anchors are looked at once. */
export class View {
  readonly today: Day;
  readonly truths: (boolean | undefined)[] = [];
  readonly anchors = new Map<string, readonly Moment[]>();
  readonly events: ReadonlyMap<string, readonly Event[]>;

  constructor(
    readonly look: Look,
    readonly record: ClientRecord,
  ) {
    this.today = look.today;
    const next = record.dates.find((date) => date > look.today);
    if (next === undefined) {
      this.events = record.events;
    } else {
      look.at(next);
      this.events = until(look.today, record.events);
    }
  }
}

/** One evaluation: the day, everyone whom a hop has reached, and the first day on which any of it can change. */
export class Look {
  private first = LAST_DAY + 1;
  private readonly views = new Map<string, View | null>();

  constructor(
    private readonly records: Records,
    readonly today: Day,
  ) {}

  /** Something that was looked at changes on this day. */
  at(day: Day): void {
    if (this.today < day && day < this.first) this.first = day;
  }

  get recheck(): Day | null {
    return this.first <= LAST_DAY ? this.first : null;
  }

  /** A client of the record, if she is in it (R8). */
  view(client: string): View | null {
    let view = this.views.get(client);
    if (view === undefined) {
      const record = this.records.get(client);
      view = record ? new View(this, record) : null;
      this.views.set(client, view);
    }
    return view;
  }

  infants(client: string): string[] {
    return this.records.infants(client);
  }
}

/** The forms of which something is seen, with what is seen. */
function until(today: Day, events: ReadonlyMap<string, readonly Event[]>): Map<string, readonly Event[]> {
  const seen = new Map<string, readonly Event[]>();
  for (const [form, all] of events) {
    const until = all.filter((event) => event.date <= today);
    if (until.length > 0) seen.set(form, until);
  }
  return seen;
}
