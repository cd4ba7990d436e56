/** The doors to a form: for a client, a new person, a correction, a group. */
import { useMemo, useState } from "preact/hooks";
import { uuid7 } from "../app/ids";
import { prefill } from "../app/prefill";
import type { Session } from "../app/session";
import { t } from "../app/words";
import { useSession } from "./context";
import { Finder, PersonLines } from "./find";
import { FormScreen, type Start } from "./form";
import { Empty, Icon, Page } from "./kit";

/** A form for a client; from a task, with what the task knows already. */
export function FormDoor(props: { form: string; client: string; item: string; anchor: string }) {
  const { form: id, client } = props;
  const session = useSession();
  const form = session.bundle?.forms[id];
  const person = session.care?.person(client);
  if (session.loaded < 1) return <Opening />;
  if (!form || !person) return <Unknown />;
  const record = session.registrationOf(client)?.answers ?? {};
  const start = {
    draft: `${id}:${client}`,
    form,
    clients: [client],
    name: person.name,
    mode: session.settings.mode,
    replaces: null,
    record,
    given: given(session, props),
  };
  return <FormScreen key={start.draft} start={{ ...start, after: `client/${client}` }} />;
}

function given(session: Session, props: { form: string; client: string; item: string; anchor: string }) {
  const tables = session.bundle?.tables;
  if (!tables || !props.item) return {};
  const item = tables.items?.find((one) => one.id === props.item);
  const anchor = session.chainsOf(props.client).find((chain) => chain.root === props.anchor);
  return prefill(tables, item, props.form, anchor);
}

/** A new person; with a mother, her baby. */
export function RegisterDoor({ mother }: { mother: string | null }) {
  const session = useSession();
  const draft = `registration:${mother ?? "new"}`;
  const kept = session.drafts.find((one) => one.id === draft);
  const client = useMemo(() => kept?.clients[0] ?? uuid7(), [draft]);
  const form = session.bundle?.forms.registration;
  if (session.loaded < 1) return <Opening />;
  if (!form) return <Unknown />;
  const hers = mother ? session.registrationOf(mother)?.answers : null;
  const inherited = hers
    ? { client_group: "child", mother, language: hers.language, landmark: hers.landmark }
    : {};
  const given = { ...inherited, caseload: session.identity.staff.id };
  const name = hers
    ? t("baby of {name}", { name: session.care?.person(mother as string)?.name ?? "" })
    : t("Somebody new");
  const start: Start = {
    draft,
    form,
    clients: [client],
    name,
    mode: session.settings.mode,
    replaces: null,
    record: {},
    given,
    after: `client/${client}`,
  };
  return <FormScreen key={draft} start={start} />;
}

export function FixDoor({ event: id }: { event: string }) {
  const session = useSession();
  const event = session.store.ledger.get(id)?.event;
  const form = event && session.bundle?.forms[event.form];
  if (session.loaded < 1) return <Opening />;
  if (!event?.answers || !form) return <Unknown />;
  const { client, mode } = event;
  const name = `${session.care?.person(client)?.name ?? ""} · ${t("correction")}`;
  const record = session.registrationOf(client)?.answers ?? {};
  const start = {
    draft: `fix:${id}`,
    form,
    clients: [client],
    name,
    mode,
    replaces: id,
    record,
    answers: event.answers,
  };
  return <FormScreen key={start.draft} start={{ ...start, after: `client/${client}` }} />;
}

/** A group session: who came, then the form once. One event each, tied together. */
export function GroupDoor() {
  const session = useSession();
  const kept = session.drafts.find((one) => one.id === "group");
  const [came, setCame] = useState<readonly string[]>(kept?.clients ?? []);
  const [ready, setReady] = useState(kept !== undefined);
  const form = session.bundle?.forms.group_session;
  if (session.loaded < 1) return <Opening />;
  if (!form) return <Unknown />;
  if (!ready) return <WhoCame came={came} setCame={setCame} done={() => setReady(true)} />;
  const name = t("{n} people", { n: came.length });
  const start: Start = {
    draft: "group",
    form,
    clients: came,
    name,
    mode: "group",
    replaces: null,
    record: {},
    after: "today",
  };
  return <FormScreen key="group" start={start} />;
}

function WhoCame(props: {
  came: readonly string[];
  setCame: (came: readonly string[]) => void;
  done: () => void;
}) {
  const { came, setCame } = props;
  const care = useSession().care;
  const there = new Set(came);
  const people = came.flatMap((id) => care?.person(id) ?? []);
  const foot = (
    <button
      type="button"
      class="button go"
      disabled={came.length === 0}
      onClick={props.done}
      data-test="next"
    >
      {t("Next")} · {came.length}
    </button>
  );
  return (
    <Page title={t("Who came?")} back foot={foot}>
      {people.length > 0 && (
        <ul class="rows">
          {people.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                class="row"
                aria-label={t("Take {name} out", { name: person.name })}
                onClick={() => setCame(came.filter((id) => id !== person.id))}
              >
                <PersonLines person={person} />
                <Icon name="tick" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="part">
        <Finder
          key={came.length}
          only={(person) => !there.has(person.id)}
          choose={(person) => setCame([...came, person.id])}
        />
      </div>
    </Page>
  );
}

function Opening() {
  return (
    <Page title="…" back>
      <p role="status">{t("Opening the record…")}</p>
    </Page>
  );
}

function Unknown() {
  return (
    <Page title={t("Not here")} back>
      <Empty title={t("This is not on this phone")} text={t("Go back and choose again.")} />
    </Page>
  );
}
