/** Compiles conditions to closures, once: what each word of the vocabulary means. Twin of conditions.py. */

import { add, type Day, FIRST_DAY, LAST_DAY } from "../dates";
import type { Dictionary, Value } from "./cleaning";
import type { Event } from "./records";
import type {
  ConditionTree,
  Duration,
  EventsTree,
  PointTree,
  SourceTree,
  TestTree,
  TimeTree,
} from "./tables";
import type { Occasion, View } from "./view";

type Has<T, Word extends string> = Extract<T, { [word in Word]: unknown }>;
type Moment = readonly [Day, Event];

export type Holds = (view: View, occasion: Occasion | null) => boolean;
export type Test = (event: Event, occasion: Occasion | null) => boolean;
/** The matches, the newest first or the oldest first; only the first of them unless all are asked for. */
export type Find = (
  view: View,
  occasion: Occasion | null,
  newest: boolean,
  all?: boolean,
) => readonly Event[];
/** Dates, each with its event, oldest first. */
export type Source = (view: View, occasion: Occasion | null) => readonly Moment[];
type Point = (view: View, occasion: Occasion | null) => Day | null;
/** Moves a day; the event is whose answer counts. */
export type Shift = (day: Day, event: Event | null) => Day | null;
type Span = readonly [Day, Day];
type Bounds = (view: View, occasion: Occasion | null) => Span;
type Counts = (event: Event) => boolean;

const ALWAYS: Span = [FIRST_DAY, LAST_DAY];
const NEVER: Span = [1, 0];
const NONE: readonly Event[] = [];

// biome-ignore lint/suspicious/noExplicitAny: the compiler of the tables has checked which types meet
const COMPARE: Record<string, (value: any, literal: any) => boolean> = {
  "=": (value, literal) => value === literal,
  "!=": (value, literal) => value !== literal,
  "<": (value, literal) => value < literal,
  "<=": (value, literal) => value <= literal,
  ">": (value, literal) => value > literal,
  ">=": (value, literal) => value >= literal,
  in: (value, literals) => literals.has(value),
  includes: (values, literal) => values.has(literal),
  answered: () => true,
};

const SPANS: Record<string, (day: Day) => Span> = {
  since: (day) => [day, LAST_DAY],
  after: (day) => [day + 1, LAST_DAY],
  before: (day) => [FIRST_DAY, day - 1],
};

/** Trees to closures, over one dictionary and one set of named conditions. */
export class Compiler {
  readonly named = new Map<string, Holds>();

  constructor(readonly dictionary: Dictionary) {}

  /** COND of RULES 4. */
  condition(tree: ConditionTree): Holds {
    if ("const" in tree) return () => tree.const;
    if ("and" in tree) return every(tree.and.map((part) => this.condition(part)));
    if ("or" in tree) return some(tree.or.map((part) => this.condition(part)));
    if ("not" in tree) return not(this.condition(tree.not));
    if ("ref" in tree) return this.ref(tree.ref);
    if ("attr" in tree) return this.attribute(tree);
    if ("any" in tree) return this.any(tree.any);
    if ("count" in tree) return this.count(tree);
    if ("pick" in tree) return this.pick(tree);
    if ("age" in tree) return this.age(tree);
    return this.hop(tree);
  }

  private ref(name: string): Holds {
    return (view) => {
      let truth = view.truths.get(name);
      if (truth === undefined) {
        truth = this.named.get(name)!(view, null);
        view.truths.set(name, truth);
      }
      return truth;
    };
  }

  private attribute(tree: Has<ConditionTree, "attr">): Holds {
    const passes = this.compare("registration", tree.attr, tree);
    return (view) => {
      const value = view.record.attributes.get(tree.attr);
      return value !== undefined && passes(value);
    };
  }

  private any(tree: EventsTree): Holds {
    const find = this.events(tree);
    return (view, occasion) => find(view, occasion, true).length > 0;
  }

  private count(tree: Has<ConditionTree, "count">): Holds {
    const find = this.events(tree.count);
    const compare = COMPARE[tree.op]!;
    return (view, occasion) => compare(find(view, occasion, true, true).length, tree.n);
  }

  private pick(tree: Has<ConditionTree, "pick">): Holds {
    const find = this.events(tree.of);
    const has = this.test(tree.of.form, tree.has);
    return (view, occasion) => {
      const event = find(view, occasion, tree.pick === "latest")[0];
      return event !== undefined && has(event, occasion);
    };
  }

  private age(tree: Has<ConditionTree, "age">): Holds {
    const point = this.date(tree.age);
    const shift = this.duration(tree.dur);
    const compare = COMPARE[tree.op]!;
    const late = tree.op === "<=" || tree.op === ">";
    return (view, occasion) => {
      const born = point(view, occasion);
      const turn = born === null ? null : shift(born, null);
      if (turn === null) return false;
      view.look.at(late ? turn + 1 : turn);
      return compare(view.today, turn);
    };
  }

  private hop(tree: Has<ConditionTree, "hop">): Holds {
    const of = this.condition(tree.of);
    const reaches = (view: View, client: string, occasion: Occasion | null) => {
      const other = view.look.view(client);
      return other !== null && of(other, occasion);
    };
    if (tree.hop === "mother") {
      return (view, occasion) => view.record.mother !== null && reaches(view, view.record.mother, occasion);
    }
    return (view, occasion) =>
      view.look.infants(view.record.client).some((client) => reaches(view, client, occasion));
  }

