/**
 * The phone's record: every event in memory (the ledger), the sealed copy on disk.
 *
 * Sealing is asynchronous, and an IndexedDB transaction ends at the first pause: so each write seals first and then
 * stores all it has in one transaction. Writes run one after another.
 */
import { seal, unseal } from "../crypto/seal";
import type { CareEvent, Problem, PushResult, State } from "../sync/event";
import type { SyncStore } from "../sync/sync";
import type { Database, Sealed } from "./db";
import { Files } from "./files";
import { type Entry, Ledger } from "./ledger";

/** An entry of the tail as it is sealed. */
interface TailRecord {
  readonly event: CareEvent;
  readonly state: State;
  readonly error: Problem | null;
  readonly given?: boolean;
}

/** What a segment is to hold from now on. */
type Segments = Map<number, readonly CareEvent[]>;

export interface Draft {
  readonly id: string;
}

type Boxed = "identity" | "cursor" | "bundle" | "snapshot" | "settings";

export const SEGMENT_EVENTS = 500;

interface Kept {
  readonly version: string;
  readonly locales?: Readonly<Record<string, unknown>>;
}

interface Programme {
  readonly tag: string | null;
  readonly bundle: Kept | null;
}

export class Store implements SyncStore {
  readonly ledger = new Ledger();
  readonly files: Files;
  /** Called after each write with the clients whose events changed; null: the programme did. */
  changed: (clients: ReadonlySet<string> | null) => void = () => {};
  /** Whether a bundle has all that this phone needs now; one that has not is asked for anew, like a newer one. */
  complete: (bundle: unknown) => boolean = () => true;
  private queue: Promise<unknown> = Promise.resolve();
  private cursorNow: string | null = null;
  private programme: Programme = { tag: null, bundle: null };

  constructor(
    private readonly db: Database,
    private readonly key: CryptoKey,
    private readonly runnable: (bundle: unknown) => boolean = () => true,
  ) {
    this.files = new Files(db, key, this.ledger);
  }

  // ---- reading

  unsent(): CareEvent[] {
    return this.ledger.waiting("unsent").map((entry) => entry.event);
  }

  /** S22: what the server refused and nobody has put right yet. */
  problems(): Entry[] {
    const refused = this.ledger.waiting("problem");
    if (refused.length === 0) return refused;
    const corrected = new Set([...this.ledger.all()].map((entry) => entry.event.replaces));
    return refused.filter(({ event }) => !corrected.has(event.id));
  }

  cursor(): string | null {
    return this.cursorNow;
  }

  programmeVersion(): string | null {
    const { bundle } = this.programme;
    return bundle && this.complete(bundle) ? bundle.version : null;
  }

  programmeTag(): string | null {
    return this.programme.tag;
  }

  bundle<T>(): T | null {
    return this.programme.bundle as T | null;
  }

  // ---- loading

  /** The programme and the cursor: with the snapshot, enough for the first screen. */
  async loadHead(): Promise<void> {
    this.cursorNow = await this.get<string>("cursor");
    await this.files.load();
    this.programme = (await this.get<Programme>("bundle")) ?? this.programme;
  }

  /** Every event, segment by segment; the screen stays alive between two of them. */
  async loadEvents(tell: (share: number) => void = () => {}): Promise<void> {
    const segments = await this.db.getAllKeys("segments");
    for (const [n, segment] of segments.entries()) {
      const box = (await this.db.get("segments", segment)) as Sealed;
      this.admit(segment, await unseal<CareEvent[]>(this.key, `segments:${segment}`, box));
      tell((n + 1) / segments.length);
    }
    const [ids, boxes] = await Promise.all([this.db.getAllKeys("tail"), this.db.getAll("tail")]);
    const records = await Promise.all(
      boxes.map((box, n) => unseal<TailRecord>(this.key, `tail:${ids[n]}`, box)),
    );
    for (const record of records) this.ledger.put({ ...record, segment: null });
  }

  private admit(segment: number, events: readonly CareEvent[]): void {
    for (const event of events) this.ledger.put({ event, state: "sent", error: null, segment });
  }

  // ---- the events made here

  /** Save new events, all or none, on disk before this resolves; the draft that they came from goes with them. */
  save(events: readonly CareEvent[], draft: string | null = null): Promise<void> {
    return this.inTurn(() => this.writeTail(events.map(asUnsent).map(this.asGiven), draft));
  }

