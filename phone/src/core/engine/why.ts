/** Why a task is there, in words (RULES R37): the reason, the anchor, and the clause that decided. Twin of why.py. */

import { formatDate } from "../dates";
import type { Task } from "./plan";
import type { Rules } from "./rules";
import type { ItemTree } from "./tables";

// Message ids: the programme's catalogues translate them like every other text.
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

/** “HIV test: 2026-06-15.”; of several dates, which one it is (R24). */
function counted(item: ItemTree, anchor: Task["anchor"], translate: (id: string) => string): string {
  const said = translate(item.words?.dates?.[anchor.form] ?? anchor.form.replaceAll("_", " "));
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}: ${formatDate(anchor.date)}.`;
}

function fill(text: string, fields: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => fields[name] ?? gap);
}
