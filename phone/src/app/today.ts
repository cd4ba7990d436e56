/** Today: who needs her, grouped by how much. A client stands once, in the first group that she belongs to. */
import type { ItemTree } from "../core/engine";
import type { Summary } from "./care";
import { daysBetween } from "./clock";
import type { Task } from "./rules";

export type GroupName = "flags" | "overdue" | "due" | "week";

export interface Card {
  readonly summary: Summary;
  /** What to show of her, the most pressing first. */
  readonly tasks: readonly Task[];
}

export type Groups = Readonly<Record<GroupName, readonly Card[]>>;

const WEEK_DAYS = 7;

/** `alongside`: items that wait for her next contact (R33a); they come last, and bring nobody here by themselves. */
export function grouped(
  everyone: readonly Summary[],
  today: string,
  alongside: ReadonlySet<string> = new Set(),
): Groups {
  const groups: Record<GroupName, Card[]> = { flags: [], overdue: [], due: [], week: [] };
  for (const summary of everyone) {
    const tasks = summary.open.filter((task) => pressing(task, today)).sort(byNeed);
    const calling = tasks.filter((task) => !alongside.has(task.item));
    const group = groupOf(summary, calling);
    const rest = tasks.filter((task) => alongside.has(task.item) && task.status !== "upcoming");
    if (group) groups[group].push({ summary, tasks: [...calling, ...rest] });
  }
  for (const cards of Object.values(groups)) cards.sort(cardOrder);
  return groups;
}

/** The items that wait for her next contact (R33a). */
export function waitsForContact(items: readonly ItemTree[] | undefined): Set<string> {
  return new Set(items?.filter((item) => item.at_contact).map((item) => item.id));
}

function pressing(task: Task, today: string): boolean {
  return task.status !== "upcoming" || daysBetween(today, task.due) <= WEEK_DAYS;
}

function groupOf(summary: Summary, tasks: readonly Task[]): GroupName | null {
  if (summary.flags.some((flag) => flag.level !== "info")) return "flags";
  const first = tasks[0];
  if (!first) return null;
  return first.status === "overdue" ? "overdue" : first.status === "due" ? "due" : "week";
}

const NEED: Readonly<Record<string, number>> = { overdue: 0, due: 1, upcoming: 2 };

function byNeed(a: Task, b: Task): number {
  return (
    (NEED[a.status] as number) - (NEED[b.status] as number) || (a.due < b.due ? -1 : a.due > b.due ? 1 : 0)
  );
}

function cardOrder(a: Card, b: Card): number {
  const urgent = (card: Card) => (card.summary.flags.some((flag) => flag.level === "urgent") ? 0 : 1);
  const due = (card: Card) => card.tasks[0]?.due ?? "9999";
  return (
    urgent(a) - urgent(b) ||
    (due(a) < due(b) ? -1 : due(a) > due(b) ? 1 : a.summary.person.name < b.summary.person.name ? -1 : 1)
  );
}
