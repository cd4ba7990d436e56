/** Answers as the dictionary allows them; anything else is missing (RULES R6). Twin of cleaning.py. */

import { type Day, parseDate } from "../dates";
import type { FormEntry, QuestionEntry } from "./tables";

/** What a clean answer is: a day number for a date, a set for many codes. */
export type Value = number | string | ReadonlySet<string>;
export type Answers = ReadonlyMap<string, Value>;
type Cleaner = (answer: unknown) => Value | null;

const days = new Map<unknown, Day>();

/** parseDate, which remembers: a record's dates are few and come often. */
export function dayOf(text: unknown): Day | null {
  const known = days.get(text);
  if (known !== undefined) return known;
  const day = parseDate(text);
  if (day !== null) days.set(text, day);
  return day;
}

/** The programme's forms, as rules see them: which question is the date, and what each may hold. */
export class Dictionary {
  readonly dates = new Map<string, string | null>();
  private readonly kinds = new Map<string, Map<string, string>>();
  private readonly cleaners = new Map<string, Map<string, Cleaner>>();

  constructor(forms: Record<string, FormEntry>) {
    for (const [form, entry] of Object.entries(forms)) {
      const questions = Object.entries(entry.questions);
      this.dates.set(form, entry.date ?? null);
      this.kinds.set(form, new Map(questions.map(([name, question]) => [name, question.type])));
      this.cleaners.set(form, new Map(questions.map(([name, question]) => [name, cleaner(question)])));
    }
  }

  kind(form: string, question: string): string | undefined {
    return this.kinds.get(form)?.get(question);
  }

  /** The valid answers to known questions. */
  clean(form: string, answers: Record<string, unknown>): Map<string, Value> {
    const cleaners = this.cleaners.get(form)!;
    const clean = new Map<string, Value>();
    for (const name of Object.keys(answers)) {
      const value = cleaners.get(name)?.(answers[name]) ?? null;
      if (value !== null) clean.set(name, value);
    }
    return clean;
  }

  /** A tree's literal in the form that clean answers have: dates as day numbers, lists as sets. */
  literal(form: string, question: string, value: unknown): unknown {
    if (Array.isArray(value)) return new Set(value.map((one) => this.literal(form, question, one)));
    return this.kind(form, question) === "date" ? dayOf(value) : value;
  }
}

/** The function that gives the clean answer, or null, for one question of the dictionary. */
function cleaner(question: QuestionEntry): Cleaner {
  switch (question.type) {
    case "integer":
      return number(Number.isSafeInteger, question);
    case "decimal":
      return number(Number.isFinite, question);
    case "code": {
      const codes = new Set(question.codes);
      return (answer) => (typeof answer === "string" && codes.has(answer) ? answer : null);
    }
    case "codes":
      return many(new Set(question.codes));
    case "date":
      return dayOf;
    default:
      return (answer) => (typeof answer === "string" && answer !== "" ? answer : null);
  }
}

function number(valid: (answer: unknown) => boolean, { min, max }: QuestionEntry): Cleaner {
  const low = min ?? -Infinity;
  const high = max ?? Infinity;
  return (answer) =>
    valid(answer) && (answer as number) >= low && (answer as number) <= high ? (answer as number) : null;
}

function many(codes: Set<string>): Cleaner {
  return (answer) => {
    if (!Array.isArray(answer)) return null;
    const known = new Set<string>(answer.filter((one) => typeof one === "string" && codes.has(one)));
    return known.size > 0 ? known : null;
  };
}
