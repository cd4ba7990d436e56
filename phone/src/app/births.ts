/**
 * A birth registers its babies. Each live-born infant of `pregnancy_outcome` gets a client id (in the hidden question
 * `infant`) and a registration that names her mother. A correction of the birth corrects the registrations; an infant
 * taken out of it is voided.
 */
import type { Answers } from "../sync/event";

export interface Registration {
  readonly client: string;
  readonly answers: Answers | null;
}

interface Mother {
  readonly id: string;
  readonly answers: Answers;
}

/**
 * The birth's answers with an id for each infant, and what to register. `before` are the answers that a correction
 * replaces; `known` gives an infant's present registration.
 */
export function withInfants(
  answers: Answers,
  mother: Mother,
  newId: () => string,
  before: Answers | null = null,
  known: (infant: string) => Answers | null = () => null,
): { answers: Answers; registrations: Registration[] } {
  const infants = rows(answers).map((row) => ({ ...row, infant: (row.infant as string) || newId() }));
  const born = infants.map((row, n) =>
    registrationOf(row, n, infants.length, answers, mother, known(row.infant)),
  );
  const kept = new Set(infants.map((row) => row.infant));
  const removed = rows(before ?? {}).flatMap((row) =>
    kept.has(row.infant as string) ? [] : [row.infant as string],
  );
  const voided = removed.filter((id) => known(id) !== null).map((client) => ({ client, answers: null }));
  const filled = infants.length > 0 ? { ...answers, infants } : answers;
  const changed = born.filter((one) => !same(one.answers, known(one.client)));
  return { answers: filled, registrations: [...changed, ...voided] };
}

function registrationOf(
  row: Answers & { infant: string },
  n: number,
  of: number,
  birth: Answers,
  mother: Mother,
  known: Answers | null,
): Registration & { answers: Answers } {
  const inherited = pick(mother.answers, ["language", "landmark", "caseload", "household", "family_name"]);
  const name = (row.given_name as string) || (known?.given_name as string) || unnamed(mother, n, of);
  const facts = { client_group: "child", given_name: name, sex: row.sex, mother: mother.id };
  const dates = { birth_date: birth.outcome_date, birth_date_accuracy: "exact" };
  return { client: row.infant, answers: { ...inherited, ...known, ...facts, ...dates } };
}

function unnamed(mother: Mother, n: number, of: number): string {
  const hers = (mother.answers.given_name as string) ?? "";
  return `Baby ${of > 1 ? `${n + 1} ` : ""}${hers}`.trim();
}

function rows(answers: Answers): Answers[] {
  const live = answers.outcome === "live_birth" && Array.isArray(answers.infants);
  return live ? (answers.infants as Answers[]) : [];
}

function pick(answers: Answers, names: readonly string[]): Answers {
  return Object.fromEntries(
    names.flatMap((name) => (answers[name] === undefined ? [] : [[name, answers[name]]])),
  );
}

function same(a: Answers, b: Answers | null): boolean {
  return b !== null && JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}
