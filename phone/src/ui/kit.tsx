/** The few pieces that every screen is made of. */
import type { ComponentChildren } from "preact";
import { daysAgo } from "../app/clock";
import { type Person, whatsAppNumber } from "../app/people";
import { t } from "../app/words";
import { useRoom, useSession } from "./context";

const ICONS = {
  path: "M7 21c2-4 10-3 10-7S7 11 7 7c0-2 3-2 5-4M18 4.5h.01",
  find: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
  add: "M12 5v14M5 12h14",
  sync: "M4 9.5A8.5 8.5 0 0 1 19.5 8M20 3.500v5h-5M20 14.500A8.500 8.500 0 0 1 4.500 16M4 20.500v-5h5",
  back: "M15 4l-8 8 8 8",
  hide: "M3 3l18 18M10 5.300A10 10 0 0 1 22 12a14 14 0 0 1-3 3.700M6 6.700A14 14 0 0 0 2 12c2 4 5.600 7 10 7 1.600 0 3-.4 4.300-1",
  call: "M5 3h4l2 5-2.500 2a12 12 0 0 0 5.500 5.500l2-2.500 5 2v4c0 1-1 2-2 2C11 20 4 13 3 5c0-1 1-2 2-2z",
  chat: "M4 20l1.400-4.200A8.500 8.500 0 1 1 8.500 19zM8.500 11.500h.01M12 11.500h.01M15.500 11.500h.01",
  next: "M9 5l7 7-7 7",
  tick: "M4 13l5 5L20 6",
  warn: "M12 4L2.500 20h19zM12 10v4.500M12 17.200h.01",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  clinic: "M4 21V7l8-4 8 4v14zM12 9v7M8.500 12.500h7",
  group:
    "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM17 12a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM2.500 20c0-4 2-6 5.500-6s5.500 2 5.500 6M15 15c4-1 6.500 1 6.500 5",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  read: "M4 5c3-1 6-1 8 1 2-2 5-2 8-1v14c-3-1-6-1-8 1-2-2-5-2-8-1zM12 6v14",
  camera: "M4 8h3.500l1.500-3h6l1.500 3H20v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z",
  mic: "M12 15a3.500 3.500 0 0 0 3.500-3.500v-5a3.500 3.500 0 0 0-7 0v5A3.500 3.500 0 0 0 12 15zM5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3.500",
  pen: "M4 20l1-4L16.500 4.500l3 3L8 19z",
};

export function Icon({ name }: { name: keyof typeof ICONS }) {
  return (
    <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  );
}

/** A page with its title. `back` is where the arrow leads; without it the tab bar is shown. */
export function Page(props: {
  title: string;
  back?: boolean;
  foot?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { hide } = useRoom();
  return (
    <>
      <header class="top">
        {props.back && (
          <button type="button" class="icon back" aria-label={t("Back")} onClick={() => history.back()}>
            <Icon name="back" />
          </button>
        )}
        <h1 tabIndex={-1}>{props.title}</h1>
        <button type="button" class="icon" aria-label={t("Hide")} data-test="hide" onClick={hide}>
          <Icon name="hide" />
        </button>
      </header>
      <main>{props.children}</main>
      {props.foot ? <div class="foot">{props.foot}</div> : !props.back && <Tabs />}
    </>
  );
}

function Tabs() {
  const session = useSession();
  const problems = session.store.problems().length + session.store.files.problems().length;
  const waiting = problems || session.store.unsent().length + session.store.files.unsent().length;
  const here = location.hash.split("/")[1] || "today";
  const tab = (at: string, icon: keyof typeof ICONS, label: string) => (
    <a href={`#/${at}`} aria-current={here === at ? "page" : undefined}>
      <Icon name={icon} />
      {label}
      {at === "sync" && waiting > 0 && (
        <span class={problems ? "badge bad" : "badge"}>
          {waiting}
          <span class="sr"> {problems ? t("problems") : t("not sent")}</span>
        </span>
      )}
    </a>
  );
  return (
    <nav class="tabs" aria-label={t("Main")}>
      {tab("today", "path", t("Today"))}
      {tab("find", "find", t("Find"))}
      {tab("add", "add", t("Add"))}
      {tab("sync", "sync", t("Sync"))}
    </nav>
  );
}

export function Empty({
  title,
  text,
  children,
}: {
  title: string;
  text: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty stack">
      <svg viewBox="0 0 180 110" aria-hidden="true">
        <path d="M0 70c50-30 110 6 180-22v62H0z" fill="#ecd7b8" />
        <circle cx="140" cy="26" r="15" fill="#e8a63a" />
        <path
          d="M40 110c4-26 76-26 72-46S66 46 98 26"
          fill="none"
          stroke="#a63d17"
          stroke-width="9"
          stroke-linecap="round"
        />
      </svg>
      <h2>{title}</h2>
      <p class="soft">{text}</p>
      {children}
    </div>
  );
}

/** Call her, write to her: one tap, and only where she agreed. */
export function Reach({ person }: { person: Person }) {
  const session = useSession();
  const mother = person.mother ? session.care?.person(person.mother) : undefined;
  const phone = person.phone || mother?.phone;
  const agreed = person.phone ? person : mother;
  const whatsapp = agreed?.whatsapp ? whatsAppNumber(agreed.phone) : null;
  return (
    <>
      {phone && (
        <a
          class="icon"
          href={`tel:${phone.replace(/[^\d+]/g, "")}`}
          aria-label={t("Call {name}", { name: (agreed ?? person).name })}
        >
          <Icon name="call" />
        </a>
      )}
      {whatsapp && (
        <a
          class="icon"
          href={`https://wa.me/${whatsapp}`}
          rel="noreferrer"
          target="_blank"
          aria-label={t("WhatsApp {name}", { name: (agreed as Person).name })}
        >
          <Icon name="chat" />
        </a>
      )}
    </>
  );
}

/** "5 weeks": small children in days, weeks, months; others in years. */
export function ageText(birthDate: string, today: string): string {
  const days = Math.round((Date.parse(today) - Date.parse(birthDate)) / 86_400_000);
  if (!birthDate || Number.isNaN(days) || days < 0) return "";
  if (days === 0) return t("born today");
  if (days === 1) return t("1 day old");
  if (days < 14) return t("{n} days old", { n: days });
  if (days < 92) return t("{n} weeks old", { n: Math.floor(days / 7) });
  const months = monthsBetween(birthDate, today);
  return months < 36
    ? t("{n} months old", { n: months })
    : t("{n} years old", { n: Math.floor(months / 12) });
}

function monthsBetween(from: string, to: string): number {
  const [y, m, d] = from.split("-").map(Number) as [number, number, number];
  const [v, w, e] = to.split("-").map(Number) as [number, number, number];
  return (v - y) * 12 + (w - m) - (e < d ? 1 : 0);
}

/** Who else she is known as: the mother of a baby, a name used at home, the way to her house. */
export function whoText(person: Person, mother: Person | undefined): string {
  const parts = [
    mother ? t("baby of {name}", { name: mother.name }) : person.nickname && `“${person.nickname}”`,
    person.landmark || mother?.landmark,
  ];
  return parts.filter(Boolean).join(" · ");
}

export const yesterday = (today: string): string => daysAgo(today, 1);
