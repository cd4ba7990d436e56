/** Which form? First those that her plan asks for, then all that are offered to her. */
import { today } from "../app/clock";
import type { Form } from "../app/programme";
import { goInstead } from "../app/route";
import { t } from "../app/words";
import { useSession } from "./context";
import { Icon, Page } from "./kit";
import { formOf } from "./today";

const ELSEWHERE = new Set(["registration", "group_session"]); // they have doors of their own

export function Forms({ client }: { client: string }) {
  const { care } = useSession();
  const person = care?.person(client);
  if (!care || !person)
    return (
      <Page title={t("Add")} back>
        {null}
      </Page>
    );
  const forms = Object.values(care.bundle.forms).filter((form) => !ELSEWHERE.has(form.id));
  const offered = forms.filter((form) => !form.for || care.planner.inGroup(client, form.for, today()));
  const wanted = new Set(care.summary(client)?.open.map((task) => formOf(care.bundle.tables.items, task)));
  const first = offered.filter((form) => wanted.has(form.id));
  const rest = offered
    .filter((form) => !wanted.has(form.id))
    .sort((a, b) => t(a.title).localeCompare(t(b.title)));
  return (
    <Page title={person.name} back>
      <FormList title={t("From her plan")} forms={first} client={client} />
      <FormList title={first.length ? t("Other") : t("What happened?")} forms={rest} client={client} />
    </Page>
  );
}

function FormList({ title, forms, client }: { title: string; forms: readonly Form[]; client: string }) {
  if (forms.length === 0) return null;
  return (
    <section class="group">
      <h2>{title}</h2>
      <ul class="rows">
        {forms.map((form) => (
          <li key={form.id}>
            <button type="button" class="row" onClick={() => goInstead(`form/${form.id}/${client}`)}>
              <span class="strong">{t(form.title)}</span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
