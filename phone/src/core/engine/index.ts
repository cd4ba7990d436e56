/**
 * The rules language, executed for one client at a time (contract/RULES.md).
 *
 * Comes in: compiled rule tables, events, a day number. Goes out: plans. Pure: no DOM, no clock, no Date.
 * Its twin is tsela.care.engine; both run contract/cases and are kept equal by tests/differential.
 */

import { type RawEvent, Records } from "./records";
import { Rules } from "./rules";
import type { Tables } from "./tables";

export { asDict, type Flag, holds, type Plan, plan, planHash, type Status, type Task } from "./plan";
export type { RawEvent, Records } from "./records";
export { ENGINE, EngineTooNew, type Rules } from "./rules";
export type { ItemTree, Tables } from "./tables";
export { why } from "./why";

/** Tables compiled to closures, once. Throws EngineTooNew. */
export const makeRules = (tables: Tables): Rules => new Rules(tables);

/** The records of some clients, from all events of these and of those they are linked to, in any order. */
export const makeRecords = (rules: Rules, events: Iterable<RawEvent> = []): Records =>
  new Records(rules, events);
