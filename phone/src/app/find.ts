/** Find a client by name, nickname, landmark or phone, forgiving a slip of the finger or the ear. */
import type { Person } from "./people";

interface Indexed {
  readonly person: Person;
  readonly words: readonly string[];
  readonly digits: string;
}

export type Index = readonly Indexed[];

export function indexOf(people: Iterable<Person>): Index {
  return [...people].map((person) => {
    const words = plain(`${person.name} ${person.nickname} ${person.landmark}`).split(" ").filter(Boolean);
    return { person, words, digits: person.phone.replace(/\D/g, "") };
  });
}

/** Best matches first; every word that was typed must match something. */
export function find(index: Index, typed: string, most = 30): Person[] {
  const wanted = plain(typed).split(" ").filter(Boolean);
  if (wanted.length === 0) return [];
  const scored = index.flatMap((entry) => {
    const score = total(entry, wanted);
    return score > 0 ? [{ person: entry.person, score }] : [];
  });
  scored.sort((a, b) => b.score - a.score || (a.person.name < b.person.name ? -1 : 1));
  return scored.slice(0, most).map((hit) => hit.person);
}

function total(entry: Indexed, wanted: readonly string[]): number {
  let sum = 0;
  for (const word of wanted) {
    const best = Math.max(
      0,
      ...entry.words.map((have, n) => likeness(word, have) - n * 0.01),
      phoneLike(entry, word),
    );
    if (best === 0) return 0;
    sum += best;
  }
  return sum;
}

function phoneLike(entry: Indexed, word: string): number {
  return /^\d{3,}$/.test(word) && entry.digits.includes(word) ? 2 : 0;
}

/** 4 the same, 3 a beginning, 2 a part, 1 one or two letters off, 0 no. */
function likeness(typed: string, have: string): number {
  if (typed === have) return 4;
  if (have.startsWith(typed)) return 3;
  if (typed.length >= 3 && have.includes(typed)) return 2;
  if (typed.length < 4 || !beginAlike(typed, have)) return 0;
  const allowed = typed.length < 7 ? 1 : 2;
  return slips(typed, have.slice(0, typed.length + allowed), allowed) <= allowed ? 1 : 0;
}

/** One slip at the start is forgiven: the first letter is there, one place on, or the first of the other. */
function beginAlike(typed: string, have: string): boolean {
  return typed[0] === have[0] || typed[0] === have[1] || typed[1] === have[0];
}

/** Edits that turn `typed` into some beginning of `have` (Levenshtein; the last row's minimum). */
function slips(typed: string, have: string, most: number): number {
  if (Math.abs(typed.length - have.length) > most + 1 && have.length < typed.length) return most + 1;
  let row = Array.from({ length: have.length + 1 }, (_, n) => n);
  for (let i = 1; i <= typed.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= have.length; j += 1) {
      const swap = (row[j - 1] as number) + (typed[i - 1] === have[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return Math.min(...row);
}

/** Lower case, no accents, letters and digits only. */
function plain(text: string): string {
  const bare = text.normalize("NFD").replace(/\p{M}/gu, "");
  return bare
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
