/** Why a task is there, in words (RULES R37): the reason, the anchor, and the clause that decided. Twin of why.py. */

import { formatDate } from "../dates";
import type { Task } from "./plan";
import type { Rules } from "./rules";
import type { ItemTree } from "./tables";

// Message ids: the programme's catalogues translate them like every other text.
const COUNTED = "Counted from {form}, {date}.";
const NAMED = "The day is {clause}: {date}.";
const HOLDS = "Applies while {clause}.";
const STOPPED = "No longer needed: {clause}.";

/** One to three sentences. `translate` gives the text for a message id, in the reader's language. */
export function why(rules: Rules, task: Task, translate: (id: string) => string = (id) => id): string {
  const item = rules.texts.get(task.item)!;
  const [name, sentence] =
    task.status === "cancelled" ? (["unless", STOPPED] as const) : (["when", HOLDS] as const);
  const clause = item.words?.[name];
  return [
    translate(item.because || item.title || task.item),
    counted(item, task.anchor, translate),
    clause && clause !== "always" ? fill(translate(sentence), { clause: translate(clause) }) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** The event; or which of several dates it is (R24). */
function counted(item: ItemTree, anchor: Task["anchor"], translate: (id: string) => string): string {
  const date = formatDate(anchor.date);
  const clause = item.words?.dates?.[anchor.form];
  if (clause) return fill(translate(NAMED), { clause: translate(clause), date });
  return fill(translate(COUNTED), { form: translate(anchor.form.replaceAll("_", " ")), date });
}

function fill(text: string, fields: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => fields[name] ?? gap);
}
