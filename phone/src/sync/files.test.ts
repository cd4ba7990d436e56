/** S60-S65 over a bad network: the real store and crypto, a server that keeps pieces. */
import "fake-indexeddb/auto";
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { openDatabase, wipe } from "../store/db";
import { Store } from "../store/store";
import type { CareEvent, Problem } from "./event";
import { type FileTransport, namedIn, sendFiles } from "./files";
import { type Failure, TransportError } from "./sync";

const DAY = "2026-11-20";
let made = 0;

async function phone() {
  const database = `files-${++made}`;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const reopen = async () => {
    const store = new Store(await openDatabase(database), key);
    await store.loadHead();
    await store.loadEvents();
    return store;
  };
  return { store: await reopen(), reopen, database };
}

const photo = (n: number, size = 150_000) =>
  new Uint8Array(size).fill(n).map((byte, at) => byte + (at % 251)) as Uint8Array<ArrayBuffer>;

function event(n: number, answers: unknown, over: Partial<CareEvent> = {}): CareEvent {
  const id = `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
  const fixed = { form: "f", form_version: "1", session: null, mode: "home" as const, site: "ZA-GP-X" };
  const who = { author: "a", device: "d", occurred_on: DAY, recorded_at: `${DAY}T08:00:00Z` };
  return {
    id,
    client: "c1",
    ...fixed,
    ...who,
    replaces: null,
    answers: answers as CareEvent["answers"],
    ...over,
  };
}

/** Save an entry with these answers, as the app does. */
async function save(store: Store, n: number, answers: unknown, over: Partial<CareEvent> = {}) {
  const saved = event(n, answers, over);
  await store.save([saved]);
  await store.files.tie([saved]);
  return saved;
}

const accept = (store: Store, ...events: CareEvent[]) =>
  store.settle(events.map(({ id }) => ({ id, status: "accepted" })));

/** Keeps pieces as S62 says; before and after each request the connection may break. */
class Server implements FileTransport {
  readonly whole = new Map<string, Uint8Array>();
  readonly pieces = new Map<string, Uint8Array>();
  requests = 0;
  constructor(private readonly breaks: (request: number) => "before" | "after" | null = () => null) {}

  async put(file: { name: string; size: number }, offset: number, piece: Uint8Array<ArrayBuffer>) {
    const breaks = this.breaks(++this.requests);
    if (breaks === "before") throw new TransportError("unreachable");
    const have = this.keep(file.name, file.size, offset, piece);
    if (breaks === "after") throw new TransportError("unreachable");
    return have;
  }

  private keep(name: string, size: number, offset: number, piece: Uint8Array): number {
    if (this.whole.has(name)) return size;
    const before = this.pieces.get(name) ?? new Uint8Array();
    if (offset !== before.length) return before.length;
    const now = new Uint8Array([...before, ...piece]);
    this.pieces.set(name, now);
    if (now.length === size) this.whole.set(name, now);
    return now.length;
  }
}

const refusing = (failure: Failure, code: string): FileTransport => ({
  put: async () => {
    throw new TransportError(failure, { code, what: "what", remedy: "remedy" } satisfies Problem);
  },
});

test("S60 a file is named after its SHA-256, and sealed: no byte of it is on disk in the clear", async () => {
  const { store, database } = await phone();
  const bytes = photo(1);
  const name = await store.files.keep(bytes, "jpg", DAY);
  expect(name).toBe(`${createHash("sha256").update(bytes).digest("hex")}.jpg`);
  expect(await store.files.bytes(name)).toEqual(bytes);
  const box = (await (await openDatabase(database)).get("files", name)) as Uint8Array;
  expect(Buffer.from(box).includes(Buffer.from(bytes.slice(1_000, 1_032)))).toBe(false);
});

test("S64 nothing is sent before its entry is accepted, nor while it is a draft", async () => {
  const { store } = await phone();
  const name = await store.files.keep(photo(1), "jpg", DAY);
  expect([store.files.unsent(), store.files.waiting()]).toEqual([[], []]);
  const saved = await save(store, 1, { slip: name });
  expect([store.files.unsent().length, store.files.waiting().length]).toEqual([1, 0]);
  await accept(store, saved);
  const server = new Server();
  expect(await sendFiles(store.files, server)).toBe(1);
  expect(server.whole.get(name)).toEqual(photo(1));
  expect(store.files.unsent()).toEqual([]);
});

test("S62 whatever breaks, at every request, each file is whole in the end and none is sent for nothing", async () => {
  for (const when of ["before", "after"] as const)
    for (let at = 1; at <= 6; at += 1) {
      const { store, reopen } = await phone();
      const names = [
        await store.files.keep(photo(1), "jpg", DAY),
        await store.files.keep(photo(2), "jpg", DAY),
      ];
      await accept(store, await save(store, 1, { slip: names[0], rows: [{ more: names[1] }] }));
      const server = new Server((request) => (request === at ? when : null));
      await expect(sendFiles(store.files, server)).rejects.toThrow();
      const again = await reopen(); // the tab was killed, too
      await sendFiles(again.files, server);
      expect([...server.whole.keys()].sort()).toEqual([...names].sort());
      expect((await reopen()).files.unsent()).toEqual([]);
      expect(server.requests).toBeLessThanOrEqual(9); // three pieces a file, and what broke
    }
});

test("S63 a refused file is a problem that a person sees, blocks no other, and goes again when she says so", async () => {
  const { store, reopen } = await phone();
  const [bad, good] = [
    await store.files.keep(photo(1), "jpg", DAY),
    await store.files.keep(photo(2), "jpg", DAY),
  ];
  await accept(store, await save(store, 1, { bad, good }));
  const server = new Server();
  const choking: FileTransport = {
    put: (file, offset, piece) =>
      file.name === bad
        ? refusing("bad_request", "E420").put(file, offset, piece)
        : server.put(file, offset, piece),
  };
  expect(await sendFiles(store.files, choking)).toBe(1);
  const again = await reopen();
  expect(again.files.problems().map((one) => [one.name, one.error?.code])).toEqual([[bad, "E420"]]);
  await again.files.retry(bad);
  expect(await sendFiles(again.files, server)).toBe(1);
});

test("S63 an entry that the server does not know yet makes the file wait, not a problem", async () => {
  const { store } = await phone();
  const name = await store.files.keep(photo(1), "jpg", DAY);
  await accept(store, await save(store, 1, { name }));
  expect(await sendFiles(store.files, refusing("bad_request", "E422"))).toBe(0);
  expect([store.files.problems(), store.files.waiting().length]).toEqual([[], 1]);
});

test("a refused entry's photo goes with the correction that takes its place", async () => {
  const { store } = await phone();
  const name = await store.files.keep(photo(1), "jpg", DAY);
  const wrong = await save(store, 1, { name });
  await store.settle([{ id: wrong.id, status: "refused" }]);
  expect(store.files.waiting()).toEqual([]);
  const right = await save(store, 2, { name }, { replaces: wrong.id });
  await accept(store, right);
  expect(store.files.waiting().map((one) => one.event)).toEqual([right.id]);
});

test("an answer that never comes to an end is a busy server", async () => {
  const { store } = await phone();
  const name = await store.files.keep(photo(1), "jpg", DAY);
  await accept(store, await save(store, 1, { name }));
  let asked = 0;
  const stuck: FileTransport = {
    put: async () => {
      asked += 1;
      return 7;
    },
  };
  await expect(sendFiles(store.files, stuck)).rejects.toMatchObject({ failure: "busy" });
  expect(asked).toBeLessThan(20);
});

test("S65 a client who leaves takes her photos along, once they are sent", async () => {
  const { store, reopen } = await phone();
  const [sent, unsent] = [
    await store.files.keep(photo(1), "jpg", DAY),
    await store.files.keep(photo(2), "jpg", DAY),
  ];
  const [first, second] = [await save(store, 1, { sent }), await save(store, 2, { unsent })];
  await accept(store, first, second);
  await store.files.settle(sent, null);
  await store.storePage([first, second], [], "1");
  await store.storePage([], ["c1"], "2");
  await store.files.tidy([], DAY);
  const again = await reopen();
  expect(await again.files.bytes(sent)).toBeNull();
  const server = new Server();
  expect(await sendFiles(again.files, server)).toBe(1);
  await again.files.tidy([], DAY);
  expect(await again.files.bytes(unsent)).toBeNull();
  expect(server.whole.has(unsent)).toBe(true);
});

test("S65 what no draft and no entry names goes when the app is opened again; what a draft names stays", async () => {
  const { store, reopen } = await phone();
  const names = await Promise.all([1, 2, 3].map((n) => store.files.keep(photo(n), "jpg", DAY)));
  await store.files.tidy([], DAY);
  expect(store.files.get(names[0]!)).toBeDefined(); // just taken: its draft is not written yet
  const again = await reopen();
  await again.save([event(1, { slip: names[2] })]); // and the tab was killed before the photo was tied to it
  const later = await reopen();
  await later.files.tidy([{ answers: { slip: names[1] } }], DAY);
  expect(names.map((name) => later.files.get(name)?.events)).toEqual([undefined, [], [event(1, {}).id]]);
});

test("S65 a photo that was sent stays thirty days", async () => {
  const { store } = await phone();
  const name = await store.files.keep(photo(1), "jpg", DAY);
  await accept(store, await save(store, 1, { name }));
  await store.files.settle(name, null);
  await store.files.tidy([], "2026-12-20");
  expect(store.files.get(name)).toBeDefined();
  await store.files.tidy([], "2026-12-21");
  expect(await store.files.bytes(name)).toBeNull();
});

test("a photo that is taken again while nothing is saved goes at once; one of a saved entry does not", async () => {
  const { store } = await phone();
  const [draft, saved] = [
    await store.files.keep(photo(1), "jpg", DAY),
    await store.files.keep(photo(2), "jpg", DAY),
  ];
  await save(store, 1, { saved });
  await Promise.all([store.files.drop(draft), store.files.drop(saved)]);
  expect([store.files.get(draft), store.files.get(saved)?.name]).toEqual([undefined, saved]);
});

test("writes at the same moment lose nothing", async () => {
  const { store, reopen } = await phone();
  const names = await Promise.all([1, 2, 3, 4].map((n) => store.files.keep(photo(n, 2_000), "jpg", DAY)));
  const saved = event(1, { names });
  await Promise.all([
    store.files.tie([saved]),
    store.files.settle(names[0]!, null),
    store.files.drop(names[9] ?? ""),
  ]);
  const { files } = await reopen();
  expect(names.map((name) => [files.get(name)?.sent, files.get(name)?.events.length])).toEqual([
    [true, 1],
    [false, 1],
    [false, 1],
    [false, 1],
  ]);
});

test("S11 a wiped phone has no photo left", async () => {
  const { store, database } = await phone();
  await store.files.keep(photo(1), "jpg", DAY);
  const db = await openDatabase(database);
  await Promise.all([wipe(db, database), (store as unknown as { db: { close(): void } }).db.close()]);
  expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(database);
});

test("only names of files are found among answers", () => {
  const name = `${"a".repeat(64)}.webm`;
  expect(namedIn({ text: "photo.jpg", rows: [{ said: name }], long: `x${name}` })).toEqual([name]);
  expect(namedIn(null)).toEqual([]);
});
