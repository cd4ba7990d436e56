/** A programme's compiled tables, ready to run (RULES 4). Twin of rules.py. */

import { Dictionary } from "./cleaning";
import { Compiler } from "./conditions";
import type { ConditionTree, Duration, FlagTree, ItemTree, SourceTree, Tables } from "./tables";
import type { Find, Holds, Shift, Source } from "./words";

/** The vocabulary of this executor; tables that ask for a greater one are refused, and the old ones kept. */
export const ENGINE = 3;

/** A step of an escalation, and what stands in its place for whom it is not to be taken (R34). */
export interface Step {
  readonly after: Shift;
  readonly step: string;
  readonly unless: Holds | null;
  readonly instead: string;
}

/** A schedule item. Durations that are not given are null. */
export interface Item {
  readonly id: string;
  readonly group: Holds;
  /** Whose events it may be counted from; null where an attribute may be its anchor (R8). */
  readonly forms: readonly string[] | null;
  readonly anchor: readonly Source[];
  readonly when: Holds;
  readonly unless: Holds;
  readonly series: readonly (readonly [string, Shift])[];
  readonly opens: Shift | null;
  readonly late: Shift | null;
  readonly expires: Shift | null;
  readonly done: readonly Find[];
  readonly escalate: readonly Step[];
}

/** A flag of the tables: raised while its group and its condition hold. */
export interface FlagRule {
  readonly id: string;
  readonly level: string;
  readonly group: Holds;
  readonly when: Holds;
}

/** Tables of a newer engine than ours: catalogue number E290. */
export class EngineTooNew extends Error {
  readonly code = "E290";
  constructor(readonly theirs: number) {
    super(`These rules need engine ${theirs}; this one is engine ${ENGINE}.`);
  }
}

/** Tables compiled to closures, once. Throws EngineTooNew. */
export class Rules {
  readonly dictionary: Dictionary;
  readonly items: readonly Item[];
  readonly flags: readonly FlagRule[];
  /** The tables' items, for what is read by people. */
  readonly texts: ReadonlyMap<string, ItemTree>;
  private readonly compiler: Compiler;

  constructor(readonly tables: Tables) {
    if (tables.engine > ENGINE) throw new EngineTooNew(tables.engine);
    this.dictionary = new Dictionary(tables.forms);
    this.compiler = new Compiler(this.dictionary);
    for (const [name, tree] of Object.entries({ ...tables.groups, ...tables.define })) {
      this.compiler.named.set(name, this.compiler.condition(tree));
    }
    this.items = (tables.items ?? []).map((tree) => makeItem(this.compiler, tree));
    this.flags = (tables.flags ?? []).map((tree) => makeFlag(this.compiler, tree));
    this.texts = new Map((tables.items ?? []).map((tree) => [tree.id, tree]));
  }

  /** A condition of this programme: a tree, or the name of a definition or group. */
  condition(condition: ConditionTree | string): Holds {
    return this.compiler.condition(typeof condition === "string" ? { ref: condition } : condition);
  }
}

function makeItem(compiler: Compiler, tree: ItemTree): Item {
  const shift = (duration: Duration | null) => (duration ? compiler.duration(duration) : null);
  return {
    id: tree.id,
    group: compiler.condition(tree.for),
    forms: formsOf(tree.anchor),
    anchor: tree.anchor.map((source) => compiler.anchor(source)),
    when: compiler.condition(tree.when),
    unless: compiler.condition(tree.unless),
    series: tree.series.map(([key, due]) => [key, compiler.duration(due)] as const),
    opens: shift(tree.opens),
    late: shift(tree.late),
    expires: shift(tree.expires),
    done: tree.done.map((events) => compiler.events(events)),
    escalate: tree.escalate.map(([after, step, other]) => ({
      after: compiler.duration(after),
      step,
      unless: other ? compiler.condition(other.unless) : null,
      instead: other?.instead ?? step,
    })),
  };
}

function makeFlag(compiler: Compiler, tree: FlagTree): FlagRule {
  const { id, level } = tree;
  return { id, level, group: compiler.condition(tree.for), when: compiler.condition(tree.when) };
}

function formsOf(anchor: SourceTree[]): string[] | null {
  const forms = anchor.map(formOf);
  return forms.includes("") ? null : forms;
}

/** The form of the anchor event, empty for an attribute: of several dates, of the first (R24). */
function formOf(source: SourceTree): string {
  if ("date" in source) return formOf(source.date);
  if ("later" in source) return formOf(source.later[0]!);
  if ("earlier" in source) return formOf(source.earlier[0]!);
  return "each" in source ? source.each : "form" in source ? source.form : "";
}
