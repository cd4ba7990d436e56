/** Find: by name, by the name used at home, by the way to her house. */
import { useMemo, useState } from "preact/hooks";
import { today } from "../app/clock";
import { find, indexOf } from "../app/find";
import type { Person } from "../app/people";
import { go } from "../app/route";
import { t } from "../app/words";
import { useSession } from "./context";
import { ageText, Empty, Icon, Page, whoText } from "./kit";

export function Find() {
  return (
    <Page title={t("Find")}>
      <Finder choose={(person) => go(`client/${person.id}`)} />
    </Page>
  );
}

/** A search field and who fits; before anything is typed, everybody in order of name. */
export function Finder(props: { choose: (person: Person) => void; only?: (person: Person) => boolean }) {
  const session = useSession();
  const [typed, setTyped] = useState("");
  const everyone = session.care?.everyone() ?? [];
  const { index, names } = useMemo(() => {
    const people = everyone.map((one) => one.person).filter(props.only ?? (() => true));
    return { index: indexOf(people), names: [...people].sort((a, b) => a.name.localeCompare(b.name)) };
  }, [everyone.length, session.store.ledger.size]);
  const wanted = typed.trim();
  const found = wanted ? find(index, wanted) : names.slice(0, 50);
  return (
    <div class="stack">
      <label>
        <span class="label">{t("Name, or a place near her home")}</span>
        <input
          type="search"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          autocomplete="off"
          data-test="find"
        />
      </label>
      <p class="soft" role="status">
        {wanted ? t("{n} found", { n: found.length }) : t("{n} people", { n: names.length })}
      </p>
      {found.length > 0 ? (
        <ul class="rows">
          {found.map((person) => (
            <li key={person.id}>
              <button type="button" class="row" onClick={() => props.choose(person)}>
                <PersonLines person={person} />
                <Icon name="next" />
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <Empty
          title={t("Nobody by that name")}
          text={t("Try a part of the name, or the place where she lives.")}
        >
          <a class="button" href="#/register">
            {t("Register a person")}
          </a>
        </Empty>
      )}
    </div>
  );
}

export function PersonLines({ person }: { person: Person }) {
  const care = useSession().care;
  const who = whoText(person, person.mother ? care?.person(person.mother) : undefined);
  return (
    <span>
      <b class="name">{person.name}</b>
      <span class="soft">{[ageText(person.birthDate, today()), who].filter(Boolean).join(" · ")}</span>
    </span>
  );
}
