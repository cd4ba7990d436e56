/**
 * The phone's database. Ciphertext only, but for `plain`: the vault (useless without PIN and device key), wrong PIN
 * counts, and the few neutral words and numbers that the lock screen shows.
 */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Vault } from "../crypto/vault";

export type Sealed = Uint8Array<ArrayBuffer>;

/** What the lock screen may show before anything is unsealed. Nothing here names a person or a programme. */
export interface Shell {
  readonly language: string;
  readonly words: Readonly<Record<string, string>>;
  readonly unsent: number;
}

export interface Attempts {
  readonly wrong: number;
  /** Milliseconds since 1970; no PIN is tried before. */
  readonly notBefore: number;
}

/** Between claiming the code and choosing the PIN: the claim, sealed by a key that only this browser can use. */
export interface Pending {
  readonly key: CryptoKey;
  readonly claim: Sealed;
}

interface Schema extends DBSchema {
  plain: { key: "vault" | "attempts" | "shell" | "pending"; value: Vault | Attempts | Shell | Pending };
  /** identity, cursor, bundle, snapshot, settings, files */
  box: { key: string; value: Sealed };
  /** Pulled events, up to 500 a segment. */
  segments: { key: number; value: Sealed };
  /** Events made here, one a record, until the server gives them back in a pull. */
  tail: { key: string; value: Sealed };
  drafts: { key: string; value: Sealed };
  /** Photos and recordings, by name; the index of them is in the box. */
  files: { key: string; value: Sealed };
}

export type Database = IDBPDatabase<Schema>;

export const NAME = "tsela";

export function openDatabase(name = NAME): Promise<Database> {
  return openDB<Schema>(name, 2, {
    upgrade(db, before) {
      if (before < 1) {
        db.createObjectStore("plain");
        db.createObjectStore("box");
        db.createObjectStore("segments", { autoIncrement: true });
        db.createObjectStore("tail");
        db.createObjectStore("drafts");
      }
      db.createObjectStore("files");
    },
  });
}

/** S11: keys first, in a transaction of their own, then everything. */
export async function wipe(db: Database, name = NAME): Promise<void> {
  await db.clear("plain");
  const stores = ["box", "files", "segments", "tail", "drafts"] as const;
  await Promise.all(stores.map((store) => db.clear(store)));
  db.close();
  await deleteDB(name);
}
