/** The parts of an open form: questions, groups, repeats and their rows. Twin of interpreter/form.py. */

import { evaluate, type Place } from "./evaluate";
import type { OpenForm } from "./form";
import { type Choice, type Expr, type Kind, MESSAGES, type Node, type Value, type Violation } from "./types";
import { cast, clean, toBoolean } from "./values";

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

  get violation(): Violation | null {
    const kind = this.relevant && this.node.type !== "note" ? this.wrong() : null;
    return kind && { path: this.path, kind, message: this.message(kind) };
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

  private wrong(): Kind | null {
    const [value, bad] = this.read();
    if (bad) return bad;
    if (value === "") return this.required ? "required" : null;
    return this.holds(this.node.constraint, true) ? null : "constraint";
  }

  private message(kind: Kind): string {
    const own = { constraint: this.node.constraint_message, required: this.node.required_message }[
      kind as string
    ];
    return own ?? MESSAGES[kind];
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
    const repeats = [...this.form.root.repeats.values()];
    const whole = repeats.find((repeat) => repeat.name === name);
    if (whole) return whole.relevant ? whole.rows.map(() => "row") : [];
    return repeats.flatMap((repeat) => repeat.rows.map((row) => row.scope.questions.get(name)?.value ?? ""));
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

function isEmpty(raw: unknown): boolean {
  return raw === undefined || raw === null || raw === "" || (Array.isArray(raw) && raw.length === 0);
}
