/**
 * An open form: what is relevant, offered, calculated and wrong, after every answer. Twin of interpreter/form.py.
 *
 * Values are pulled: each is worked out when asked for and remembered until the next change. The compiler has
 * refused cycles, so pulling ends.
 */

import { build, type Part, type Question, type Repeat, Scope } from "./parts";
import { type Answers, type Form, type Kind, MESSAGES, type Violation } from "./types";

export interface Opening {
  readonly today: string;
  /** Answers of the client's registration. */
  readonly record?: Readonly<Record<string, unknown>>;
  /** Present for a correction: then nothing is filled in by default. */
  readonly answers?: Answers;
}

export class OpenForm {
  /** Counts changes: what was worked out before the last one is stale. */
  change = 0;
  readonly root = new Scope(null);
  readonly nodes: readonly Part[];
  private readonly strange: Violation[] = [];

  constructor(
    readonly form: Form,
    readonly opening: Opening,
  ) {
    this.nodes = form.body.map((node) => build(this, node, null, this.root));
    if (opening.answers) this.give(opening.answers, this.root);
    else for (const part of this.nodes) this.prepare(part);
    this.settle();
  }

  set(path: string, answer: unknown): void {
    const [, repeat, index, name] = /^(?:(\w+)\[(\d+)\]\.)?(\w+)$/.exec(path) ?? [];
    const scope = repeat ? this.root.repeats.get(repeat)?.rows[Number(index)]?.scope : this.root;
    const question = scope?.questions.get(name ?? "");
    if (!question) throw new Error(`form ${this.form.id} has no question ${path}`);
    question.give(answer);
    this.settle();
  }

  addRepeat(name: string): void {
    for (const part of this.repeat(name).add().body) this.prepare(part);
    this.settle();
  }

  removeRepeat(name: string, index: number): void {
    this.repeat(name).rows.splice(index, 1);
    this.settle();
  }

  violations(): Violation[] {
    const found = this.parts().flatMap((part) => part.violation ?? []);
    return [...found, ...this.strange];
  }

  answers(): Answers {
    return this.collect(this.nodes);
  }

  /** A text with its ${question}s replaced by what the person sees of their answers. */
  fill(text: string, at: Part, translate: (english: string) => string = (english) => english): string {
    return text.replace(/\$\{\s*(\w+)\s*\}/g, (_, name: string) => {
      const question = at.scope.questions.get(name) ?? this.root.questions.get(name);
      const value = question?.value ?? "";
      const shown = question?.choices.filter((one) =>
        typeof value === "object" ? value.includes(one.name) : one.name === value,
      );
      return shown?.length ? shown.map((one) => translate(one.label)).join(", ") : String(value);
    });
  }

  /** Every question of the form, in its order, rows one after the other. */
  questions(parts?: readonly Part[]): Question[] {
    return this.parts(parts).filter((part) => part.kind === "question");
  }

  /** Every part, groups and repeats before what is in them. */
  parts(parts: readonly Part[] = this.nodes): Part[] {
    return parts.flatMap((part) => {
      if (part.kind === "question") return [part];
      const inside = part.kind === "group" ? part.body : part.rows.flatMap((row) => row.body);
      return [part, ...this.parts(inside)];
    });
  }

  private repeat(name: string): Repeat {
    const repeat = this.root.repeats.get(name);
    if (!repeat) throw new Error(`form ${this.form.id} has no repeat ${name}`);
    return repeat;
  }

  /** Every value is read after every change, so that calculations follow each answer and not only what is shown. */
  private settle(): void {
    this.change++;
    const repeats = [...this.root.repeats.values()];
    for (const _ of repeats) {
      // one repeat's rows may decide how many another has
      const changed = repeats.map((repeat) => this.count(repeat));
      if (!changed.includes(true)) break;
    }
    for (const question of this.questions()) question.value;
  }

  /** Give a counted repeat the rows that it shall have; whether that changed anything. */
  private count(repeat: Repeat): boolean {
    const wanted = repeat.wanted();
    if (wanted === null || wanted === repeat.rows.length) return false;
    repeat.rows.splice(wanted);
    while (repeat.rows.length < wanted) for (const inner of repeat.add().body) this.prepare(inner);
    this.change++;
    return true;
  }

  private prepare(part: Part): void {
    this.change++;
    if (part.kind === "question") part.applyDefault();
    else if (part.kind === "group") for (const inner of part.body) this.prepare(inner);
    else for (let n = part.opening; n > 0; n--) for (const inner of part.add().body) this.prepare(inner);
  }

  private give(answers: Answers, scope: Scope): void {
    for (const name of Object.keys(answers).sort()) {
      const repeat = scope.repeats.get(name);
      const question = scope.questions.get(name);
      if (repeat) this.giveRows(repeat, answers[name]);
      else if (question && question.node.type !== "note") question.give(answers[name]);
      else this.flag("unknown", scope.prefix + name);
    }
  }

  private giveRows(repeat: Repeat, rows: unknown): void {
    if (!Array.isArray(rows) || !rows.every(isObject)) this.flag("type", repeat.path);
    else for (const row of rows) this.give(row as Answers, repeat.add().scope);
  }

  private flag(kind: Kind, path: string): void {
    this.strange.push({ path, kind, message: MESSAGES[kind] });
  }

  private collect(parts: readonly Part[]): Answers {
    const answers: Answers = {};
    for (const part of parts) {
      if (part.kind === "group") Object.assign(answers, this.collect(part.body));
      else if (part.kind === "question") {
        if (part.value !== "" && part.node.type !== "note") answers[part.name] = part.value;
      } else if (part.relevant && part.rows.length > 0) {
        answers[part.name] = part.rows.map((row) => this.collect(row.body));
      }
    }
    return answers;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