  /** S51. An event that a pull has meanwhile given back is the server's already. */
  settle(results: readonly PushResult[]): Promise<void> {
    return this.inTurn(() => {
      const ours = results.filter((result) => this.ledger.get(result.id)?.segment === null);
      const records = ours.map((result) => settled(this.ledger.get(result.id)!.event, result));
      return this.writeTail(records.map(this.asGiven));
    });
  }

  /** What was known of an entry to have been given back stays known, whatever becomes of it. */
  private readonly asGiven = (record: TailRecord): TailRecord =>
    this.ledger.get(record.event.id)?.given ? { ...record, given: true } : record;

  /** A person asks to send refused events again. */
  retry(ids: readonly string[]): Promise<void> {
    return this.save(ids.map((id) => this.ledger.get(id)!.event));
  }

  private async writeTail(records: readonly TailRecord[], draft: string | null = null): Promise<void> {
    const boxes = await Promise.all(records.map((record) => this.sealAt("tail", record.event.id, record)));
    const done = draft === null ? null : await opaque(draft);
    const tx = this.db.transaction(["tail", "drafts"], "readwrite", { durability: "strict" });
    for (const [n, record] of records.entries()) void tx.objectStore("tail").put(boxes[n]!, record.event.id);
    if (done !== null) void tx.objectStore("drafts").delete(done);
    await tx.done;
    for (const record of records) this.ledger.put({ ...record, segment: null });
    this.changed(new Set(records.map((record) => record.event.client)));
  }

  // ---- the events that a pull brings

  /** S33-S35. Our own events that the server gives back move from the tail into a segment. */
  storePage(events: readonly CareEvent[], leave: readonly string[], cursor: string): Promise<void> {
    return this.inTurn(async () => {
      const gone = new Set(leave);
      const leaving = leave
        .flatMap((client) => this.ledger.of(client))
        .filter((entry) => entry.state === "sent");
      const fresh = this.newHere(events, gone);
      const segments = this.laidOut(fresh, leaving);
      const marked = this.marked(events, leave);
      await this.writePage(segments, [...fresh, ...leaving.map((entry) => entry.event)], marked, cursor);
      for (const { event } of leaving) this.ledger.drop(event.id);
      for (const record of marked) this.ledger.put({ ...record, segment: null });
      for (const [segment, held] of segments) this.admit(segment, held);
      this.changed(new Set([...gone, ...fresh.map((event) => event.client)]));
    });
  }

  /** S33. Everything of ours was settled before the pull began; a pull gives back all that she may see (S34). */
  letGo(): Promise<void> {
    return this.inTurn(async () => {
      const gone = this.ledger.waiting("sent").flatMap((entry) => (entry.given ? [] : [entry.event]));
      if (gone.length === 0) return;
      const tx = this.db.transaction("tail", "readwrite", { durability: "strict" });
      for (const event of gone) void tx.store.delete(event.id);
      await tx.done;
      for (const event of gone) this.ledger.drop(event.id);
      this.changed(new Set(gone.map((event) => event.client)));
    });
  }

  /** Entries of ours that stay in the tail: those that this page gave back, and those whose client left before. */
  private marked(events: readonly CareEvent[], leave: readonly string[]): TailRecord[] {
    const given = new Set(events.map((event) => event.id));
    const gone = new Set(leave);
    return this.ledger
      .waiting("problem")
      .concat(this.ledger.waiting("unsent"))
      .map(({ segment: _, ...record }) => {
        const now = record.state === "problem" && given.has(record.event.id);
        return { ...record, given: now || (record.given === true && !gone.has(record.event.client)) };
      })
      .filter((record) => record.given !== (this.ledger.get(record.event.id)!.given === true));
  }

  private async writePage(
    segments: Segments,
    settledTail: readonly CareEvent[],
    marked: readonly TailRecord[],
    cursor: string,
  ): Promise<void> {
    const sealed = [...segments].map(
      async ([n, held]) => [n, await this.sealAt("segments", n, held)] as const,
    );
    const kept = marked.map((record) => this.sealAt("tail", record.event.id, record));
    const [boxes, tails, mark] = await Promise.all([
      Promise.all(sealed),
      Promise.all(kept),
      this.sealAt("box", "cursor", cursor),
    ]);
    const tx = this.db.transaction(["segments", "tail", "box"], "readwrite", { durability: "strict" });
    for (const [segment, box] of boxes) void tx.objectStore("segments").put(box, segment);
    for (const event of settledTail) void tx.objectStore("tail").delete(event.id);
    for (const [n, { event }] of marked.entries()) void tx.objectStore("tail").put(tails[n]!, event.id);
    void tx.objectStore("box").put(mark, "cursor");
    await tx.done;
    this.cursorNow = cursor;
  }

