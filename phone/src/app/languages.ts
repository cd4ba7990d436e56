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
  const spoken = listed.filter((one) => one.code === "en" || bundle?.locales[one.code]);
  return spoken.some((one) => one.code === "en")
    ? spoken
    : [{ code: "en", name: "English", draft: false }, ...spoken];
}

function ownName(code: string): string {
  return new Intl.DisplayNames([code, "en"], { type: "language" }).of(code) ?? code;
}
