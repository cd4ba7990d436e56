/** The events of the phone in memory: by id, by client, and by the place on disk that holds them. */
import type { CareEvent, Problem, State } from "../sync/event";

export interface Entry {
  readonly event: CareEvent;
  readonly state: State;
  readonly error: Problem | null;
  /** The segment that holds it; null: the tail, where events stay until the server gives them back. */
  readonly segment: number | null;
  /** A pull brought an event of this id while ours was a problem: it will not be given back again. */
  readonly given?: boolean;
}

export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly byClient = new Map<string, Set<string>>();
  private readonly bySegment = new Map<number, Set<string>>();
  private readonly tail = new Set<string>();

  get size(): number {
    return this.entries.size;
  }

  get(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  all(): Iterable<Entry> {
    return this.entries.values();
  }

  clients(): string[] {
    return [...this.byClient.keys()];
  }

  of(client: string): Entry[] {
    return this.pick(this.byClient.get(client));
  }

  in(segment: number): CareEvent[] {
    return this.pick(this.bySegment.get(segment)).map((entry) => entry.event);
  }

  /** Entries of the tail in one state, oldest first. */
  waiting(state: State): Entry[] {
    return this.pick([...this.tail].sort()).filter((entry) => entry.state === state);
  }

  /** The newest segment and how many events it holds. */
  lastSegment(): { segment: number; size: number } {
    const segment = Math.max(0, ...this.bySegment.keys());
    return { segment, size: this.bySegment.get(segment)?.size ?? Number.POSITIVE_INFINITY };
  }

  put(entry: Entry): void {
    const { id, client } = entry.event;
    this.drop(id);
    this.entries.set(id, entry);
    add(this.byClient, client, id);
    if (entry.segment === null) this.tail.add(id);
    else add(this.bySegment, entry.segment, id);
  }

  drop(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    this.tail.delete(id);
    remove(this.byClient, entry.event.client, id);
    if (entry.segment !== null) remove(this.bySegment, entry.segment, id);
  }

  private pick(ids: Iterable<string> = []): Entry[] {
    return [...ids].map((id) => this.entries.get(id) as Entry);
  }
}

function add<K>(map: Map<K, Set<string>>, key: K, id: string): void {
  const ids = map.get(key);
  if (ids) ids.add(id);
  else map.set(key, new Set([id]));
}

function remove<K>(map: Map<K, Set<string>>, key: K, id: string): void {
  const ids = map.get(key);
  ids?.delete(id);
  if (ids?.size === 0) map.delete(key);
}
