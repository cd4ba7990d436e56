/** The event and the messages of contract/SPEC.md, as the phone sees them. */

export type Answers = Record<string, unknown>;

export interface CareEvent {
  readonly id: string;
  readonly form: string;
  readonly form_version: string;
  readonly client: string;
  readonly session: string | null;
  readonly mode: Mode;
  readonly site: string;
  readonly author: string;
  readonly device: string;
  readonly occurred_on: string;
  readonly recorded_at: string;
  readonly replaces: string | null;
  readonly answers: Answers | null;
}

export type Mode = "home" | "facility" | "group" | "phone" | "chat" | "system";

/** An error of the catalogue: a number, what happened, what to do. */
export interface Problem {
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

/** S51: where an event of this phone stands. */
export type State = "unsent" | "sent" | "problem";

export interface PushResult {
  readonly id: string;
  readonly status: "accepted" | "known" | "refused";
  readonly error?: Problem;
}

export interface PlanReport {
  readonly today: string;
  readonly engine: number;
  readonly version: string;
  readonly hashes: Record<string, string>;
}

export interface PushBody {
  readonly events: readonly CareEvent[];
  readonly plans?: PlanReport;
}

export interface PushAnswer {
  readonly results: readonly PushResult[];
  readonly drift?: readonly string[];
}

export interface Page {
  readonly cursor: string;
  readonly more: boolean;
  readonly events: { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] };
  readonly leave: readonly string[];
  readonly enter: readonly string[];
  readonly programme: string;
}

const FIELDS = [
  "id",
  "form",
  "form_version",
  "client",
  "session",
  "mode",
  "site",
  "author",
  "device",
  "occurred_on",
  "recorded_at",
  "replaces",
  "answers",
] as const;

/** S31: the rows of a page as events; what the server adds (seq) is not part of an event. */
export function eventsOf(page: Page): CareEvent[] {
  const at = FIELDS.map((field) => page.events.columns.indexOf(field));
  return page.events.rows.map((row) => {
    const event = Object.fromEntries(FIELDS.map((field, n) => [field, row[at[n] as number] ?? null]));
    return event as unknown as CareEvent;
  });
}
