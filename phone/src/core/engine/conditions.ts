/** Compiles conditions to closures, once: what each word of the vocabulary means. Twin of conditions.py. */

import { add, type Day } from "../dates";
import type { Dictionary, Value } from "./cleaning";
import type { Event } from "./records";
import type {
  ConditionTree,
  DateTree,
  Duration,
  EventsTree,
  PointTree,
  SourceTree,
  TestTree,
  TimeTree,
} from "./tables";
import type { View } from "./view";
import type { Shift, Source, Test } from "./words";
import * as words from "./words";
import { type Bounds, type Find, first, type Holds, type Moment, NONE, type Point } from "./words";

type Has<T, Word extends string> = Extract<T, { [word in Word]: unknown }>;

/** Trees to closures, over one dictionary and one set of named conditions. */
export class Compiler {
  readonly named = new Map<string, Holds>();
  private readonly places = new Map<string, number>();

  constructor(readonly dictionary: Dictionary) {}

  /** COND of RULES 4. */
  condition(tree: ConditionTree): Holds {
    if ("const" in tree) return () => tree.const;
    if ("and" in tree) return words.every(tree.and.map((part) => this.condition(part)));
    if ("or" in tree) return words.some(tree.or.map((part) => this.condition(part)));
    if ("not" in tree) return words.not(this.condition(tree.not));
    if ("ref" in tree) return this.ref(tree.ref);
    if ("attr" in tree) return this.attribute(tree);
    if ("any" in tree) return this.any(tree.any);
    if ("count" in tree) return this.count(tree);
    if ("pick" in tree) return this.pick(tree);
    if ("age" in tree) return this.age(tree);
    return this.hop(tree);
  }

  private ref(name: string): Holds {
    const place = this.placeOf(name);
    return (view) => {
      let truth = view.truths[place];
      if (truth === undefined) {
        truth = this.named.get(name)!(view, null);
        view.truths[place] = truth;
      }
      return truth;
    };
  }

  /** Names by number: a view looks truths up more often than anything else. */
  private placeOf(name: string): number {
    const place = this.places.get(name) ?? this.places.size;
    this.places.set(name, place);
    return place;
  }

  private attribute(tree: Has<ConditionTree, "attr">): Holds {
    const passes = this.compare("registration", tree.attr, tree);
    return (view) => {
      const value = view.record.attributes.get(tree.attr);
      return value !== undefined && passes(value);
    };
  }

  private any(tree: EventsTree): Holds {
    const { one } = this.events(tree);
    return (view, occasion) => one(view, occasion, true) !== null;
  }

  private count(tree: Has<ConditionTree, "count">): Holds {
    const { every } = this.events(tree.count);
    const compare = words.COMPARE[tree.op]!;
    return (view, occasion) => compare(every(view, occasion).length, tree.n);
  }

  private pick(tree: Has<ConditionTree, "pick">): Holds {
    const { one } = this.events(tree.of);
    const has = this.test(tree.of.form, tree.has);
    return (view, occasion) => {
      const event = one(view, occasion, tree.pick === "latest");
      return event !== null && has(event, occasion);
    };
  }

  private age(tree: Has<ConditionTree, "age">): Holds {
    const point = this.date(tree.age);
    const shift = this.duration(tree.dur);
    const compare = words.COMPARE[tree.op]!;
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
    const other = (view: View, client: string | null) => (client === null ? null : view.look.view(client));
    if (tree.hop === "mother") {
      return (view, occasion) => {
        const mother = other(view, view.record.mother);
        return mother !== null && of(mother, occasion);
      };
    }
    return (view, occasion) =>
      view.look.infants(view.record.client).some((client) => {
        const infant = other(view, client);
        return infant !== null && of(infant, occasion);
      });
  }

  /** EVENTS: the live, seen events of a form that pass the test and the time (R10, R12 to R14). */
  events(tree: EventsTree): Find {
    const { form, time } = tree;
    const test = this.test(form, tree.where);
    if (time?.within) return words.within(form, test, this.duration(time.within));
    const bounds = time ? this.bounds(time) : null;
    const among: (...seen: Parameters<Holds>) => readonly Event[] = (view, occasion) => {
      const events = view.events.get(form);
      if (!events || !bounds) return events ?? NONE;
      const [low, high] = bounds(view, occasion);
      return events.filter((e) => e.date >= low && e.date <= high);
    };
    return {
      one: (view, occasion, newest) => first(among(view, occasion), newest, (event) => test(event, occasion)),
      every: (view, occasion) => among(view, occasion).filter((event) => test(event, occasion)),
    };
  }

