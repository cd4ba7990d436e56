/** One client: who she is, what she needs and why, and her story so far. */
import { today } from "../app/clock";
import type { Chain } from "../app/live";
import { formPath } from "../app/prefill";
import { go } from "../app/route";
import type { Task } from "../app/rules";
import { waitsForContact } from "../app/today";
import { dayText, t } from "../app/words";
import type { CareEvent } from "../sync/event";
import { gist } from "./answers";
import { useSession } from "./context";
import { Drafts } from "./drafts";
import { PersonLines } from "./find";
import { ageText, Empty, Icon, Page, Reach, whoText } from "./kit";
import { Helpful } from "./learn";
import { FlagNote, formOf, When } from "./today";

export function Client({ client }: { client: string }) {
  const session = useSession();
  const person = session.care?.person(client);
  if (!person || session.loaded < 1) {
    if (session.loaded < 1)
      return (
        <Page title={person?.name ?? "…"} back>
          {<p role="status">{t("Opening the record…")}</p>}
        </Page>
      );
    return (
      <Page title={t("Not here")} back>
        {
          <Empty
            title={t("She is not on this phone")}
            text={t("She may be with another Mentor Mother now.")}
          />
        }
      </Page>
    );
  }
  const mother = person.mother ? session.care?.person(person.mother) : undefined;
  const plan = session.care!.plan(client);
  const open = plan.tasks.filter((task) => task.status === "due" || task.status === "overdue");
  const alongside = waitsForContact(session.bundle?.tables.items);
  const now = open.filter((task) => !alongside.has(task.item));
  const later = plan.tasks.filter((task) => task.status === "upcoming");
  const past = plan.tasks.filter((task) => ["done", "missed", "cancelled"].includes(task.status));
  const registration = session.registrationOf(client);
  const foot = (
    <>
      <button type="button" class="button go" onClick={() => go(`forms/${client}`)}>
        <Icon name="add" /> {t("Add")}
      </button>
      <span class="side">
        <Reach person={person} />
      </span>
    </>
  );
  return (
    <Page title={person.name} back foot={foot}>
      <p>{[groupText(person.group), ageText(person.birthDate, today())].filter(Boolean).join(" · ")}</p>
      <p class="soft">{whoText(person, mother)}</p>
      {plan.flags.map((flag) => (
        <FlagNote key={flag.id} id={flag.id} level={flag.level} />
      ))}
      <Drafts client={client} />
      <Tasks title={t("Now")} tasks={now} client={client} empty={t("Nothing is due now.")} />
      <Tasks
        title={t("While you are with her")}
        tasks={open.filter((task) => alongside.has(task.item))}
        client={client}
        fold={3}
      />
      <Helpful client={client} plan={plan} />
      <Tasks title={t("Next")} tasks={later} client={client} fold={2} />
      <Family client={client} mother={person.mother} />
      <Story client={client} />
      <Tasks title={t("Behind her")} tasks={past} client={client} fold={0} />
      {registration && (
        <p class="part">
          <a class="button quiet" href={`#/fix/${registration.id}`}>
            <Icon name="pen" /> {t("Change her details")}
          </a>
        </p>
      )}
    </Page>
  );
}

function groupText(group: string): string {
  const form = useSession().bundle?.forms.registration;
  const label = form?.choices.client_group?.find((choice) => choice.name === group)?.label;
  return label ? t(label) : "";
}

function Tasks(props: {
  title: string;
  tasks: readonly Task[];
  client: string;
  empty?: string;
  fold?: number;
}) {
  const { tasks, fold } = props;
  if (tasks.length === 0 && !props.empty) return null;
  const shown = fold === undefined ? tasks : tasks.slice(0, fold);
  const rest = tasks.slice(shown.length);
  return (
    <section class="part" aria-label={props.title}>
      <h2>
        {props.title} <span class="count">{tasks.length || ""}</span>
      </h2>
      {tasks.length === 0 && <p class="soft">{props.empty}</p>}
      <TaskList tasks={shown} client={props.client} />
      {rest.length > 0 && (
        <details>
          <summary>{t("Show {n} more", { n: rest.length })}</summary>
          <TaskList tasks={rest} client={props.client} />
        </details>
      )}
    </section>
  );
}

function TaskList({ tasks, client }: { tasks: readonly Task[]; client: string }) {
  return (
    <ul class="path">
      {tasks.map((task) => (
        <li key={task.key} class={task.status}>
          <TaskCard task={task} client={client} />
        </li>
      ))}
    </ul>
  );
}

