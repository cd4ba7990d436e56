/** Photos and recordings on the phone: each sealed by itself, and a sealed index of what is sent and what is not. */
import { parseDate } from "../core/dates";
import { seal, sealBytes, unseal, unsealBytes } from "../crypto/seal";
import type { CareEvent, Problem } from "../sync/event";
import { type FileStore, namedIn, type Waiting } from "../sync/files";
import type { Database } from "./db";
import type { Ledger } from "./ledger";

export interface Kept {
  readonly name: string;
  readonly size: number;
  /** The day it was made. */
  readonly made: string;
  /** The events that name it; none while it belongs to a draft. */
  readonly events: readonly string[];
  readonly sent: boolean;
  readonly error: Problem | null;
}

const INDEX = "files";
const KEEP_SENT_DAYS = 30;

export class Files implements FileStore {
  private kept = new Map<string, Kept>();
  /** Made since the app was opened: its draft may not be written yet. */
  private readonly fresh = new Set<string>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly db: Database,
    private readonly key: CryptoKey,
    private readonly ledger: Ledger,
  ) {}

  async load(): Promise<void> {
    const box = await this.db.get("box", INDEX);
    const all = box ? await unseal<Kept[]>(this.key, `box:${INDEX}`, box) : [];
    this.kept = new Map(all.map((one) => [one.name, one]));
  }

  get(name: string): Kept | undefined {
    return this.kept.get(name);
  }

  /** Saved, and not on the server yet; refused ones are problems. */
  unsent(): Kept[] {
    return this.all().filter((one) => one.events.length > 0 && !one.sent && !one.error);
  }

  problems(): Kept[] {
    return this.all().filter((one) => one.error !== null);
  }

  /** S64: those of which an event is accepted. One whose event left this phone (S33) was accepted before. */
  waiting(): Waiting[] {
    return this.unsent().flatMap(({ name, size, events }) => {
      const event = events.find((id) => (this.ledger.get(id)?.state ?? "sent") === "sent");
      return event ? [{ name, size, event }] : [];
    });
  }

  async bytes(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const box = await this.db.get("files", name);
    return box ? unsealBytes(this.key, `files:${name}`, box) : null;
  }

  /** Seal a new file; on disk when this resolves. Its name is its own SHA-256. */
  async keep(bytes: Uint8Array<ArrayBuffer>, ending: string, made: string): Promise<string> {
    const name = `${await hexDigest(bytes)}.${ending}`;
    const box = await sealBytes(this.key, `files:${name}`, bytes);
    this.fresh.add(name);
    const kept = { name, size: bytes.length, made, events: [], sent: false, error: null };
    await this.write((files) => files.has(name) || files.set(name, kept), { name, box });
    return name;
  }

  /** What was saved names these files; a file that was refused is tried again with it. */
  async tie(events: readonly CareEvent[]): Promise<void> {
    const named = events.flatMap(({ id, answers }) => namedIn(answers).map((name) => [name, id] as const));
    if (!named.some(([name]) => this.kept.has(name))) return;
    await this.write((files) => {
      for (const [name, id] of named) {
        const one = files.get(name);
        if (one && !one.events.includes(id))
          files.set(name, { ...one, events: [...one.events, id], error: null });
      }
    });
  }

  settle(name: string, error: Problem | null): Promise<void> {
    return this.update(name, { sent: error === null, error });
  }

  retry(name: string): Promise<void> {
    return this.update(name, { error: null });
  }

  /** A photo that was taken again, or thrown away: only while no saved entry names it. */
  async drop(name: string): Promise<void> {
    if (this.isLoose(name)) await this.write((files) => files.delete(name));
  }

  /** S65: when all events are loaded, and after each sync. Also ties what a killed tab left untied. */
  async tidy(drafts: readonly unknown[], today: string): Promise<void> {
    if (this.kept.size === 0) return;
    const events = [...this.ledger.all()].map((entry) => entry.event);
    await this.tie(events.filter((event) => namedIn(event.answers).some((name) => this.isLoose(name))));
    const named = new Set(namedIn([events.map((event) => event.answers), drafts]));
    const gone = this.all().filter((one) => {
      if (one.sent) return !named.has(one.name) || daysSince(one.made, today) > KEEP_SENT_DAYS;
      return this.isLoose(one.name) && !named.has(one.name) && !this.fresh.has(one.name);
    });
    if (gone.length > 0)
      await this.write((files) => {
        for (const { name } of gone) files.delete(name);
      });
  }

  private isLoose(name: string): boolean {
    return this.kept.get(name)?.events.length === 0;
  }

  private all(): Kept[] {
    return [...this.kept.values()];
  }

  private update(name: string, over: Partial<Kept>): Promise<void> {
    return this.write((files) => {
      const one = files.get(name);
      if (one) files.set(name, { ...one, ...over });
    });
  }

  /** Index and bytes in one transaction; one write after the other, each on what the last one left. */
  private write(
    edit: (files: Map<string, Kept>) => unknown,
    added?: { name: string; box: Uint8Array<ArrayBuffer> },
  ): Promise<void> {
    const work = async () => {
      const next = new Map(this.kept);
      edit(next);
      const gone = [...this.kept.keys()].filter((name) => !next.has(name));
      const index = await seal(this.key, `box:${INDEX}`, [...next.values()]);
      const tx = this.db.transaction(["files", "box"], "readwrite", { durability: "strict" });
      if (added) void tx.objectStore("files").put(added.box, added.name);
      for (const name of gone) void tx.objectStore("files").delete(name);
      void tx.objectStore("box").put(index, INDEX);
      await tx.done;
      this.kept = next;
    };
    const done = this.queue.then(work, work);
    this.queue = done.catch(() => {});
    return done;
  }
}

function daysSince(made: string, today: string): number {
  return (parseDate(today) ?? 0) - (parseDate(made) ?? 0);
}

async function hexDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