  private bounds(time: TimeTree): Bounds {
    if (time.window) return (_, occasion) => (occasion ? [occasion.opens, occasion.expires] : words.NEVER);
    const word = (["since", "after", "before"] as const).find((one) => time[one])!;
    const point = this.point(time[word]!);
    const span = words.SPANS[word]!;
    return (view, occasion) => {
      const day = point(view, occasion);
      return day === null ? words.NEVER : span(day);
    };
  }

  private point(tree: PointTree): Point {
    if (tree === "anchor") return (_, occasion) => occasion?.date ?? null;
    return this.date(tree);
  }

  /** DATE (R19), or null where there is none. */
  date(tree: DateTree): Point {
    const source = this.source(tree);
    return (view, occasion) => source(view, occasion)[0]?.[0] ?? null;
  }

  /** A source that several items may count from: looked up once a client. */
  anchor(tree: SourceTree): Source {
    const key = JSON.stringify(tree);
    const source = this.source(tree);
    return (view, occasion) => {
      let found = view.anchors.get(key);
      if (!found) {
        found = source(view, occasion);
        view.anchors.set(key, found);
      }
      return found;
    };
  }

  /** DATE or SOURCE: the dates that it names, each with its event (R19, R23, R24, R30). */
  source(tree: SourceTree): Source {
    if ("attr" in tree) return attribute(tree.attr);
    if ("plus" in tree) return moved(this.source(tree.date), this.duration(tree.plus));
    if ("later" in tree) return chosen(this.sources(tree.later), (one, best) => one > best);
    if ("earlier" in tree) return chosen(this.sources(tree.earlier), (one, best) => one < best);
    const [form, pick] = "each" in tree ? [tree.each, null] : [tree.form, tree.pick];
    const test = this.test(form, tree.where);
    const when = (event: Event) => (tree.q ? event.answers.get(tree.q) : event.date);
    return (view, occasion) => {
      const found: Moment[] = [];
      first(view.events.get(form) ?? NONE, pick === "latest", (event) => {
        const day = when(event);
        if (typeof day === "number" && test(event, occasion)) found.push([day, event, form]);
        return pick !== null && found.length > 0;
      });
      return found;
    };
  }

  private sources(trees: SourceTree[]): Source[] {
    return trees.map((tree) => this.source(tree));
  }

  /** TEST of RULES 4, on an event of this form. */
  test(form: string, tree: TestTree | null | undefined): Test {
    if (!tree) return () => true;
    if ("and" in tree) return words.every(tree.and.map((part) => this.test(form, part)));
    if ("or" in tree) return words.some(tree.or.map((part) => this.test(form, part)));
    if ("not" in tree) return words.not(this.test(form, tree.not));
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
      return kind === this.dictionary.kind(anchor.form, name) && words.equal(value, anchor.answers.get(name));
    };
  }

  private compare(form: string, question: string, tree: { op: string; value?: unknown }) {
    const compare = words.COMPARE[tree.op]!;
    const literal = this.dictionary.literal(form, question, tree.value);
    return (value: Value) => compare(value, literal);
  }

  /** DUR: where a day is moved to, or null where an answer is missing or the range is left (R9). */
  duration([count, unit, question]: Duration): Shift {
    if (!question) return words.movedBy(count, unit);
    return (day, event) => {
      const offset = event?.answers.get(question);
      const moved = typeof offset === "number" ? add(day, offset, "days") : null;
      return moved === null ? null : add(moved, count, unit);
    };
  }
}

function attribute(name: string): Source {
  return (view) => {
    const event = view.record.registration;
    const day = event?.answers.get(name);
    return event && typeof day === "number" ? [[day, event, event.form]] : [];
  };
}

function moved(source: Source, shift: Shift): Source {
  return (view, occasion) =>
    source(view, occasion).flatMap(([date, event, form]) => {
      const day = shift(date, null);
      return day === null ? [] : [[day, event, form] as const];
    });
}

/** R24: where all are known, one of them, of equal ones the first named; the event is always the first one's. */
function chosen(sources: Source[], better: (one: Day, best: Day) => boolean): Source {
  return (view, occasion) => {
    const found = sources.flatMap((source) => source(view, occasion));
    if (found.length < sources.length) return [];
    const [date, , form] = found.reduce((best, one) => (better(one[0], best[0]) ? one : best));
    return [[date, found[0]![1], form]];
  };
}
