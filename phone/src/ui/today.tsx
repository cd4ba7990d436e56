/** Today: who needs her, and why. */
import { useState } from "preact/hooks";
import { daysBetween, today } from "../app/clock";
import { languagesOf } from "../app/languages";
import { formPath } from "../app/prefill";
import { go } from "../app/route";
import type { Task } from "../app/rules";
import { type Card, type GroupName, grouped, waitsForContact } from "../app/today";
import { dayText, t } from "../app/words";
import { useSession } from "./context";
import { Drafts } from "./drafts";
import { Empty, Icon, Page, Reach, whoText } from "./kit";
import { FirstSync } from "./sync";

const FIRST = 20;
const SHOWN = 2;

export function Today() {
  const session = useSession();
  if (!session.care) return <FirstSync />;
  const everyone = session.care.everyone();
  const draft = languagesOf(session.bundle).some(
    (one) => one.draft && one.code === session.settings.language,
  );
  const groups = grouped(everyone, today(), waitsForContact(session.care.bundle.tables.items));
  const none = Object.values(groups).every((cards) => cards.length === 0);
  return (
    <Page title={t("Today")}>
      <p class="soft day">
        {dayText(today(), today())} · {t("{n} people on your path", { n: everyone.length })}
        {draft && <> · {t("draft translation")}</>}
      </p>
      <Drafts />
      {session.care.waiting > 20 && (
        <p class="note" role="status">
          {t("Working out the plans… {n} to go", { n: session.care.waiting })}
        </p>
      )}
      {everyone.length === 0 && session.loaded === 1 && (
        <Empty title={t("The path starts here")} text={t("You have no clients yet. Register the first one.")}>
          <a class="button go" href="#/register">
            {t("Register a person")}
          </a>
        </Empty>
      )}
      {everyone.length > 0 && none && (
        <Empty title={t("Nobody is waiting")} text={t("No one needs you today or this week. Well walked.")} />
      )}
      <Group name="flags" title={t("See her now")} cards={groups.flags} />
      <Group name="overdue" title={t("Late")} cards={groups.overdue} />
      <Group name="due" title={t("Due now")} cards={groups.due} />
      <Group name="week" title={t("This week")} cards={groups.week} />
    </Page>
  );
}

function Group({ name, title, cards }: { name: GroupName; title: string; cards: readonly Card[] }) {
  const [most, setMost] = useState(FIRST);
  if (cards.length === 0) return null;
  return (
    <section class="group" aria-label={title}>
      <h2>
        {title} <span class="count">{cards.length}</span>
      </h2>
      <ul class="path">
        {cards.slice(0, most).map((card) => (
          <li key={card.summary.person.id} class={name}>
            <ClientCard card={card} />
          </li>
        ))}
      </ul>
      {cards.length > most && (
        <button type="button" class="button" onClick={() => setMost(most + 50)}>
          {t("Show {n} more", { n: Math.min(50, cards.length - most) })}
        </button>
      )}
    </section>
  );
}

function ClientCard({ card: { summary, tasks } }: { card: Card }) {
  const session = useSession();
  const { person, flags } = summary;
  const who = whoText(person, person.mother ? session.care?.person(person.mother) : undefined);
  const first = tasks.find((task) => formOf(session.care?.bundle.tables.items, task));
  const form = first && formOf(session.care?.bundle.tables.items, first);
  return (
    <article class="card" data-test="client-card">
      <a class="name" href={`#/client/${person.id}`}>
        {person.name}
      </a>
      {who && <p class="soft">{who}</p>}
      {flags.map((flag) => (
        <FlagNote key={flag.id} id={flag.id} level={flag.level} short />
      ))}
      {tasks.slice(0, SHOWN).map((task, n) => (
        <Need key={task.key} task={task} why={n === 0} />
      ))}
      {tasks.length > SHOWN && <p class="soft">{t("and {n} more", { n: tasks.length - SHOWN })}</p>}
      <div class="side">
        <button
          type="button"
          class="button go"
          onClick={() => go(form ? formPath(form, person.id, first) : `client/${person.id}`)}
        >
          {form
            ? session.bundle?.forms[form]
              ? t(session.bundle.forms[form].title)
              : t("Record")
            : t("Open")}
        </button>
        <Reach person={person} />
      </div>
    </article>
  );
}

export function formOf(
  items: readonly { id: string; form?: string | null }[] | undefined,
  task: Task,
): string | null {
  return items?.find((item) => item.id === task.item)?.form ?? null;
}

export function FlagNote({ id, level, short }: { id: string; level: string; short?: boolean }) {
  const rule = useSession().bundle?.tables.flags?.find((flag) => flag.id === id);
  return (
    <p class={`flag ${level}`}>
      <Icon name="warn" />
      <span>
        {t(rule?.title ?? id)}
        {!short && rule?.because && <small>{t(rule.because)}</small>}
      </span>
    </p>
  );
}

/** One task in words: what, how late, and what to do next. */
function Need({ task, why }: { task: Task; why: boolean }) {
  const bundle = useSession().bundle;
  const item = bundle?.tables.items?.find((one) => one.id === task.item);
  const step = task.step && t(bundle?.ui?.steps?.[task.step] ?? task.step.replaceAll("_", " "));
  return (
    <div class="need">
      <p class="strong">{t(item?.title ?? task.item)}</p>
      <p>
        <When task={task} atContact={item?.at_contact} />
        {step && <> · {step}</>}
      </p>
      {why && item?.because && <p class="soft">{t(item.because)}</p>}
    </div>
  );
}

/** How late, or when. */
export function When({ task, atContact }: { task: Task; atContact?: boolean }) {
  const days = daysBetween(task.due, today());
  const open = task.status === "overdue" || task.status === "due";
  if (open && atContact) return <span class="soft">{t("Next time you meet")}</span>;
  if (task.status === "overdue" && days === 1) return <span class="late">{t("1 day late")}</span>;
  if (task.status === "overdue") return <span class="late">{t("{n} days late", { n: days })}</span>;
  if (task.status === "due" && days === 0) return <span class="now">{t("Due today")}</span>;
  if (task.status === "due")
    return <span class="now">{t("Due {date}", { date: dayText(task.due, today()) })}</span>;
  if (task.status === "upcoming")
    return <span>{t("Comes {date}", { date: dayText(task.due, today()) })}</span>;
  return <span class="soft">{STATUS[task.status]?.() ?? task.status}</span>;
}

const STATUS: Readonly<Record<string, () => string>> = {
  done: () => t("Done"),
  missed: () => t("Missed"),
  cancelled: () => t("No longer needed"),
};
