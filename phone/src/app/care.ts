/**
 * Everybody's plan, kept on the phone. A client whose events change is planned anew at once, with her mother and
 * babies; the others on their `recheck` day, bit by bit, so that the screen never waits. A sealed snapshot of people
 * and open tasks makes the first screen.
 */
import type { Store } from "../store/store";
import type { CareEvent, PlanReport } from "../sync/event";
import { daysBetween } from "./clock";
import { type Person, personOf } from "./people";
import type { Bundle } from "./programme";
import { asText, type Plan, Planner, planHash, type Task, type Worked } from "./rules";

/** One client as the lists need her. */
export interface Summary {
  readonly person: Person;
  /** Due, overdue, and what comes within two weeks. */
  readonly open: readonly Task[];
  readonly flags: Plan["flags"];
  readonly recheck: string | null;
  readonly planned: string;
  /** Which events it was worked out from. */
  readonly mark: string;
  /** S52; worked out after the plans, which she waits for. */
  readonly hash: string | null;
}

interface Snapshot {
  readonly version: string;
  readonly clients: readonly Summary[];
  readonly told: Readonly<Record<string, string>>;
}

const SOON_DAYS = 14;
const BREATH_MS = 48;
const TELL_MS = 300;

export class Care {
  readonly planner: Planner;
  private readonly summaries = new Map<string, Summary>();
  private readonly stale = new Set<string>();
  private readonly unhashed = new Map<string, Worked>();
  private told: Record<string, string> = {};
  private work: Promise<void> | null = null;

  constructor(
    private readonly store: Store,
    readonly bundle: Bundle,
    private readonly today: () => string,
    private readonly tell: () => void,
  ) {
    this.planner = new Planner(bundle.tables);
  }

  // ---- reading

  everyone(): Summary[] {
    return [...this.summaries.values()];
  }

  summary(client: string): Summary | undefined {
    return this.summaries.get(client);
  }

  person(client: string): Person | undefined {
    return this.summaries.get(client)?.person;
  }

  babiesOf(client: string): Person[] {
    return this.planner.babies(client).flatMap((id) => this.person(id) ?? []);
  }

  /** How many plans are still to be worked out. */
  get waiting(): number {
    return this.stale.size;
  }

  plan(client: string): Plan {
    return asText(this.planner.plan(client, this.today()));
  }

  // ---- keeping up

  async loadSnapshot(): Promise<void> {
    const snapshot = await this.store.get<Snapshot>("snapshot");
    if (snapshot?.version !== this.bundle.version) return;
    for (const summary of snapshot.clients) this.summaries.set(summary.person.id, summary);
    this.told = { ...snapshot.told };
  }

  async saveSnapshot(): Promise<void> {
    const snapshot: Snapshot = { version: this.bundle.version, clients: this.everyone(), told: this.told };
    await this.store.set("snapshot", snapshot);
  }

  /** After the events are loaded: find whose plan is missing, old, or of other events. */
  async review(): Promise<void> {
    const clients = this.store.ledger.clients();
    await inBreaths(clients, (client) => void this.planner.learn(client, this.eventsOf(client)));
    for (const id of this.summaries.keys()) if (this.eventsOf(id).length === 0) this.summaries.delete(id);
    await this.newDay();
  }

  /** Each morning, and after a review. */
  newDay(): Promise<void> {
    for (const client of this.store.ledger.clients()) if (!this.upToDate(client)) this.stale.add(client);
    return this.catchUp();
  }

  /** Some clients' events changed. Few: planned before this returns, so that the next screen is right. */
  refresh(clients: ReadonlySet<string>): Promise<void> {
    for (const client of clients)
      for (const one of this.planner.learn(client, this.eventsOf(client))) this.stale.add(one);
    return this.catchUp();
  }

  private catchUp(): Promise<void> {
    if (this.stale.size === 0) return Promise.resolve();
    this.work ??= this.workThrough();
    return this.work;
  }

