/** Guides of the bundle: group sessions, telephone scripts, and job aids that she reads with a client. */
import type { Plan } from "./rules";

export interface Part {
  readonly title: string;
  readonly minutes?: string;
  readonly say?: string;
  readonly do?: readonly string[];
  readonly ask?: readonly string[];
  readonly hears?: readonly { readonly if: string; readonly say: string }[];
}

export interface Guide {
  readonly kind: "session" | "script" | "job_aid";
  readonly id: string;
  readonly title: string;
  readonly aim: string;
  readonly source: string;
  readonly review?: string;
  /** The group's name, of a session. */
  readonly series?: string;
  readonly minutes?: number | string;
  readonly for?: string;
  readonly tasks?: readonly string[];
  readonly flags?: readonly string[];
  readonly form?: string;
  readonly parts: readonly Part[];
}

/** Those that help with what she needs now: her flags first, then what is due, in the order of her plan. */
export function helpful(guides: readonly Guide[], plan: Plan): Guide[] {
  const open = plan.tasks.filter((task) => task.status === "due" || task.status === "overdue");
  const needs = [...plan.flags.map((flag) => flag.id), ...open.map((task) => task.item)];
  const rank = (guide: Guide) =>
    Math.min(
      ...[...(guide.flags ?? []), ...(guide.tasks ?? [])].map((id) => {
        const at = needs.indexOf(id);
        return at < 0 ? needs.length : at;
      }),
    );
  return guides
    .map((guide) => ({ guide, rank: rank(guide) }))
    .filter((one) => one.rank < needs.length)
    .sort((a, b) => a.rank - b.rank)
    .map((one) => one.guide);
}

export interface Shelf {
  readonly title: string;
  readonly guides: readonly Guide[];
}

/** All guides of a kind; of sessions, one shelf for each group. */
export function shelves(guides: readonly Guide[]): Shelf[] {
  const titles = [...new Set(guides.map((guide) => guide.series ?? ""))];
  return titles.map((title) => ({
    title,
    guides: guides.filter((guide) => (guide.series ?? "") === title),
  }));
}