  /** S34: what a pull repeats is kept once. A problem of ours stays ours until a person has dealt with it. */
  private newHere(events: readonly CareEvent[], gone: ReadonlySet<string>): CareEvent[] {
    const once = new Map(events.map((event) => [event.id, event]));
    return [...once.values()].filter((event) => {
      const known = this.ledger.get(event.id);
      if (known === undefined || known.state === "problem") return known === undefined;
      return known.segment === null || gone.has(event.client);
    });
  }

  /** The segments that change: those that lose clients, the last one if it has room, and new ones. */
  private laidOut(fresh: readonly CareEvent[], leaving: readonly Entry[]): Segments {
    const segments: Segments = new Map();
    const lost = new Set(leaving.map((entry) => entry.event.id));
    for (const { segment } of leaving)
      if (segment !== null)
        segments.set(
          segment,
          this.ledger.in(segment).filter((event) => !lost.has(event.id)),
        );
    const last = this.ledger.lastSegment();
    const rest = [...fresh];
    if (rest.length > 0 && last.size < SEGMENT_EVENTS) {
      const held = segments.get(last.segment) ?? this.ledger.in(last.segment);
      segments.set(last.segment, [...held, ...rest.splice(0, SEGMENT_EVENTS - held.length)]);
    }
    for (let n = last.segment + 1; rest.length > 0; n += 1) segments.set(n, rest.splice(0, SEGMENT_EVENTS));
    return segments;
  }

  /** S40: a bundle that this app cannot run is not taken; its tag is, so that it is not fetched again and again. */
  async storeProgramme(bundle: unknown, tag: string): Promise<void> {
    const before = this.programme.bundle;
    const taken = this.runnable(bundle) ? withEarlierWords(bundle as Kept, before) : before;
    const next = { tag, bundle: taken };
    await this.set("bundle", next);
    const news = next.bundle !== this.programme.bundle;
    this.programme = next;
    if (news) this.changed(null);
  }

  // ---- small sealed things

  async get<T>(name: Boxed): Promise<T | null> {
    const box = await this.db.get("box", name);
    return box ? unseal<T>(this.key, `box:${name}`, box) : null;
  }

  async set(name: Boxed, value: unknown): Promise<void> {
    await this.db.put("box", await this.sealAt("box", name, value), name);
  }

  async saveDraft(draft: Draft): Promise<void> {
    const key = await opaque(draft.id);
    await this.db.put("drafts", await this.sealAt("drafts", key, draft), key);
  }

  async drafts<T extends Draft>(): Promise<T[]> {
    const [ids, boxes] = await Promise.all([this.db.getAllKeys("drafts"), this.db.getAll("drafts")]);
    return Promise.all(boxes.map((box, n) => unseal<T>(this.key, `drafts:${ids[n]}`, box)));
  }

  async deleteDraft(id: string): Promise<void> {
    await this.db.delete("drafts", await opaque(id));
  }

  private sealAt(store: string, id: string | number, value: unknown): Promise<Sealed> {
    return seal(this.key, `${store}:${id}`, value);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.queue.then(work, work);
    this.queue = next.catch(() => {});
    return next;
  }
}

/** A draft is named after its form and client; the database's keys are not sealed, so they say neither. */
async function opaque(id: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function asUnsent(event: CareEvent): TailRecord {
  return { event, state: "unsent", error: null };
}

function settled(event: CareEvent, result: PushResult): TailRecord {
  const refused = result.status === "refused";
  return { event, state: refused ? "problem" : "sent", error: refused ? (result.error ?? null) : null };
}

/** S40: the words of other languages that came with the same version stay. */
function withEarlierWords(fresh: Kept, before: Kept | null): Kept {
  return before?.version === fresh.version
    ? { ...fresh, locales: { ...before.locales, ...fresh.locales } }
    : fresh;
}
