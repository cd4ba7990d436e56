/** Sync: what is only on this phone, what the server has, what needs her. */
import type { ComponentChildren } from "preact";
import { today } from "../app/clock";
import { goInstead } from "../app/route";
import type { SyncState } from "../app/syncing";
import { dayText, t } from "../app/words";
import type { Kept } from "../store/files";
import type { Entry } from "../store/ledger";
import { useRoom, useSession } from "./context";
import { Icon, Page } from "./kit";

export function SyncPage() {
  const { session } = useRoom();
  const { state } = session.sync;
  const unsent = session.store.unsent().length;
  const problems = session.store.problems();
  const { files } = session.store;
  const waiting = files.unsent().length;
  const refused = files.problems();
  const sent = [...session.store.ledger.all()].filter(
    (entry) => entry.state === "sent" && entry.event.device === session.identity.device,
  ).length;
  return (
    <Page title={t("Sync")}>
      <div class="stack">
        <SyncLine state={state} unsent={unsent} files={waiting} problems={problems.length + refused.length} />
        <ul class="rows" data-test="sync-counts">
          <Count label={t("Saved on this phone, not sent yet")} n={unsent} />
          {waiting > 0 && <Count label={t("Photos and recordings, not sent yet")} n={waiting} />}
          <Count label={t("Sent")} n={sent} />
          <Count label={t("Problems")} n={problems.length + refused.length} bad />
        </ul>
        <button
          type="button"
          class="button go"
          disabled={state.running !== null}
          onClick={() => void session.sync.now()}
          data-test="sync-now"
        >
          <Icon name="sync" /> {t("Sync now")}
        </button>
        {problems.length > 0 && <Problems entries={problems} />}
        {refused.map((file) => (
          <FileProblem key={file.name} file={file} />
        ))}
        <a class="button quiet" href="#/settings">
          {t("Settings")}
        </a>
      </div>
    </Page>
  );
}

function Count({ label, n, bad }: { label: string; n: number; bad?: boolean }) {
  return (
    <li class="row">
      <span>{label}</span>
      <b class={bad && n > 0 ? "alarm" : undefined}>{n}</b>
    </li>
  );
}

/** One honest sentence; read out when it changes. */
function SyncLine(props: { state: SyncState; unsent: number; files: number; problems: number }) {
  const [kind, text] = lineOf(props);
  return (
    <p class={`note ${kind}`} role="status" aria-live="polite">
      {text}
    </p>
  );
}

function lineOf(props: {
  state: SyncState;
  unsent: number;
  files: number;
  problems: number;
}): [string, ComponentChildren] {
  const { state, unsent, files, problems } = props;
  const { running, failure, last } = state;
  if (running?.step === "files")
    return ["", t("Sending photos and recordings… {n} sent", { n: running.sent })];
  if (running?.step === "push") return ["", t("Sending… {n} sent", { n: running.sent })];
  if (running?.step === "pull") return ["", t("Receiving… {n} received", { n: running.received })];
  if (running) return ["", t("Receiving the programme…")];
  if (failure === "unreachable")
    return [
      "",
      `${t("No connection.")} ${unsent || files ? t("Your entries are safe on this phone. They go by themselves when there is signal.") : t("Everything is sent.")}`,
    ];
  if (failure) return ["bad", failureText(state)];
  if (!last) return ["", t("Not synced yet.")];
  const when =
    last.slice(0, 10) === today()
      ? t("today at {time}", { time: last.slice(11, 16) })
      : dayText(last.slice(0, 10), today());
  if (problems > 0) return ["bad", t("Synced {when}. {n} entries need you.", { when, n: problems })];
  if (unsent) return ["good", t("Synced {when}. New entries wait.", { when })];
  if (files) return ["good", t("Synced {when}. Photos and recordings wait.", { when })];
  return ["good", t("All is sent. Synced {when}.", { when })];
}

function failureText({ failure, problem }: SyncState): string {
  if (failure === "busy")
    return t("The server is busy. Your entries are safe; the phone tries again by itself.");
  if (failure === "unknown_device")
    return t(
      "The server does not know this phone. Ask your coordinator for a new code. Your entries stay here.",
    );
  return (
    [problem && t(problem.what), problem && t(problem.remedy), problem?.code].filter(Boolean).join(" ") ||
    t("Sync did not work.")
  );
}

function Problems({ entries }: { entries: readonly Entry[] }) {
  const { session, say } = useRoom();
  const again = async (ids: string[]) => {
    await session.store.retry(ids);
    say(t("Trying again."));
    await session.sync.now();
  };
  return (
    <section class="part">
      <h2>{t("These need you")}</h2>
      <ul class="stack">
        {entries.map(({ event, error }) => (
          <li key={event.id} class="card stack">
            <p>
              <b>{t(session.bundle?.forms[event.form]?.title ?? event.form)}</b> ·{" "}
              {session.care?.person(event.client)?.name ?? "?"} · {dayText(event.occurred_on, today())}
            </p>
            <p class="alarm strong">{error ? t(error.what) : t("The server did not take this entry.")}</p>
            <p>
              {error ? t(error.remedy) : t("Ask your coordinator.")} <span class="soft">{error?.code}</span>
            </p>
            <div class="side">
              <button type="button" class="button" onClick={() => void again([event.id])}>
                {t("Try again")}
              </button>
              <a class="button" href={`#/entry/${event.id}`}>
                {t("Open")}
              </a>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FileProblem({ file }: { file: Kept }) {
  const { session } = useRoom();
  const again = async () => {
    await session.store.files.retry(file.name);
    await session.sync.now();
  };
  return (
    <div class="card stack">
      <p class="alarm strong">{t("A photo or recording could not be sent.")}</p>
      <p>
        {t(file.error?.what ?? "")} {t(file.error?.remedy ?? "")} <span class="soft">{file.error?.code}</span>
      </p>
      <div class="side">
        <button type="button" class="button" onClick={() => void again()}>
          {t("Try again")}
        </button>
        <a class="button" href={`#/entry/${file.events.at(-1)}`}>
          {t("Open")}
        </a>
      </div>
    </div>
  );
}

/** The first sync of a new phone: nothing to show yet but how far it is. */
export function FirstSync() {
  const session = useSession();
  const { running, failure, problem } = session.sync.state;
  const steps: [string, string, boolean][] = [
    ["pull", t("Your clients: {n} entries", { n: running?.received ?? 0 }), running?.step === "programme"],
    ["programme", t("Forms and plans"), false],
  ];
  return (
    <Page title={t("Welcome")}>
      <div class="stack">
        <p class="name strong">{session.identity.staff.name}</p>
        <p>{t("Your work is coming to this phone. After this you can work without signal.")}</p>
        {running && <progress aria-label={t("Receiving")} />}
        <ul class="rows" role="status">
          {steps.map(([step, label, done]) => (
            <li key={step} class="row">
              <span class={running?.step === step ? "strong" : ""}>{label}</span>
              {done && <Icon name="tick" />}
            </li>
          ))}
        </ul>
        {failure && (
          <p class="note bad" role="alert">
            {failure === "unreachable"
              ? t("No connection. Find a place with signal and try again.")
              : failureText({ ...session.sync.state, problem })}
          </p>
        )}
        {!running && (
          <button
            type="button"
            class="button go"
            onClick={() => void session.sync.now().then(() => goInstead("today"))}
          >
            {t("Try again")}
          </button>
        )}
      </div>
    </Page>
  );
}
