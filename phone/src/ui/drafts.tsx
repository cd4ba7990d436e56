/** What was begun and not saved. */
import { go } from "../app/route";
import type { FormDraft } from "../app/session";
import { t } from "../app/words";
import { useSession } from "./context";
import { Icon } from "./kit";

export function Drafts({ client }: { client?: string }) {
  const session = useSession();
  const drafts = session.drafts.filter((draft) => !client || draft.clients.includes(client));
  if (drafts.length === 0) return null;
  return (
    <section class="group">
      <h2>{t("Not finished")}</h2>
      <ul class="rows">
        {drafts.map((draft) => (
          <li key={draft.id}>
            <button type="button" class="row" onClick={() => go(draftPath(draft))}>
              <Icon name="pen" />
              <span>
                <b>{t(session.bundle?.forms[draft.form]?.title ?? draft.form)}</b>
                <span class="soft">{draft.name}</span>
              </span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The address that opens a draft again; its id says which door it came from. */
function draftPath(draft: FormDraft): string {
  if (draft.replaces) return `fix/${draft.replaces}`;
  if (draft.id === "group") return "group";
  if (draft.form === "registration")
    return draft.id.replace(":", "/").replace("registration", "register").replace("/new", "");
  return `form/${draft.form}/${draft.clients[0]}`;
}
