/** One entry: what was written, when, by whom; to correct it or take it out. Every version is kept. */
import { useState } from "preact/hooks";
import { today } from "../app/clock";
import { finish } from "../app/route";
import { dayText, t } from "../app/words";
import type { CareEvent } from "../sync/event";
import { AnswerList } from "./answers";
import { dateOfEvent, modeText } from "./client";
import { useRoom } from "./context";
import { Empty, Icon, Page } from "./kit";

export function EntryPage({ event: id }: { event: string }) {
  const { session } = useRoom();
  const event = session.store.ledger.get(id)?.event;
  const form = event && session.bundle?.forms[event.form];
  if (!event || !form)
    return (
      <Page title={t("Not here")} back>
        {
          <Empty
            title={t("This entry is not on this phone")}
            text={t("It may belong to a client who has moved on.")}
          />
        }
      </Page>
    );
  const chain = session
    .chainsOf(event.client)
    .find((one) => one.versions.some((version) => version.id === id));
  const live = chain?.live ?? null;
  const shown = live ?? event;
  const person = session.care?.person(event.client);
  const older = (chain?.versions ?? []).filter((version) => version.id !== shown.id);
  return (
    <Page title={t(form.title)} back>
      <div class="stack">
        <p>
          <a class="name strong" href={`#/client/${event.client}`}>
            {person?.name ?? "?"}
          </a>
        </p>
        <p class="soft">{written(shown, session.identity.staff.id, form.date_question)}</p>
        <Trouble id={shown.id} />
        {live ? (
          <AnswerList form={form} answers={live.answers ?? {}} />
        ) : (
          <p class="note">{t("This entry was removed.")}</p>
        )}
        {live && (
          <a class="button" href={`#/fix/${live.id}`} data-test="correct">
            <Icon name="pen" /> {t("Correct it")}
          </a>
        )}
        {live && event.form !== "registration" && <Remove event={live} />}
        {older.length > 0 && (
          <details>
            <summary>{t("Earlier versions ({n})", { n: older.length })}</summary>
            {older.reverse().map((version) => (
              <div key={version.id} class="stack part">
                <p class="soft">{written(version, session.identity.staff.id, form.date_question)}</p>
                {version.answers ? (
                  <AnswerList form={form} answers={version.answers} />
                ) : (
                  <p>{t("Removed")}</p>
                )}
              </div>
            ))}
          </details>
        )}
      </div>
    </Page>
  );
}

function written(event: CareEvent, me: string, question: string | null): string {
  const who = event.author === me ? t("by you") : t("by a colleague");
  const date = dayText(dateOfEvent(event, question), today());
  const recorded = t("written {date}", { date: dayText(event.recorded_at.slice(0, 10), today()) });
  return [date, modeText(event.mode), `${recorded} ${who}`].filter(Boolean).join(" · ");
}

function Trouble({ id }: { id: string }) {
  const { session } = useRoom();
  const entry = session.store.ledger.get(id);
  if (entry?.state !== "problem") return null;
  return (
    <p class="note bad">
      <b>{entry.error ? t(entry.error.what) : t("The server did not take this entry.")}</b>{" "}
      {entry.error && t(entry.error.remedy)} <span class="soft">{entry.error?.code}</span>
    </p>
  );
}

function Remove({ event }: { event: CareEvent }) {
  const { session, say } = useRoom();
  const [sure, setSure] = useState(false);
  const remove = async () => {
    await session.remove(event);
    say(t("Removed. The history is kept."));
    finish(`client/${event.client}`);
  };
  if (!sure)
    return (
      <button type="button" class="button quiet" onClick={() => setSure(true)}>
        <Icon name="bin" /> {t("Remove it")}
      </button>
    );
  return (
    <div class="note bad stack">
      <p class="strong">
        {t("Remove this entry? It will no longer count. What it said is kept in the history.")}
      </p>
      <button type="button" class="button danger" onClick={remove}>
        {t("Yes, remove it")}
      </button>
      <button type="button" class="button quiet" onClick={() => setSure(false)}>
        {t("No, keep it")}
      </button>
    </div>
  );
}