  private async workThrough(): Promise<void> {
    const start = performance.now();
    const detail = this.stale.size;
    try {
      while (this.stale.size + this.unhashed.size > 0) {
        await inBreaths(this.stale, (client) => this.replan(client), this.tell);
        performance.measure("plans", { start, detail }); // the first is what bench/phone_speed reads
        this.tell();
        await inBreaths(this.unhashed.keys(), (client) => this.hash(client));
      }
    } finally {
      this.work = null;
      this.tell();
    }
  }

  private replan(client: string): void {
    this.stale.delete(client);
    const person = personOf(this.eventsOf(client));
    if (!person) return void this.summaries.delete(client);
    const plan = this.planner.plan(client, this.today());
    const open = plan.tasks.filter((task) => isOpen(task, plan.today));
    const { today: planned, tasks, flags, recheck } = asText({ ...plan, tasks: open });
    const mark = this.mark(client);
    this.summaries.set(client, { person, open: tasks, flags, recheck, planned, mark, hash: null });
    this.unhashed.set(client, plan);
  }

  private hash(client: string): void {
    const plan = this.unhashed.get(client);
    const summary = this.summaries.get(client);
    this.unhashed.delete(client);
    if (plan && summary) this.summaries.set(client, { ...summary, hash: planHash(plan) });
  }

  /** A plan stands until `recheck`; a summary, which ends after two weeks, for the first of them. */
  private upToDate(client: string): boolean {
    const summary = this.summaries.get(client);
    if (!summary?.hash || summary.mark !== this.mark(client)) return false;
    const age = daysBetween(summary.planned, this.today());
    const changes = summary.recheck !== null && summary.recheck <= this.today();
    return age === 0 || (age > 0 && age < SOON_DAYS - 7 && !changes);
  }

  private mark(client: string): string {
    const events = [client, ...this.planner.linked(client)].flatMap((id) => this.eventsOf(id));
    return `${events.length}:${events.reduce((last, event) => (event.id > last ? event.id : last), "")}`;
  }

  private eventsOf(client: string): CareEvent[] {
    return this.store.ledger.of(client).map((entry) => entry.event);
  }

  // ---- what the server is told (S52)

  /** Hashes that the server has not heard, of clients whose every event is sent; at most `most`. */
  report(most = 200): PlanReport | null {
    const waiting = [...this.store.unsent(), ...this.store.problems().map((entry) => entry.event)];
    const unsure = new Set(waiting.flatMap(({ client }) => [client, ...this.planner.linked(client)]));
    const news = this.everyone().filter(
      ({ person: { id }, hash }) => hash && !unsure.has(id) && this.told[id] !== hash,
    );
    const rows = news.filter((one) => this.upToDate(one.person.id)).slice(0, most);
    if (rows.length === 0) return null;
    const hashes = Object.fromEntries(rows.map(({ person, hash }) => [person.id, hash as string]));
    const { engine, version } = this.bundle.tables;
    return { today: this.today(), engine, version: version ?? this.bundle.version, hashes };
  }

  reported(report: PlanReport): void {
    Object.assign(this.told, report.hashes);
  }
}

/** What the lists show: now, late, or within two weeks. */
function isOpen(task: Worked["tasks"][number], today: number): boolean {
  if (task.status === "due" || task.status === "overdue") return true;
  return task.status === "upcoming" && task.due - today <= SOON_DAYS;
}

/** Do something for each, letting the screen breathe between. What is added meanwhile is done too. */
async function inBreaths(
  clients: Iterable<string>,
  act: (client: string) => void,
  tell = () => {},
): Promise<void> {
  let since = performance.now();
  let told = since;
  for (const client of clients) {
    act(client);
    const now = performance.now();
    if (now - since < BREATH_MS) continue;
    if (now - told > TELL_MS) {
      tell();
      told = now;
    }
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
}
