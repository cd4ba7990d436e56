/** The programme bundle (SPEC S40) as the screens use it. */
import { ENGINE, type Tables } from "../core/engine";
import type { Form, Node } from "../core/forms";
import type { Guide } from "./guides";

export type { Form, Node };

export interface Bundle {
  readonly version: string;
  readonly name: string;
  readonly languages: readonly unknown[];
  readonly tables: Tables;
  readonly forms: Readonly<Record<string, Form>>;
  readonly guides?: readonly Guide[];
  /** Pictures and sounds beside questions, by name, as data URLs. */
  readonly media?: Readonly<Record<string, string>>;
  readonly locales: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly ui?: {
    readonly title?: string;
    readonly steps?: Readonly<Record<string, string>>;
    readonly modes?: Readonly<Record<string, string>>;
  };
}

/** S40: a bundle whose engine is too new is not taken. */
export function runnable(bundle: unknown): boolean {
  const tables = (bundle as Partial<Bundle> | null)?.tables;
  return typeof tables?.engine === "number" && tables.engine <= ENGINE;
}
