/**
 * Sync (SPEC S50): push until nothing is unsent, pull until nothing is new, then the programme if it changed.
 *
 * Pure: it knows the network and the store only by the two interfaces below. Every step can be cut at any moment
 * and repeated; nothing here remembers anything that the store does not.
 */
import {
  type CareEvent,
  eventsOf,
  type Page,
  type PlanReport,
  type Problem,
  type PushAnswer,
  type PushBody,
  type PushResult,
} from "./event";

export interface Transport {
  push(body: PushBody): Promise<PushAnswer>;
  /** One page after the cursor; null for "nothing new" (204). */
  pull(cursor: string | null): Promise<Page | null>;
  /** The programme bundle and its tag; null where the tag is still the given one (304). */
  programme(tag: string | null): Promise<{ tag: string; bundle: unknown } | null>;
}

export interface SyncStore {
  unsent(): readonly CareEvent[];
  cursor(): string | null;
  programmeVersion(): string | null;
  programmeTag(): string | null;
  /** S51: mark each result's event as sent or as a problem; an id not among the results stays unsent. */
  settle(results: readonly PushResult[]): Promise<void>;
  /** S35: rows, leavings and cursor in one transaction. */
  storePage(events: readonly CareEvent[], leave: readonly string[], cursor: string): Promise<void>;
  /** S33: once a pull is complete, let go of what was sent and not given back: it is outside her scope. */
  letGo(): Promise<void>;
  storeProgramme(bundle: unknown, tag: string): Promise<void>;
}

/** Why a request gave no answer. `unreachable`: nobody can say whether the server saw it. */
export type Failure = "unreachable" | "busy" | "bad_request" | "unknown_device" | "forbidden" | "revoked";

export class TransportError extends Error {
  constructor(
    readonly failure: Failure,
    readonly problem?: Problem,
  ) {
    super(problem?.what ?? failure);
  }
}

export interface Progress {
  readonly step: "push" | "pull" | "programme";
  readonly sent: number;
  readonly received: number;
}

export interface Outcome extends Progress {
  /** null: all done. */
  readonly failure: Failure | null;
  readonly problem: Problem | null;
}

const MOST_EVENTS = 200;
const MOST_BYTES = 1_000_000; // S20 says 1 MiB; the rest is for the envelope

/** One whole sync. Never throws for a network or server failure: it tells how far it came. */
export async function sync(
  store: SyncStore,
  transport: Transport,
  tell: (progress: Progress) => void = () => {},
): Promise<Outcome> {
  const run = { step: "push" as Progress["step"], sent: 0, received: 0 };
  const report = (step: Progress["step"]) => tell({ ...Object.assign(run, { step }) });
  try {
    report("push");
    run.sent = await pushAll(store, transport, (sent) => {
      run.sent = sent;
      report("push");
    });
    report("pull");
    const newest = await pullAll(store, transport, (received) => {
      run.received += received;
      report("pull");
    });
    if (newest === null || newest !== store.programmeVersion()) {
      report("programme");
      const fresh = await transport.programme(store.programmeTag());
      if (fresh !== null) await store.storeProgramme(fresh.bundle, fresh.tag);
    }
    return { ...run, failure: null, problem: null };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { ...run, failure: error.failure, problem: error.problem ?? null };
  }
}

/** S52: after a complete sync, what this phone's rules say; gives the clients whose plan the server sees otherwise. */
export async function reportPlans(transport: Transport, plans: PlanReport): Promise<readonly string[]> {
  const answer = await transport.push({ events: [], plans });
  return answer.drift ?? [];
}

async function pushAll(
  store: SyncStore,
  transport: Transport,
  tell: (sent: number) => void,
): Promise<number> {
  let sent = 0;
  for (;;) {
    const waiting = store.unsent();
    if (waiting.length === 0) return sent;
    const settled = await pushBatch(store, transport, batch(waiting));
    if (settled === 0) throw new TransportError("busy"); // an answer that says nothing about our events
    sent += settled;
    tell(sent);
  }
}

/** As many events from the front as S20 allows; always at least one. */
export function batch(events: readonly CareEvent[]): readonly CareEvent[] {
  let bytes = 0;
  const end = events.findIndex((event, n) => {
    bytes += new TextEncoder().encode(JSON.stringify(event)).length + 1;
    return n > 0 && (n >= MOST_EVENTS || bytes > MOST_BYTES);
  });
  return end < 0 ? events : events.slice(0, end);
}

/**
 * Send one batch and settle it. A batch that the server cannot read (S25) is halved until the bad event stands
 * alone; that one becomes a problem that a person can act on, and blocks no other (S22).
 */
async function pushBatch(
  store: SyncStore,
  transport: Transport,
  events: readonly CareEvent[],
): Promise<number> {
  try {
    const { results } = await transport.push({ events });
    const ours = new Set(events.map((event) => event.id));
    const known = results.filter((result) => ours.has(result.id));
    await store.settle(known);
    return known.length;
  } catch (error) {
    if (!(error instanceof TransportError) || error.failure !== "bad_request") throw error;
    const [only] = events;
    if (events.length === 1 && only) {
      await store.settle([{ id: only.id, status: "refused", error: error.problem ?? UNREADABLE }]);
      return 1;
    }
    const half = Math.ceil(events.length / 2);
    const first = await pushBatch(store, transport, events.slice(0, half));
    return first + (await pushBatch(store, transport, events.slice(half)));
  }
}

const UNREADABLE: Problem = {
  code: "E400",
  what: "The server could not read this entry.",
  remedy: "Open the entry and save it again; if it stays here, tell your coordinator.",
};

/** Gives the version of the programme that the last page named; null where nothing was new, so that no page said it. */
async function pullAll(store: SyncStore, transport: Transport, tell: (received: number) => void) {
  let newest: string | null = null;
  for (;;) {
    const page = await transport.pull(store.cursor());
    if (page !== null) {
      const events = eventsOf(page);
      await store.storePage(events, page.leave, page.cursor);
      newest = page.programme;
      tell(events.length);
      if (page.more) continue;
    }
    await store.letGo();
    return newest;
  }
}
