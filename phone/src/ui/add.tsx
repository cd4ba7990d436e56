/** Add: a person, a baby, a visit, a group session. */
import { useState } from "preact/hooks";
import type { Person } from "../app/people";
import { go } from "../app/route";
import { t } from "../app/words";
import { useSession } from "./context";
import { Drafts } from "./drafts";
import { Finder } from "./find";
import { Icon, Page } from "./kit";
import { FirstSync } from "./sync";

type Asking = "baby" | "visit" | null;

export function Add() {
  const session = useSession();
  const [asking, setAsking] = useState<Asking>(null);
  if (!session.care) return <FirstSync />;
  if (asking) return <Whose asking={asking} done={() => setAsking(null)} />;
  return (
    <Page title={t("Add")}>
      <Drafts />
      <div class="rows">
        <Way icon="add" title={t("Register a person")} text={t("Somebody new")} act={() => go("register")} />
        <Way
          icon="add"
          title={t("Register a baby")}
          text={t("of a mother you know")}
          act={() => setAsking("baby")}
        />
        <Way
          icon="pen"
          title={t("Record a visit")}
          text={t("for somebody you know")}
          act={() => setAsking("visit")}
        />
        {session.care.bundle.forms.group_session && (
          <Way
            icon="group"
            title={t("Record a group session")}
            text={t("for everybody who came")}
            act={() => go("group")}
          />
        )}
        {session.care.bundle.guides?.length ? (
          <Way
            icon="read"
            title={t("Guides")}
            text={t("to read with her, on the telephone, in a group")}
            act={() => go("learn")}
          />
        ) : null}
      </div>
    </Page>
  );
}

function Way(props: {
  icon: "add" | "pen" | "group" | "read";
  title: string;
  text: string;
  act: () => void;
}) {
  return (
    <button type="button" class="row" onClick={props.act}>
      <Icon name={props.icon} />
      <span>
        <b>{props.title}</b>
        <span class="soft">{props.text}</span>
      </span>
      <Icon name="next" />
    </button>
  );
}

function Whose({ asking, done }: { asking: "baby" | "visit"; done: () => void }) {
  const baby = asking === "baby";
  const choose = (person: Person) => go(baby ? `register/${person.id}` : `forms/${person.id}`);
  return (
    <Page title={baby ? t("Who is the mother?") : t("Whose visit?")}>
      <div class="stack">
        <Finder
          choose={choose}
          only={baby ? (person) => person.group !== "child" && person.sex !== "male" : undefined}
        />
        <button type="button" class="button quiet" onClick={done}>
          {t("Cancel")}
        </button>
      </div>
    </Page>
  );
}