function TaskCard({ task, client }: { task: Task; client: string }) {
  const session = useSession();
  const items = session.bundle?.tables.items;
  const item = items?.find((one) => one.id === task.item);
  const form = formOf(items, task);
  const open = task.status === "due" || task.status === "overdue";
  return (
    <article class="card" data-test="task">
      <p class="strong">{t(item?.title ?? task.item)}</p>
      <p>
        <When task={task} atContact={item?.at_contact} />
      </p>
      <details>
        <summary>{t("Why?")}</summary>
        <p>{session.care?.planner.why(task, today())}</p>
        {task.status === "overdue" && <p>{t("It was due {date}.", { date: dayText(task.due, today()) })}</p>}
        {item?.source && <p class="soft">{item.source}</p>}
      </details>
      {open && form && (
        <button type="button" class="button go" onClick={() => go(formPath(form, client, task))}>
          {t(session.bundle?.forms[form]?.title ?? form)}
        </button>
      )}
    </article>
  );
}

function Family({ client, mother }: { client: string; mother: string | null }) {
  const care = useSession().care;
  const family = [...(mother ? [care?.person(mother)] : []), ...(care?.babiesOf(client) ?? [])].flatMap(
    (one) => one ?? [],
  );
  if (family.length === 0) return null;
  return (
    <section class="part">
      <h2>{mother ? t("Her mother") : t("Her children")}</h2>
      <ul class="rows">
        {family.map((person) => (
          <li key={person.id}>
            <a class="row" href={`#/client/${person.id}`}>
              <PersonLines person={person} />
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Story({ client }: { client: string }) {
  const session = useSession();
  const dated = session.chainsOf(client).map((chain) => ({ chain, date: dateOf(session, chain) }));
  dated.sort((a, b) =>
    a.date !== b.date ? (a.date < b.date ? 1 : -1) : a.chain.root < b.chain.root ? 1 : -1,
  );
  const line = ({ chain, date }: (typeof dated)[number]) => (
    <StoryLine key={chain.root} chain={chain} date={date} />
  );
  return (
    <section class="part">
      <h2>{t("Her story")}</h2>
      <ul class="rows">{dated.slice(0, 12).map(line)}</ul>
      {dated.length > 12 && (
        <details>
          <summary>{t("Show {n} more", { n: dated.length - 12 })}</summary>
          <ul class="rows">{dated.slice(12).map(line)}</ul>
        </details>
      )}
    </section>
  );
}

function dateOf(session: ReturnType<typeof useSession>, chain: Chain): string {
  const event =
    chain.live ?? (chain.versions.at(-2) as CareEvent | undefined) ?? (chain.versions[0] as CareEvent);
  return dateOfEvent(event, session.bundle?.forms[event.form]?.date_question ?? null);
}

/** RULES R3. */
export function dateOfEvent(event: CareEvent, question: string | null): string {
  const answer = question ? event.answers?.[question] : null;
  return typeof answer === "string" && /^\d{4}-\d\d-\d\d$/.test(answer) ? answer : event.occurred_on;
}

function StoryLine({ chain, date }: { chain: Chain; date: string }) {
  const session = useSession();
  const event = chain.live ?? (chain.versions.at(-1) as CareEvent);
  const form = session.bundle?.forms[event.form];
  const state = session.store.ledger.get(event.id)?.state;
  const title = t(form?.title ?? event.form.replaceAll("_", " "));
  return (
    <li>
      <a class="row" href={`#/entry/${event.id}`} data-test="story-line">
        <span>
          <b>{chain.live ? title : <s>{title}</s>}</b>
          <span class="soft">
            {[
              dayText(date, today()),
              modeText(event.mode),
              chain.live ? form && gist(form, chain.live) : t("removed"),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
          {state === "problem" && <span class="alarm strong"> · {t("problem")}</span>}
          {state === "unsent" && <span class="soft"> · {t("not sent yet")}</span>}
        </span>
        <Icon name="next" />
      </a>
    </li>
  );
}

export function modeText(mode: string): string {
  const words: Record<string, () => string> = {
    home: () => t("at home"),
    facility: () => t("at the clinic"),
    group: () => t("in a group"),
    phone: () => t("by phone"),
    chat: () => t("by chat"),
  };
  return words[mode]?.() ?? "";
}
