/** Answers as a person reads them: labels in the place of names and codes. */
import { today } from "../app/clock";
import type { Form, Node } from "../app/programme";
import { dayText, t } from "../app/words";
import type { Answers, CareEvent } from "../sync/event";
import { Attached } from "./attached";

interface Line {
  readonly label: string;
  readonly text: string;
  /** The photo or recording that is the answer. */
  readonly file?: string;
}

export function AnswerList({ form, answers }: { form: Form; answers: Answers }) {
  return (
    <dl class="answers card">
      {lines(form, answers).map((line, n) => (
        <div key={`${n}${line.label}`}>
          <dt>{line.label}</dt>
          <dd>{line.file ? <Attached name={line.file} label={line.label} /> : line.text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The answers in the form's order; what has no label (hidden, calculated) is not for reading. */
export function lines(form: Form, answers: Answers, nodes: readonly Node[] = form.body): Line[] {
  return nodes.flatMap((node) => {
    if (node.type === "group") return lines(form, answers, node.body);
    if (node.type === "repeat") return repeated(form, node, answers[node.name]);
    const value = answers[node.name];
    if (value === undefined || value === null || !node.label || node.type === "note") return [];
    const line = { label: plainLabel(node.label), text: valueText(form, node, value) };
    return [node.type === "image" || node.type === "audio" ? { ...line, file: line.text } : line];
  });
}

function repeated(form: Form, node: Node, rows: unknown): Line[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row: Answers, n) => {
    const title = `${t(node.label ?? node.name)} ${rows.length > 1 ? n + 1 : ""}`.trim();
    return lines(form, row, node.body).map((line) => ({ ...line, label: `${title}: ${line.label}` }));
  });
}

export function valueText(form: Form, node: Node, value: unknown): string {
  const label = (code: unknown) =>
    t(form.choices[node.list ?? ""]?.find((choice) => choice.name === code)?.label ?? String(code));
  if (Array.isArray(value)) return value.map(label).join(", ");
  if (node.list) return label(value);
  if (node.type === "date") return dayText(String(value), today());
  return node.type === "geopoint" ? placeText(String(value)) : String(value);
}

/** "-25.9964, 28.2268 ± 12 m" */
function placeText(place: string): string {
  const [latitude, longitude, , accuracy] = place.split(" ");
  return `${latitude}, ${longitude}${accuracy ? ` ± ${Math.ceil(Number(accuracy))} m` : ""}`;
}

function plainLabel(label: string): string {
  return t(label).replace(/\s*\$\{[^}]*\}/g, "");
}

/** One or two answers that say most: the first choices of the form. */
export function gist(form: Form, event: CareEvent): string {
  const picked = choiceNodes(form.body).flatMap((node) => {
    const value = event.answers?.[node.name];
    return value === undefined || value === null ? [] : [valueText(form, node, value)];
  });
  return picked
    .filter((text) => text !== t("Yes") && text !== t("No"))
    .slice(0, 2)
    .join(", ");
}

function choiceNodes(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) =>
    node.body ? (node.type === "group" ? choiceNodes(node.body) : []) : node.list ? [node] : [],
  );
}