  /** EVENTS: the live, seen events of a form that pass the test and the time (R10, R12 to R14). */
  events(tree: EventsTree): Find {
    const test = this.test(tree.form, tree.where);
    const time = tree.time ?? {};
    if (time.within) return within(tree.form, test, this.duration(time.within));
    const bounds = this.bounds(time);
    return (view, occasion, newest, all) => {
      const events = view.events.get(tree.form);
      if (!events) return NONE;
      const [low, high] = bounds(view, occasion);
      return scan(events, newest, all, (e) => e.date >= low && e.date <= high && test(e, occasion));
    };
  }

  private bounds(time: TimeTree): Bounds {
    if (time.window) return (_, occasion) => (occasion ? [occasion.opens, occasion.expires] : NEVER);
    const word = (["since", "after", "before"] as const).find((one) => time[one]);
    if (!word) return () => ALWAYS;
    const point = this.point(time[word]!);
    const span = SPANS[word]!;
    return (view, occasion) => {
      const day = point(view, occasion);
      return day === null ? NEVER : span(day);
    };
  }

  private point(tree: PointTree): Point {
    if (tree === "anchor") return (_, occasion) => occasion?.date ?? null;
    return this.date(tree);
  }

  /** DATE (R19), or null where there is none. */
  date(tree: SourceTree): Point {
    const source = this.source(tree);
    return (view, occasion) => source(view, occasion)[0]?.[0] ?? null;
  }

  /** DATE or SOURCE: the dates that it names, each with its event (R19, R30). */
  source(tree: SourceTree): Source {
    if ("attr" in tree) return attribute(tree.attr);
    const [form, pick] = "each" in tree ? [tree.each, null] : [tree.form, tree.pick];
    const test = this.test(form, tree.where);
    return (view, occasion) => {
      const found: Moment[] = [];
      const events = view.events.get(form) ?? NONE;
      scan(events, pick === "latest", pick === null, (event) => {
        const day = tree.q ? event.answers.get(tree.q) : event.date;
        if (typeof day !== "number" || !test(event, occasion)) return false;
        found.push([day, event]);
        return true;
      });
      return found;
    };
  }

  /** TEST of RULES 4, on an event of this form. */
  test(form: string, tree: TestTree | null | undefined): Test {
    if (!tree) return () => true;
    if ("and" in tree) return every(tree.and.map((part) => this.test(form, part)));
    if ("or" in tree) return some(tree.or.map((part) => this.test(form, part)));
    if ("not" in tree) return not(this.test(form, tree.not));
    if ("same" in tree) return this.same(form, tree.q);
    const passes = this.compare(form, tree.q, tree);
    return (event) => {
      const value = event.answers.get(tree.q);
      return value !== undefined && passes(value);
    };
  }

  private same(form: string, name: string): Test {
    const kind = this.dictionary.kind(form, name);
    return (event, occasion) => {
      const value = event.answers.get(name);
      if (value === undefined || !occasion) return false;
      const anchor = occasion.event;
      return kind === this.dictionary.kind(anchor.form, name) && equal(value, anchor.answers.get(name));
    };
  }

  private compare(form: string, question: string, tree: { op: string; value?: unknown }) {
    const compare = COMPARE[tree.op]!;
    const literal = this.dictionary.literal(form, question, tree.value);
    return (value: Value) => compare(value, literal);
  }

  /** DUR: where a day is moved to, or null where an answer is missing or the range is left (R9). */
  duration([count, unit, question]: Duration): Shift {
    if (!question) return (day) => add(day, count, unit);
    return (day, event) => {
      const offset = event?.answers.get(question);
      const moved = typeof offset === "number" ? add(day, offset, "days") : null;
      return moved === null ? null : add(moved, count, unit);
    };
  }
}

/** R12: today is at most the event's date and the duration. Each match says when it ends. */
function within(form: string, test: Test, shift: Shift): Find {
  return (view, occasion, newest, all) =>
    scan(view.events.get(form) ?? NONE, newest, all, (event) => {
      const end = shift(event.date, event);
      if (end === null || view.today > end || !test(event, occasion)) return false;
      view.look.at(end + 1);
      return true;
    });
}

/** The events that count, in this order; only the first of them unless all are asked for. */
function scan(
  events: readonly Event[],
  newest: boolean,
  all: boolean | undefined,
  counts: Counts,
): readonly Event[] {
  const found: Event[] = [];
  for (let n = 0; n < events.length; n++) {
    const event = events[newest ? events.length - 1 - n : n]!;
    if (counts(event)) {
      found.push(event);
      if (!all) break;
    }
  }
  return found;
}

function attribute(name: string): Source {
  return (view) => {
    const event = view.record.registration;
    const day = event?.answers.get(name);
    return event && typeof day === "number" ? [[day, event]] : [];
  };
}

type Predicate<Args extends unknown[]> = (...args: Args) => boolean;

function every<Args extends unknown[]>(parts: Predicate<Args>[]): Predicate<Args> {
  return (...args) => parts.every((part) => part(...args));
}

function some<Args extends unknown[]>(parts: Predicate<Args>[]): Predicate<Args> {
  return (...args) => parts.some((part) => part(...args));
}

function not<Args extends unknown[]>(part: Predicate<Args>): Predicate<Args> {
  return (...args) => !part(...args);
}

/** Sets by what is in them. */
function equal(a: Value, b: Value | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.size === b.size && [...a].every((one) => b.has(one));
}
