/** What a task already knows: the answers that must be the same as those of the event it is counted from (RULES R18). */
import type { ItemTree, Tables } from "../core/engine";
import type { CareEvent } from "../sync/event";
import type { Task } from "./rules";

/** The address of a task's form: `form/FORM/CLIENT/ITEM/ANCHOR`. */
export function formPath(form: string, client: string, task?: Task): string {
  return ["form", form, client, ...(task ? [task.item, task.anchor.event] : [])].join("/");
}

/** Answers for the form that a task opens. A question named like the anchor's form holds the anchor itself. */
export function prefill(
  tables: Tables,
  item: ItemTree | undefined,
  form: string,
  anchor: { readonly root: string; readonly live: CareEvent | null } | undefined,
): Record<string, unknown> {
  const event = anchor?.live;
  if (!item || !anchor || !event?.answers) return {};
  const done = item.done.filter((one) => one.form === form || one.form === item.form);
  const names = new Set(done.flatMap((one) => sames(one.where)));
  const answers: Record<string, unknown> = {};
  for (const name of names) if (event.answers[name] != null) answers[name] = event.answers[name];
  if (event.form !== form && tables.forms[form]?.questions[event.form]) answers[event.form] = anchor.root;
  return answers;
}

/** The questions of a test that speak of the same answer. */
function sames(test: unknown): string[] {
  if (!test || typeof test !== "object") return [];
  if ("same" in test && "q" in test) return [test.q as string];
  return Object.values(test).flatMap(sames);
}
