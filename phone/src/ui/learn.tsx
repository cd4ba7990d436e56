/** Guides: what to say on the telephone, read with a client, or do with a group. */
import { today } from "../app/clock";
import { type Guide, helpful, type Part, shelves } from "../app/guides";
import { go } from "../app/route";
import type { Plan } from "../app/rules";
import { t } from "../app/words";
import { useSession } from "./context";
import { Empty, Icon, Page } from "./kit";

/** All guides, by where they are used. */
export function Learn() {
  const guides = useSession().bundle?.guides ?? [];
  const of = (kind: Guide["kind"]) => guides.filter((guide) => guide.kind === kind);
  return (
    <Page title={t("Guides")} back>
      {guides.length === 0 && <Empty title={t("No guides yet")} text={t("They come with the next sync.")} />}
      <Shelf title={t("To read with her")} guides={of("job_aid")} />
      <Shelf title={t("On the telephone")} guides={of("script")} />
      {shelves(of("session")).map((shelf) => (
        <Shelf key={shelf.title} title={t("Group: {name}", { name: t(shelf.title) })} guides={shelf.guides} />
      ))}
    </Page>
  );
}

function Shelf({ title, guides }: { title: string; guides: readonly Guide[] }) {
  if (guides.length === 0) return null;
  return (
    <details class="part">
      <summary>
        {title} <span class="count">{guides.length}</span>
      </summary>
      <Rows guides={guides} />
    </details>
  );
}

function Rows({ guides, client }: { guides: readonly Guide[]; client?: string }) {
  return (
    <ul class="rows">
      {guides.map((guide) => (
        <li key={guide.id}>
          <a class="row" href={`#/guide/${guide.id}${client ? `/${client}` : ""}`} data-test="guide-line">
            <span>
              <b>{t(guide.title)}</b>
              <span class="soft">{t(guide.aim)}</span>
            </span>
            <Icon name="next" />
          </a>
        </li>
      ))}
    </ul>
  );
}

const SHOWN = 3;

/** On her page: what helps with her needs of today. */
export function Helpful({ client, plan }: { client: string; plan: Plan }) {
  const { bundle, care } = useSession();
  const wanted = helpful(bundle?.guides ?? [], plan);
  const fitting = wanted.filter((one) => !one.for || care?.planner.inGroup(client, one.for, today()));
  if (fitting.length === 0) return null;
  return (
    <section class="part">
      <h2>{t("Read with her")}</h2>
      <Rows guides={fitting.slice(0, SHOWN)} client={client} />
      {fitting.length > SHOWN && (
        <details>
          <summary>{t("Show {n} more", { n: fitting.length - SHOWN })}</summary>
          <Rows guides={fitting.slice(SHOWN)} client={client} />
        </details>
      )}
    </section>
  );
}

export function GuidePage({ guide: id, client }: { guide: string; client: string | null }) {
  const session = useSession();
  const guide = session.bundle?.guides?.find((one) => one.id === id);
  if (!guide)
    return (
      <Page title={t("Not here")} back>
        {null}
      </Page>
    );
  const next =
    guide.kind === "session" ? "group" : client && guide.form ? `form/${guide.form}/${client}` : "";
  const label =
    guide.kind === "session"
      ? t("Record a group session")
      : t(session.bundle?.forms[guide.form ?? ""]?.title ?? "");
  const foot = next && (
    <button type="button" class="button go" onClick={() => go(next)}>
      {label}
    </button>
  );
  return (
    <Page title={t(guide.title)} back foot={foot || undefined}>
      <p>{t(guide.aim)}</p>
      {guide.minutes && <p class="soft">{t("About {n} minutes", { n: guide.minutes })}</p>}
      {guide.parts.map((part) => (
        <PartOf key={part.title} part={part} />
      ))}
      <p class="soft">
        {guide.source}
        {guide.review && <> · {t("to be confirmed by a clinician")}</>}
      </p>
    </Page>
  );
}

function PartOf({ part }: { part: Part }) {
  return (
    <section class="part guide">
      <h2>
        {t(part.title)} {part.minutes && <span class="soft">{t("{n} min", { n: part.minutes })}</span>}
      </h2>
      {part.say && <blockquote>{t(part.say)}</blockquote>}
      <Lines lines={part.ask} kind="ask" />
      <Lines lines={part.do} kind="do" />
      {part.hears?.map((heard) => (
        <div key={heard.if} class="heard">
          <p class="soft">“{t(heard.if)}”</p>
          <blockquote>{t(heard.say)}</blockquote>
        </div>
      ))}
    </section>
  );
}

function Lines({ lines, kind }: { lines: readonly string[] | undefined; kind: string }) {
  if (!lines?.length) return null;
  return (
    <ul class={kind}>
      {lines.map((line) => (
        <li key={line}>{t(line)}</li>
      ))}
    </ul>
  );
}
