/** Words that a person reads: English in the code, other languages from the programme's catalogue. */

type Catalogue = Readonly<Record<string, string>>;

let catalogue: Catalogue = {};
let language = "en";

export function speak(code: string, words: Catalogue = {}): void {
  language = code;
  catalogue = words;
}

export const spoken = (): string => language;

/** The text in her language; `{name}` in it is filled from `values`. */
export function t(english: string, values: Readonly<Record<string, string | number>> = {}): string {
  const text = catalogue[english] || english;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `2026-11-20` as `20 Nov`, or `20/11` in a language whose months nobody is certain of; with the year where it is not this one's. */
export function dayText(date: string, today: string): string {
  const [year, month, day] = date.split("-") as [string, string, string];
  const near = year === today.slice(0, 4);
  const english = MONTHS[Number(month) - 1] ?? month;
  if (language !== "en" && !catalogue[english])
    return `${Number(day)}/${Number(month)}${near ? "" : `/${year}`}`;
  return `${Number(day)} ${t(english)}${near ? "" : ` ${year}`}`;
}

/** The words that the lock screen needs before the catalogue can be unsealed. */
export function shellWords(words: Catalogue): Record<string, string> {
  return Object.fromEntries(SHELL.flatMap((english) => (words[english] ? [[english, words[english]]] : [])));
}

const SHELL = [
  "Your PIN",
  "Open",
  "Wrong PIN.",
  "Wait {time} and try again.",
  "Forgotten PIN?",
  "Opening…",
  "Delete digit",
];
