/** What lies on the phone: nothing that a person could read without the PIN. */
import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { createVault } from "../crypto/vault";
import type { CareEvent } from "../sync/event";
import { openDatabase, wipe } from "./db";
import { Store } from "./store";

const SECRET = "Nomsa Dlamini";

function event(id: string): CareEvent {
  const who = {
    client: "c",
    site: "ZA-GP-X",
    author: "a",
    device: "d",
    mode: "home" as const,
    session: null,
  };
  const what = {
    form: "hiv_test",
    form_version: "1",
    replaces: null,
    answers: { result: "positive", name: SECRET },
  };
  return { id, ...who, ...what, occurred_on: "2026-01-01", recorded_at: "2026-01-01T08:00:00Z" };
}

async function filled(name: string) {
  const db = await openDatabase(name);
  const { vault, key } = await createVault("480257");
  await db.put("plain", vault, "vault");
  const store = new Store(db, key);
  await store.set("identity", { token: "secret-token", name: SECRET });
  await store.save([event("1")]);
  await store.storePage([event("2")], [], "cursor-7");
  await store.storeProgramme({ version: "hiv_positive" }, "tag");
  await store.set("snapshot", [SECRET]);
  await store.saveDraft({ id: "hiv_test:c", answers: { name: SECRET } } as { id: string });
  return { db, store, vault };
}

/** Every key and value of every store as text, byte for byte. */
async function everything(db: Awaited<ReturnType<typeof openDatabase>>): Promise<string> {
  const stores = [...db.objectStoreNames];
  const parts = await Promise.all(stores.flatMap((name) => [db.getAllKeys(name), db.getAll(name)]));
  const bytes = (value: unknown): string => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
    if (value && typeof value === "object" && !(value instanceof CryptoKey))
      return Object.values(value).map(bytes).join("|");
    return String(value);
  };
  return parts.flat().map(bytes).join("\n");
}

test("names, results, token, cursor, programme and drafts lie on the phone as ciphertext only", async () => {
  const { db } = await filled("rest");
  const text = await everything(db);
  expect(text.length).toBeGreaterThan(500);
  for (const word of [SECRET, "positive", "hiv", "secret-token", "cursor-7", "answers"])
    expect(text).not.toContain(word);
});

test("a draft goes in the same step in which its entry is saved", async () => {
  const { store } = await filled("draft");
  await store.save([event("3")], "hiv_test:c");
  expect(await store.drafts()).toEqual([]);
});

test("after a wipe there is neither key nor data (S11)", async () => {
  const { db } = await filled("wiped");
  await wipe(db, "wiped");
  expect(await everything(await openDatabase("wiped"))).toBe("");
});
