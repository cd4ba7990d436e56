/** The compiled form of contract/FORMS.md. */

// biome-ignore lint/suspicious/noExplicitAny: a tree of JSON arrays, read only by evaluate()
export type Expr = readonly [string, ...any[]];

export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly [column: string]: string;
}

export interface Node {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly hint?: string;
  readonly guidance_hint?: string;
  readonly constraint_message?: string;
  readonly required_message?: string;
  readonly relevant?: Expr;
  readonly constraint?: Expr;
  readonly calculation?: Expr;
  readonly choice_filter?: Expr;
  readonly required?: Expr;
  readonly readonly?: Expr;
  readonly default?: Expr;
  /** Names in the bundle's media. */
  readonly media?: { readonly image?: string; readonly audio?: string };
  readonly list?: string;
  readonly range?: { readonly start: number; readonly end: number; readonly step: number };
  readonly repeat_count?: Expr;
  readonly min_rows?: number;
  readonly max_rows?: number;
  readonly value?: string;
  readonly appearance?: readonly string[];
  readonly body?: readonly Node[];
}

export interface Form {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly date_question: string | null;
  readonly for: string | null;
  readonly body: readonly Node[];
  readonly choices: Readonly<Record<string, readonly Choice[]>>;
  /** Data files that are only looked up. */
  readonly data?: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
}

/** A value in an expression; the empty text is "not answered" (FORMS F1). */
export type Value = string | number | boolean | readonly string[];

export type Answers = { [question: string]: unknown };

export type Kind = "required" | "constraint" | "type" | "choice" | "unknown";

export interface Violation {
  readonly path: string;
  readonly kind: Kind;
  readonly message: string;
}

/** Said where the form has no message of its own; msgids of the PO files, as in interpreter/values.py. */
export const MESSAGES: Readonly<Record<Kind, string>> = {
  required: "Please answer this.",
  constraint: "Please check this answer.",
  type: "This answer cannot be read.",
  choice: "Choose one of the answers shown.",
  unknown: "This form does not ask this.",
};
