/** The languages that the programme speaks. */
import type { Bundle } from "./programme";

export interface Language {
  readonly code: string;
  readonly name: string;
  /** Not yet read by a native speaker. */
  readonly draft: boolean;
}

const NAMES: Readonly<Record<string, string>> = { en: "English", zu: "isiZulu" };

/** S40 `languages`: codes, or `{code, name, draft}`. English is always there: it is what the programme is written in. */
export function languagesOf(bundle: Bundle | null): Language[] {
  const listed = (bundle?.languages ?? []).map((one): Language => {
    const given = typeof one === "string" ? { code: one } : (one as Partial<Language> & { code: string });
    const name = given.name ?? NAMES[given.code] ?? ownName(given.code);
    return { code: given.code, name, draft: given.draft ?? given.code !== "en" };
  });
  return listed.some((one) => one.code === "en")
    ? listed
    : [{ code: "en", name: "English", draft: false }, ...listed];
}

/** Whether the words of a language are on this phone; of one that the programme does not have, none will come (S40). */
export function hasWords(bundle: Bundle | null, code: string): boolean {
  return (
    code === "en" ||
    bundle?.locales[code] !== undefined ||
    !languagesOf(bundle).some((one) => one.code === code)
  );
}

function ownName(code: string): string {
  return new Intl.DisplayNames([code, "en"], { type: "language" }).of(code) ?? code;
}
