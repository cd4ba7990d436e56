/** Expressions of contract/FORMS.md. Twin of interpreter/evaluate.py. */

import { toCivil } from "../dates";
import type { Expr, Value } from "./types";
import { dateText, equal, toBoolean, toNumber, toText } from "./values";

/** Where an expression stands: what the names in it mean there. */
export interface Place {
  readonly today: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** `.`, and the answer that is already there (for once()). */
  readonly self: Value;
  readonly kept: Value;
  /** The row of its repeat, from 1. */
  readonly position: number;
  value(question: string): Value;
  /** Of a question in a repeat, all its answers; of a repeat, one "row" a row. */
  values(question: string): readonly Value[];
  /** Of a question in a repeat, its answer in one row, counted from 1; no other row is read for it. */
  inRow(question: string, row: number): Value;
  /** What people read for a code of a select. */
  label(question: string, code: string): string;
  /** A choice list or a data file. */
  table(name: string): readonly Columns[];
}

export type Columns = Readonly<Record<string, string>>;

export function evaluate(expr: Expr, at: Place, choice: Columns = {}): Value {
  const [op, a, b] = expr;
  const of = (part: Expr): Value => evaluate(part, at, choice);
  switch (op) {
    case "lit":
      return a;
    case "q":
      return at.value(a);
    case "self":
      return at.self;
    case "today":
      return at.today;
    case "record":
      return fromRecord(at.record[a]);
    case "choice":
      return choice[a] ?? "";
    case "and":
      return toBoolean(of(a)) && toBoolean(of(b));
    case "or":
      return toBoolean(of(a)) || toBoolean(of(b));
    case "not":
      return !toBoolean(of(a));
    case "=":
      return equal(of(a), of(b));
    case "!=":
      return !equal(of(a), of(b));
    case "neg":
      return -toNumber(of(a));
    case "find": {
      const row = at.table(a).find((one) => toBoolean(evaluate(expr[3], at, one)));
      return row?.[b as unknown as string] ?? "";
    }
    case "call":
      return call(a, expr.slice(2) as unknown as readonly Expr[], at, choice);
    default:
      return arithmetic(op, toNumber(of(a)), toNumber(of(b)));
  }
}

function arithmetic(op: string, a: number, b: number): Value {
  switch (op) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "div":
      return b === 0 ? Number.NaN : a / b;
    case "mod":
      return a % b;
    default:
      throw new Error(`no operator ${op}`);
  }
}

/** An answer of the registration: only texts and numbers are values. */
function fromRecord(answer: unknown): Value {
  return typeof answer === "string" || typeof answer === "number" ? answer : "";
}

function call(name: string, args: readonly Expr[], at: Place, choice: Columns): Value {
  if (name === "if")
    return evaluate(toBoolean(evaluate(args[0]!, at, choice)) ? args[1]! : args[2]!, at, choice);
  if (name === "position") return at.position;
  if (name === "once") return at.kept === "" ? evaluate(args[0]!, at, choice) : at.kept;
  if (name === "indexed-repeat") return at.inRow(args[0]![1], toNumber(evaluate(args[2]!, at, choice)));
  if (name === "jr:choice-name") return at.label(args[1]![1], toText(evaluate(args[0]!, at, choice)));
  if (name === "join") {
    const parts = args.slice(1).flatMap((arg) => all(arg, at, choice));
    return parts.map(toText).join(toText(evaluate(args[0]!, at, choice)));
  }
  if (name in OVER)
    return OVER[name]!(args.flatMap((arg) => all(arg, at, choice)).filter((one) => one !== ""));
  const [a = "", b = "", ...rest] = args.map((arg) => evaluate(arg, at, choice));
  return FUNCTIONS[name]!(a, b, rest, args.length);
}

function all(arg: Expr, at: Place, choice: Columns): readonly Value[] {
  return arg[0] === "q" ? at.values(arg[1]) : [evaluate(arg, at, choice)];
}

const OVER: Record<string, (values: readonly Value[]) => Value> = {
  count: (values) => values.length,
  sum: (values) => values.reduce<number>((total, one) => total + toNumber(one), 0),
  min: (values) => (values.length ? Math.min(...values.map(toNumber)) : ""),
  max: (values) => (values.length ? Math.max(...values.map(toNumber)) : ""),
};

const FUNCTIONS: Record<string, (a: Value, b: Value, rest: readonly Value[], count: number) => Value> = {
  coalesce: (a, b) => (toText(a) === "" ? b : a),
  concat: (a, b, rest) => [a, b, ...rest].map(toText).join(""),
  "count-selected": (a) => codes(a).length,
  date: (a) => dateText(toNumber(a)),
  "decimal-date-time": (a) => toNumber(a),
  "format-date": (a, b) => formatted(dateText(toNumber(a)), toText(b)),
  int: (a) => Math.trunc(toNumber(a)),
  number: (a) => toNumber(a),
  regex: (a, b) => new RegExp(`^(?:${toText(b).slice(1, -1)})$`, "u").test(toText(a)),
  round: (a, b, _, count) => rounded(toNumber(a), count > 1 ? toNumber(b) : 0),
  "selected-at": (a, b) => valueAt(codes(a), Math.trunc(toNumber(b))),
  substr: (a, b, rest) => substring([...toText(a)], b, rest[0]),
  selected: (a, b) => codes(a).includes(toText(b)),
  "string-length": (a) => [...toText(a)].length,
};

/** One of some values, counted from 0; nothing beyond their ends and between two. */
function valueAt(values: readonly Value[], index: number): Value {
  return values[index] ?? "";
}

/** Characters from `start` up to `end`, counted from 0; a negative index counts from the end. */
function substring(text: readonly string[], start: Value, end: Value = text.length): string {
  const ends = [toNumber(start), toNumber(end)];
  if (!ends.every(Number.isFinite)) return "";
  return text.slice(...ends.map(Math.trunc)).join("");
}

function codes(value: Value): readonly string[] {
  return typeof value === "object" ? value : toText(value).split(" ").filter(Boolean);
}

/** Halves go up, as in XPath. */
function rounded(value: number, places: number): number {
  const scale = 10 ** Math.max(-15, Math.min(15, Math.trunc(places)));
  return Math.floor(value * scale + 0.5) / scale;
}

function formatted(date: string, format: string): string {
  if (date === "") return "";
  const [year, month, day] = toCivil(toNumber(date));
  const two = (n: number): string => String(n).padStart(2, "0");
  const parts: Record<string, string> = {
    "%Y": String(year),
    "%y": two(year % 100),
    "%m": two(month),
    "%n": String(month),
    "%d": two(day),
    "%e": String(day),
  };
  return format.replace(/%[Yymnde]/g, (part) => parts[part]!);
}
