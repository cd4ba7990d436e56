/** Who the clients are, read from their last live registration and consent. */
import type { CareEvent } from "../sync/event";
import { liveEvents } from "./live";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly nickname: string;
  readonly landmark: string;
  readonly phone: string;
  readonly group: string;
  readonly sex: string;
  readonly birthDate: string;
  readonly mother: string | null;
  readonly language: string;
  /** She agreed to messages by WhatsApp, and has not taken it back. */
  readonly whatsapp: boolean;
}

/** Null: no live registration, so nobody that a screen could name (RULES R8). */
export function personOf(events: readonly CareEvent[]): Person | null {
  const live = liveEvents(events).sort(inOrder);
  const answers = live.filter((event) => event.form === "registration").at(-1)?.answers;
  if (!answers) return null;
  const text = (name: string) => (typeof answers[name] === "string" ? (answers[name] as string) : "");
  return {
    id: live[0]!.client,
    name: [text("given_name"), text("family_name")].filter(Boolean).join(" ") || text("nickname") || "?",
    nickname: text("nickname"),
    landmark: text("landmark"),
    phone: text("phone"),
    group: text("client_group"),
    sex: text("sex"),
    birthDate: text("birth_date"),
    mother: text("mother") || null,
    language: text("language"),
    whatsapp: mayWhatsApp(live),
  };
}

function mayWhatsApp(live: readonly CareEvent[]): boolean {
  const asked = live.filter((event) => event.form === "consent" && event.answers?.purpose === "messages");
  const last = asked.filter((event) => event.answers?.channel === "whatsapp").at(-1);
  return last?.answers?.granted === "yes";
}

export function inOrder(a: CareEvent, b: CareEvent): number {
  if (a.occurred_on !== b.occurred_on) return a.occurred_on < b.occurred_on ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** `+27 82 123 4567` as WhatsApp's links want it; null where it has no country code. */
export function whatsAppNumber(phone: string): string | null {
  const digits = phone.replace(/[^\d+]/g, "");
  return /^\+\d{8,15}$/.test(digits) ? digits.slice(1) : null;
}
