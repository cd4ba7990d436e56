/** The words of the language that need no dictionary: comparison, and, or, time, durations. Twin of words.py. */

import { add, type Day, FIRST_DAY, LAST_DAY, type Unit } from "../dates";
import type { Value } from "./cleaning";
import type { Event } from "./records";
import type { Occasion, View } from "./view";

/** A date, the event whose it is, and the form that names it (R24). */
export type Moment = readonly [date: Day, event: Event, form: string];
export type Holds = (view: View, occasion: Occasion | null) => boolean;
export type Test = (event: Event, occasion: Occasion | null) => boolean;
/** Oldest first. */
export type Source = (view: View, occasion: Occasion | null) => readonly Moment[];
export type Point = (view: View, occasion: Occasion | null) => Day | null;
/** Moves a day; the event is whose answer counts. */
export type Shift = (day: Day, event: Event | null) => Day | null;
/** The first and the last date that count. */
type Span = readonly [Day, Day];
export type Bounds = (view: View, occasion: Occasion | null) => Span;

/** What an EVENTS clause finds: the newest match (or the oldest), and every match. */
export interface Find {
  readonly one: (view: View, occasion: Occasion | null, newest: boolean) => Event | null;
  readonly every: (view: View, occasion: Occasion | null) => readonly Event[];
}

export const NONE: readonly Event[] = [];
export const NEVER: Span = [1, 0];
export const SPANS: Record<string, (day: Day) => Span> = {
  since: (day) => [day, LAST_DAY],
  after: (day) => [day + 1, LAST_DAY],
  before: (day) => [FIRST_DAY, day - 1],
};

// biome-ignore lint/suspicious/noExplicitAny: the compiler of the tables has checked which types meet
export const COMPARE: Record<string, (value: any, literal: any) => boolean> = {
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

export function movedBy(count: number, unit: Unit): Shift {
  return (day) => add(day, count, unit);
}

/** R12: today is at most the event's date and the duration. Each match says when it ends. */
export function within(form: string, test: Test, shift: Shift): Find {
  const lasts = (view: View, event: Event, occasion: Occasion | null) => {
    const end = shift(event.date, event);
    if (end === null || view.today > end || !test(event, occasion)) return false;
    view.look.at(end + 1);
    return true;
  };
  return {
    one: (view, occasion, newest) =>
      first(view.events.get(form) ?? NONE, newest, (event) => lasts(view, event, occasion)),
    every: (view, occasion) =>
      (view.events.get(form) ?? NONE).filter((event) => lasts(view, event, occasion)),
  };
}

/** The newest event that counts, or the oldest. */
export function first(
  events: readonly Event[],
  newest: boolean,
  counts: (event: Event) => boolean,
): Event | null {
  for (let n = 0; n < events.length; n++) {
    const event = events[newest ? events.length - 1 - n : n]!;
    if (counts(event)) return event;
  }
  return null;
}

type Both<A, B> = (a: A, b: B) => boolean;

/** All of them, from left to right, stopping early. */
export function every<A, B>(parts: Both<A, B>[]): Both<A, B> {
  const [left, right, ...more] = parts;
  if (!right) return left ?? (() => true);
  const rest = more.length > 0 ? every([right, ...more]) : right;
  return (a, b) => left!(a, b) && rest(a, b);
}

/** Any of them, from left to right, stopping early. */
export function some<A, B>(parts: Both<A, B>[]): Both<A, B> {
  const [left, right, ...more] = parts;
  if (!right) return left ?? (() => false);
  const rest = more.length > 0 ? some([right, ...more]) : right;
  return (a, b) => left!(a, b) || rest(a, b);
}

export function not<A, B>(part: Both<A, B>): Both<A, B> {
  return (a, b) => !part(a, b);
}

/** Sets by what is in them. */
export function equal(a: Value, b: Value | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.size === b.size && [...a].every((one) => b.has(one));
}
