/** The parts of an open form: questions, groups, repeats and their rows. Twin of interpreter/form.py. */

import { type Columns, evaluate, type Place } from "./evaluate";
import type { OpenForm } from "./form";
import { type Choice, type Expr, type Kind, MESSAGES, type Node, type Value, type Violation } from "./types";
import { cast, clean, isEmpty, toBoolean, toNumber } from "./values";

/** Of a counted repeat, whatever a person types. */
const MOST_ROWS = 100;

export type Part = Question | Group | Repeat;

abstract class Base {
  private seen = -1;
  private isRelevant = true;

  constructor(
    readonly form: OpenForm,
    readonly node: Node,
    readonly parent: Group | Repeat | null,
    readonly scope: Scope,
  ) {}

  get name(): string {
    return this.node.name;
  }

  get path(): string {
    return this.scope.prefix + this.node.name;
  }

  get relevant(): boolean {
    if (this.seen !== this.form.change) {
      this.seen = this.form.change;
      this.isRelevant = (this.parent?.relevant ?? true) && this.holds(this.node.relevant, true);
    }
    return this.isRelevant;
  }

  /** What is wrong with the part itself. */
  get violation(): Violation | null {
    return null;
  }

  protected wrong(kind: Kind): Violation {
    const { constraint_message: constraint, required_message: required } = this.node;
    const own = { constraint, required }[kind as string];
    return { path: this.path, kind, message: own ?? MESSAGES[kind] };
  }

  protected holds(expr: Expr | undefined, otherwise: boolean): boolean {
    return expr ? toBoolean(evaluate(expr, new Standing(this.form, this.scope, this))) : otherwise;
  }
}

export class Question extends Base {
  readonly kind = "question";
  private raw: unknown;
  private calculated: Value | undefined;
  private cleanedAt = -1;
  private cleaned: readonly [Value, Kind | null] = ["", null];

  /** The answer as it was given, valid or not; what an input shows. */
  get answer(): unknown {
    this.value;
    return this.relevant ? this.raw : undefined;
  }

  /** The answer as expressions see it. */
  get value(): Value {
    return this.read()[0];
  }

  /** What once() keeps. */
  get kept(): Value {
    return clean(this.node.value ?? this.node.type, this.raw, this.codes)[0];
  }

  get required(): boolean {
    return (
      this.node.type !== "hidden" && this.node.type !== "calculate" && this.holds(this.node.required, false)
    );
  }

  get readonly(): boolean {
    return this.node.type === "calculate" || this.holds(this.node.readonly, false);
  }

  /** The choices offered now. */
  get choices(): readonly Choice[] {
    const list = this.form.form.choices[this.node.list ?? ""] ?? [];
    const filter = this.node.choice_filter;
    if (!filter) return list;
    const at = new Standing(this.form, this.scope, this);
    return list.filter((choice) => toBoolean(evaluate(filter, at, choice)));
  }

  override get violation(): Violation | null {
    const kind = this.relevant && this.node.type !== "note" ? this.badness() : null;
    return kind && this.wrong(kind);
  }

  give(answer: unknown): void {
    this.raw = answer;
  }

  applyDefault(): void {
    if (this.node.default)
      this.raw = cast(this.node, evaluate(this.node.default, new Standing(this.form, this.scope, this)));
  }

  private get codes(): readonly string[] {
    return this.node.list === undefined ? [] : this.choices.map((choice) => choice.name);
  }

  private read(): readonly [Value, Kind | null] {
    if (this.cleanedAt === this.form.change) return this.cleaned;
    if (!this.relevant) this.cleaned = ["", null];
    else {
      if (this.node.calculation) this.calculate(this.node.calculation);
      this.cleaned = clean(this.node.value ?? this.node.type, this.raw, this.codes);
    }
    this.cleanedAt = this.form.change;
    return this.cleaned;
  }

  /** A result replaces the answer where it is new; else a person's own answer stays (FORMS F4). */
  private calculate(expr: Expr): void {
    const result = cast(this.node, evaluate(expr, new Standing(this.form, this.scope, this)));
    const first = this.calculated === undefined;
    if (first ? isEmpty(this.raw) : String(result) !== String(this.calculated)) this.raw = result;
    this.calculated = result;
  }

  private badness(): Kind | null {
    const [value, bad] = this.read();
    if (bad) return bad;
    if (value === "") return this.required ? "required" : null;
    return this.holds(this.node.constraint, true) ? null : "constraint";
  }
}

export class Group extends Base {
  readonly kind = "group";
  readonly body: readonly Part[] = (this.node.body ?? []).map((node) =>
    build(this.form, node, this, this.scope),
  );
}

