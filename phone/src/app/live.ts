/** Which events stand (RULES R1, R2), for the screens: the timeline, names, consent. */
import type { CareEvent } from "../sync/event";

/** The id at the start of an event's chain of corrections; null where the chain runs in a circle. */
export function rootOf(event: CareEvent, byId: ReadonlyMap<string, CareEvent>): string | null {
  const seen = new Set<string>();
  let at = event;
  while (at.replaces !== null) {
    if (seen.has(at.id)) return null;
    seen.add(at.id);
    const target = byId.get(at.replaces);
    if (!target) return at.replaces;
    at = target;
  }
  return at.id;
}

export interface Chain {
  readonly root: string;
  /** What stands today; null: voided. */
  readonly live: CareEvent | null;
  /** Every version, oldest first. */
  readonly versions: readonly CareEvent[];
}

/** The events of one client as chains of corrections. */
export function chains(events: readonly CareEvent[]): Chain[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const replaced = new Set(events.map((event) => event.replaces));
  const groups = new Map<string, CareEvent[]>();
  for (const event of events) {
    const root = rootOf(event, byId);
    if (root !== null) groups.set(root, [...(groups.get(root) ?? []), event]);
  }
  return [...groups].map(([root, group]) => {
    const versions = group.sort((a, b) => (a.id < b.id ? -1 : 1));
    const last = versions.filter((event) => !replaced.has(event.id)).at(-1);
    return { root, live: last?.answers ? last : null, versions };
  });
}

export function liveEvents(events: readonly CareEvent[]): CareEvent[] {
  return chains(events).flatMap((chain) => (chain.live ? [chain.live] : []));
}
