/** The compiled tables of a programme (contract/RULES.md 4). */

import type { Unit } from "../dates";

export interface QuestionEntry {
  type: string;
  codes?: string[];
  min?: number | null;
  max?: number | null;
}

export interface FormEntry {
  date?: string | null;
  questions: Record<string, QuestionEntry>;
}

export type Duration = [number, Unit] | [number, Unit, string];

export type TestTree =
  | { and: TestTree[] }
  | { or: TestTree[] }
  | { not: TestTree }
  | { q: string; same: true }
  | { q: string; op: string; value?: unknown };

export type PlainDateTree =
  | { attr: string }
  | { pick: "latest" | "first"; form: string; q?: string | null; where?: TestTree | null };

export type MovedDateTree = PlainDateTree | { date: PlainDateTree; plus: Duration };

export type DateTree = MovedDateTree | { later: MovedDateTree[] } | { earlier: MovedDateTree[] };

export type SourceTree = DateTree | { each: string; q?: string | null; where?: TestTree | null };

export type PointTree = "anchor" | DateTree;

export interface TimeTree {
  within?: Duration;
  since?: PointTree;
  after?: PointTree;
  before?: PointTree;
  window?: true;
}

export interface EventsTree {
  form: string;
  where?: TestTree | null;
  time?: TimeTree | null;
}

export type ConditionTree =
  | { const: boolean }
  | { and: ConditionTree[] }
  | { or: ConditionTree[] }
  | { not: ConditionTree }
  | { ref: string }
  | { attr: string; op: string; value?: unknown }
  | { any: EventsTree }
  | { count: EventsTree; op: string; n: number }
  | { pick: "latest" | "first"; of: EventsTree; has: TestTree }
  | { age: DateTree; op: string; dur: Duration }
  | { hop: "mother" | "infant"; of: ConditionTree };

export interface ItemTree {
  id: string;
  title?: string;
  because?: string;
  source?: string;
  for: ConditionTree;
  anchor: SourceTree[];
  when: ConditionTree;
  unless: ConditionTree;
  series: [string, Duration][];
  opens: Duration | null;
  late: Duration | null;
  expires: Duration | null;
  done: EventsTree[];
  escalate: [Duration, string, { unless: ConditionTree; instead: string }?][];
  remind?: unknown;
  form?: string | null;
  by?: string | null;
  at_contact?: true;
  words?: { when?: string; unless?: string; done?: string; due?: string; dates?: Record<string, string> };
}

export interface FlagTree {
  id: string;
  title?: string;
  because?: string;
  source?: string;
  level: string;
  for: ConditionTree;
  when: ConditionTree;
  words?: Record<string, string>;
}

export interface Tables {
  engine: number;
  programme?: string;
  version?: string;
  forms: Record<string, FormEntry>;
  groups?: Record<string, ConditionTree>;
  define?: Record<string, ConditionTree>;
  items?: ItemTree[];
  flags?: FlagTree[];
}