export class Repeat extends Base {
  readonly kind = "repeat";
  rows: Row[] = [];
  private made = 0;

  /** Whether the form itself says how many rows there are. */
  get counted(): boolean {
    return this.node.repeat_count !== undefined;
  }

  /** With how many rows it opens; a counted one counts later. */
  get opening(): number {
    return this.counted ? 0 : Math.max(1, this.node.min_rows ?? 1);
  }

  get mayAdd(): boolean {
    return !this.counted && this.rows.length < (this.node.max_rows ?? Number.POSITIVE_INFINITY);
  }

  get mayRemove(): boolean {
    return !this.counted && this.rows.length > (this.node.min_rows ?? 1);
  }

  /** Too few or too many rows. */
  override get violation(): Violation | null {
    const { min_rows = 0, max_rows = Number.POSITIVE_INFINITY } = this.node;
    const fits = this.rows.length >= min_rows && this.rows.length <= max_rows;
    return !this.relevant || fits ? null : this.wrong("constraint");
  }

  /** How many rows a counted repeat shall have now; null where that is not the form's to say. */
  wanted(): number | null {
    if (!this.node.repeat_count || !this.relevant) return null;
    const number = toNumber(evaluate(this.node.repeat_count, new Standing(this.form, this.scope, this)));
    return Number.isNaN(number) ? 0 : Math.trunc(Math.max(0, Math.min(MOST_ROWS, number)));
  }

  add(): Row {
    const row = new Row(this.form, this, this.made++);
    this.rows.push(row);
    return row;
  }
}

/** Names and what they mean: of the form, or of one row of a repeat. */
export class Scope {
  readonly questions = new Map<string, Question>();
  readonly repeats = new Map<string, Repeat>();

  constructor(readonly row: Row | null) {}

  get prefix(): string {
    return this.row ? `${this.row.repeat.path}[${this.row.index}].` : "";
  }
}

export class Row {
  readonly scope: Scope;
  readonly body: readonly Part[];

  constructor(
    form: OpenForm,
    readonly repeat: Repeat,
    /** Stays with the row when others go: for lists on a page. */
    readonly key: number,
  ) {
    this.scope = new Scope(this);
    this.body = (repeat.node.body ?? []).map((node) => build(form, node, repeat, this.scope));
  }

  get index(): number {
    return this.repeat.rows.indexOf(this);
  }
}

/** Where an expression stands. */
class Standing implements Place {
  constructor(
    private readonly form: OpenForm,
    private readonly scope: Scope,
    private readonly part: Base,
  ) {}

  get today(): string {
    return this.form.opening.today;
  }

  get record(): Readonly<Record<string, unknown>> {
    return this.form.opening.record ?? {};
  }

  get self(): Value {
    return this.part instanceof Question ? this.part.value : "";
  }

  get kept(): Value {
    return this.part instanceof Question ? this.part.kept : "";
  }

  get position(): number {
    return this.scope.row ? this.scope.row.index + 1 : 0;
  }

  value(name: string): Value {
    return this.find(name)?.value ?? "";
  }

  values(name: string): readonly Value[] {
    const one = this.find(name);
    if (one) return [one.value];
    const whole = this.form.root.repeats.get(name);
    if (whole) return whole.relevant ? whole.rows.map(() => "row") : [];
    return this.rowsOf(name).map((one) => one.value);
  }

  inRow(name: string, row: number): Value {
    return this.rowsOf(name)[row - 1]?.value ?? "";
  }

  /** A question of a repeat in all its rows, also seen from inside the repeat. */
  private rowsOf(name: string): readonly Question[] {
    return [...this.form.root.repeats.values()].flatMap((repeat) =>
      repeat.rows.flatMap((row) => row.scope.questions.get(name) ?? []),
    );
  }

  label(name: string, code: string): string {
    const list = this.form.form.choices[this.find(name)?.node.list ?? ""];
    return list?.find((one) => one.name === code)?.label ?? "";
  }

  table(name: string): readonly Columns[] {
    return this.form.form.choices[name] ?? this.form.form.data?.[name] ?? [];
  }

  private find(name: string): Question | undefined {
    return this.scope.questions.get(name) ?? this.form.root.questions.get(name);
  }
}

export function build(form: OpenForm, node: Node, parent: Group | Repeat | null, scope: Scope): Part {
  if (node.type === "group") return new Group(form, node, parent, scope);
  if (node.type === "repeat") {
    const repeat = new Repeat(form, node, parent, scope);
    scope.repeats.set(node.name, repeat);
    return repeat;
  }
  const question = new Question(form, node, parent, scope);
  scope.questions.set(node.name, question);
  return question;
}
