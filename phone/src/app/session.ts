/** The open app: who she is, her record and plans, and the verbs that the screens call. */
import type { Draft } from "../store/store";
import type { Answers, CareEvent, Mode } from "../sync/event";
import { type Claim, httpTransport } from "../sync/transport";
import { type Registration, withInfants } from "./births";
import { Care } from "./care";
import { moment, today } from "./clock";
import type { Device, Unlocked } from "./device";
import { uuid7 } from "./ids";
import { hasWords } from "./languages";
import { chains, liveEvents } from "./live";
import type { Bundle, Form } from "./programme";
import { Syncing } from "./syncing";
import { shellWords, speak } from "./words";

export interface Settings {
  readonly language: string;
  readonly mode: Mode;
  readonly site: string;
  readonly lastSync: string | null;
}

/** A form that was begun and not saved. */
export interface FormDraft extends Draft {
  readonly form: string;
  readonly clients: readonly string[];
  readonly name: string;
  readonly answers: Answers;
  readonly page: number;
  readonly mode: Mode;
  readonly replaces: string | null;
  readonly saved: string;
}

/** What a form gives when it is saved: one event for each client. */
export interface Entry {
  readonly form: Form;
  readonly clients: readonly string[];
  readonly answers: Answers;
  readonly mode: Mode;
  readonly replaces: string | null;
  readonly draft: string;
}

export class Session {
  care: Care | null = null;
  drafts: FormDraft[] = [];
  /** Share of the record that is loaded; 1: all. */
  loaded = 0;
  settings: Settings;
  readonly store;
  readonly identity: Claim;
  readonly sync: Syncing;
  private shownDay = today();

  constructor(
    readonly device: Device,
    unlocked: Unlocked,
    private readonly tell: () => void,
    revoked: () => void,
  ) {
    this.store = unlocked.store;
    this.identity = unlocked.identity;
    this.settings = {
      language: this.identity.staff.language || "en",
      mode: "home",
      site: this.sites[0] ?? "",
      lastSync: null,
    };
    this.sync = new Syncing(
      this.store,
      httpTransport(this.identity.token, () => this.settings.language),
      () => this.care,
      () => this.synced(),
      revoked,
      null,
    );
    this.store.complete = (bundle) => hasWords(bundle as Bundle, this.settings.language);
    this.store.changed = (clients) => this.eventsChanged(clients);
  }

  get sites(): string[] {
    return this.identity.staff.sites.map((site) => (typeof site === "string" ? site : site.code));
  }

  get bundle(): Bundle | null {
    return this.care?.bundle ?? null;
  }

  // ---- opening

  /** The first screen from the snapshot, then everything else behind it. */
  async open(): Promise<void> {
    this.settings = { ...this.settings, ...(await this.store.get<Settings>("settings")) };
    this.sync.state = { ...this.sync.state, last: this.settings.lastSync };
    await this.store.loadHead();
    this.drafts = await this.store.drafts<FormDraft>();
    this.takeProgramme();
    await this.care?.loadSnapshot();
    this.tell();
    void this.openRest();
  }

  private async openRest(): Promise<void> {
    await this.store.loadEvents((share) => {
      this.loaded = share * 0.99;
    });
    this.loaded = 1;
    await this.store.files.tidy(this.drafts, today());
    await this.care?.review();
    this.tell();
    await this.sync.now();
  }

  private takeProgramme(): void {
    const bundle = this.store.bundle<Bundle>();
    if (!bundle) return;
    this.care = new Care(this.store, bundle, today, this.tell);
    this.speak();
  }

  private speak(): void {
    if (!hasWords(this.bundle, this.settings.language)) return; // what was spoken goes on until they come
    const words = this.bundle?.locales[this.settings.language] ?? {};
    speak(this.settings.language, words);
    void this.device.saveShell({
      language: this.settings.language,
      words: shellWords(words),
      unsent: this.unsentCount(),
    });
  }

  private unsentCount(): number {
    const { store } = this;
    return store.unsent().length + store.problems().length + store.files.unsent().length;
  }

  // ---- what happens

  private eventsChanged(clients: ReadonlySet<string> | null): void {
    if (clients === null) {
      this.takeProgramme();
      void this.care?.review();
    } else void this.care?.refresh(clients);
    this.tell();
  }

  private synced(): void {
    const { last } = this.sync.state;
    if (last !== this.settings.lastSync) {
      void this.change({ lastSync: last });
      void this.store.files.tidy(this.drafts, today());
    }
    this.tell();
  }

  /** The app was brought back, perhaps on another day. */
  async resume(): Promise<void> {
    if (this.shownDay !== today()) {
      this.shownDay = today();
      await this.care?.newDay();
    }
    this.tell();
    this.sync.soon();
  }

