/** When the phone syncs, and what it says about it. */
import type { Store } from "../store/store";
import type { Problem } from "../sync/event";
import { type FileTransport, sendFiles } from "../sync/files";
import { type Failure, type Progress, reportPlans, sync, type Transport, TransportError } from "../sync/sync";
import type { Care } from "./care";
import { moment } from "./clock";

export interface SyncState {
  readonly running: (Omit<Progress, "step"> & { readonly step: Progress["step"] | "files" }) | null;
  readonly failure: Failure | null;
  readonly problem: Problem | null;
  /** The last whole sync; null: never. */
  readonly last: string | null;
  /** Plans that the server works out otherwise (S52). */
  readonly drift: number;
}

const AFTER_SAVE_MS = 2_000;
const EVERY_MS = 5 * 60_000;

export class Syncing {
  state: SyncState = { running: null, failure: null, problem: null, last: null, drift: 0 };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private going: Promise<void> | null = null;

  constructor(
    private readonly store: Store,
    private readonly transport: Transport & FileTransport,
    private readonly care: () => Care | null,
    private readonly tell: () => void,
    private readonly revoked: () => void,
    last: string | null,
  ) {
    this.state = { ...this.state, last };
    addEventListener("online", () => void this.anew());
    this.later(EVERY_MS);
  }

  soon(): void {
    this.later(AFTER_SAVE_MS);
  }

  /** One sync at a time; asking during one waits for it. */
  now(): Promise<void> {
    this.going ??= this.run().finally(() => {
      this.going = null;
      this.later(EVERY_MS);
    });
    return this.going;
  }

  /** What has changed since the going one began, signal or language, is not in it: another follows. */
  anew(): Promise<void> {
    return this.going ? this.going.then(() => this.now()) : this.now();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.set({ running: { step: "push", sent: 0, received: 0 }, failure: null, problem: null });
    const outcome = await sync(this.store, this.transport, (running) => this.set({ running }));
    if (outcome.failure === "revoked") return this.revoked();
    const done = outcome.failure === null;
    const last = done ? moment() : this.state.last;
    this.set({ running: null, failure: outcome.failure, problem: outcome.problem, last });
    if (done) await this.reportPlans();
    if (done) await this.sendFiles();
    await this.care()?.saveSnapshot();
  }

  private async reportPlans(): Promise<void> {
    const care = this.care();
    const report = care?.report();
    if (!care || !report) return;
    try {
      const drift = await reportPlans(this.transport, report);
      care.reported(report);
      this.set({ drift: drift.length });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
    }
  }

  /** S64: after all else; what fails here leaves the sync done. */
  private async sendFiles(): Promise<void> {
    const { files } = this.store;
    if (files.waiting().length === 0) return;
    const tell = (sent: number) => this.set({ running: { step: "files", sent, received: 0 } });
    try {
      tell(0);
      await sendFiles(files, this.transport, tell);
      this.set({ running: null });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (error.failure === "revoked") return this.revoked();
      this.set({ running: null, failure: error.failure, problem: error.problem ?? null });
    }
  }

  private set(change: Partial<SyncState>): void {
    this.state = { ...this.state, ...change };
    this.tell();
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.now(), ms);
  }
}