  async change(settings: Partial<Settings>): Promise<void> {
    this.settings = { ...this.settings, ...settings };
    await this.store.set("settings", this.settings);
    this.speak();
    this.tell();
    if (settings.language && !hasWords(this.bundle, settings.language)) void this.sync.anew();
  }

  // ---- drafts

  async keepDraft(draft: FormDraft): Promise<void> {
    this.drafts = [...this.drafts.filter((one) => one.id !== draft.id), draft];
    await this.store.saveDraft(draft);
  }

  async dropDraft(id: string): Promise<void> {
    this.drafts = this.drafts.filter((one) => one.id !== id);
    await this.store.deleteDraft(id);
    this.tell();
  }

  // ---- writing

  /** Save what was entered. On disk when this resolves; plans are new; sync follows by itself. */
  async save(entry: Entry): Promise<void> {
    const session = entry.clients.length > 1 ? uuid7() : null;
    const events = entry.clients.flatMap((client) => this.eventsFor(entry, client, session));
    await this.store.save(events, entry.draft);
    await this.store.files.tie(events);
    this.drafts = this.drafts.filter((one) => one.id !== entry.draft);
    await this.settled();
    if (entry.mode !== this.settings.mode && entry.mode !== "group") await this.change({ mode: entry.mode });
  }

  /** S1: an entry that should not be there. Its history stays. */
  async remove(event: CareEvent): Promise<void> {
    const form = this.bundle?.forms[event.form];
    const version = form?.version ?? event.form_version;
    const base = { form: event.form, form_version: version, client: event.client, session: event.session };
    const births =
      event.form === "pregnancy_outcome" ? this.births(event.client, {}, event.id).registrations : [];
    const registrations = births.map((one) => this.registration(one));
    await this.store.save([
      this.event({ ...base, mode: event.mode, replaces: event.id, answers: null }),
      ...registrations,
    ]);
    await this.settled();
  }

  private async settled(): Promise<void> {
    await this.care?.saveSnapshot();
    await this.device.saveShell({
      ...((await this.device.shell()) ?? { language: "en", words: {} }),
      unsent: this.unsentCount(),
    });
    this.sync.soon();
    this.tell();
  }

  private eventsFor(entry: Entry, client: string, session: string | null): CareEvent[] {
    const { form, mode, replaces } = entry;
    const birth = form.id === "pregnancy_outcome" ? this.births(client, entry.answers, replaces) : null;
    const answers = birth?.answers ?? entry.answers;
    const before = replaces ? this.store.ledger.get(replaces)?.event : null;
    const tied = session ?? before?.session ?? null;
    const base = {
      form: form.id,
      form_version: form.version,
      client,
      mode,
      replaces,
      answers,
      session: tied,
    };
    const day =
      typeof answers[form.date_question ?? ""] === "string"
        ? (answers[form.date_question ?? ""] as string)
        : "";
    const occurred_on = day && day <= today() ? day : (before?.occurred_on ?? today());
    const registrations = (birth?.registrations ?? []).map((one) => this.registration(one));
    return [this.event({ ...base, occurred_on }), ...registrations];
  }

  private births(client: string, answers: Answers, replaces: string | null) {
    const before = replaces ? (this.store.ledger.get(replaces)?.event.answers ?? null) : null;
    const mother = { id: client, answers: this.registrationOf(client)?.answers ?? {} };
    const known = (infant: string) => this.registrationOf(infant)?.answers ?? null;
    return withInfants(answers, mother, uuid7, before, known);
  }

  private registration({ client, answers }: Registration): CareEvent {
    const version = this.bundle?.forms.registration?.version ?? "unknown";
    const replaces = this.registrationOf(client)?.id ?? null;
    const base = { form: "registration", form_version: version, client, session: null, replaces, answers };
    return this.event({ ...base, mode: this.settings.mode });
  }

  private event(
    over: Partial<CareEvent> &
      Pick<CareEvent, "form" | "form_version" | "client" | "session" | "mode" | "replaces" | "answers">,
  ): CareEvent {
    const { staff, device } = this.identity;
    const who = { site: this.settings.site, author: staff.id, device };
    return { id: uuid7(), ...who, occurred_on: today(), recorded_at: moment(), ...over };
  }

  // ---- reading

  eventsOf(client: string): CareEvent[] {
    return this.store.ledger.of(client).map((entry) => entry.event);
  }

  registrationOf(client: string): CareEvent | null {
    return (
      liveEvents(this.eventsOf(client))
        .filter((event) => event.form === "registration")
        .at(-1) ?? null
    );
  }

  chainsOf(client: string) {
    return chains(this.eventsOf(client));
  }
}
