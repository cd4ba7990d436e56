// @vitest-environment jsdom
/** ODK's engine as the oracle of ours; tests/programme/test_forms_odk.py makes the vectors and runs this (forms_fuzz.py). */
import { appendFileSync, readFileSync } from "node:fs";
import type { RootNode } from "@getodk/xforms-engine";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Form, type OpenForm, openForm, type Question } from ".";

type Step = ["set", string, unknown] | ["add", string] | ["remove", string, number];
interface Vector {
  form: Form;
  xform: string;
  today: string;
  record: Record<string, unknown>;
  files: Record<string, string>;
  runs: Step[][];
}
/** path → [text of the value, violation]; a question that is not relevant is absent. */
type Seen = Record<string, [string, string | null]>;

// ODK's expression parser is WebAssembly that looks for files when it finds itself in Node; so let it find a browser.
const { loadForm } = await asInBrowser(() => import("@getodk/xforms-engine"));

async function asInBrowser<Module>(load: () => Promise<Module>): Promise<Module> {
  const { versions } = process;
  Object.defineProperty(process, "versions", { value: {}, configurable: true });
  const loaded = await load();
  Object.defineProperty(process, "versions", { value: versions, configurable: true });
  return loaded;
}

const given = process.env.TSELA_FORM_VECTORS;
/** Where to write how many answer sets of each form were compared. */
const report = process.env.TSELA_FORM_REPORT;
let compared = 0;
const vectors: Vector[] = given ? JSON.parse(readFileSync(given, "utf8")) : [];

// biome-ignore lint/suspicious/noExplicitAny: ODK's node types are a union of forty; we touch what all have
type OdkNode = any;

beforeAll(
  () =>
    void vi.useFakeTimers({
      toFake: ["Date"],
      now: new Date(`${vectors[0]?.today ?? "2026-11-20"}T10:00:00Z`),
    }),
);
afterAll(() => void vi.useRealTimers());

describe.skipIf(vectors.length === 0)("as ODK's engine does", () => {
  test.each(vectors.map((vector) => [vector.form.id, vector] as const))(
    "%s",
    { timeout: 600_000 },
    async (_, vector) => {
      const loaded = await loadForm(vector.xform, { fetchFormAttachment: fetchFrom(vector.files) });
      if (loaded.status === "failure") throw loaded.error;
      compared = 0;
      const differences = vector.runs.flatMap(
        (steps) => difference(vector, loaded.createInstance().root, steps) ?? [],
      );
      if (report) appendFileSync(report, `${vector.form.id} ${compared}\n`);
      for (const one of differences.slice(0, 3)) console.log(`DIFFERS ${vector.form.id} ${one}`);
      expect(differences.length).toBe(0);
    },
  );
});

/** Play one answer set; the first difference after any of its answers. */
function difference(vector: Vector, odk: RootNode, steps: readonly Step[]): string | null {
  const ours = openForm(vector.form, vector);
  openRows(ours, odk);
  let found = compare(ours, odk);
  const played: Step[] = [];
  for (const step of steps) {
    if (found || !playable(odk, step)) continue;
    played.push(step);
    playOdk(odk, step);
    playOurs(ours, step);
    if (ours.violations().some(({ kind }) => kind === "choice")) break; // ODK drops such an answer, we show it
    found = compare(ours, odk);
  }
  return found && `after ${JSON.stringify(played)}: ${found}`;
}

/** ODK reads a form's data files from wherever the form came from: here, from the vector. */
function fetchFrom(files: Record<string, string>) {
  return async (url: { href: string }) =>
    new Response(files[url.href.split("/").at(-1) ?? ""] ?? "", { headers: { "content-type": "text/csv" } });
}

/** ODK opens every repeat with one row. */
function openRows(form: OpenForm, odk: RootNode): void {
  for (const { name, rows, counted } of form.root.repeats.values())
    if (!counted) for (let n = rows.length; n > 1; n--) repeat(odk, name).addInstances();
}

function playOurs(form: OpenForm, step: Step): void {
  if (step[0] === "set") form.set(step[1], step[2]);
  else if (step[0] === "add") form.addRepeat(step[1]);
  else form.removeRepeat(step[1], step[2]);
}

function seen(form: OpenForm): Seen {
  const shown = form.questions().filter((question) => question.relevant && question.node.type !== "note");
  return Object.fromEntries(
    shown.map((question) => [question.path, [text(question), question.violation?.kind ?? null]]),
  );
}

/**
 * Where ours says more on purpose (FORMS F2, F9): ODK's not-a-number is our empty answer; sum, min and max skip empty
 * answers; count() skips a repeat that is not relevant; a boolean compares with the answer to a question, not with whether the question exists.
 */
function compare(form: OpenForm, odk: RootNode): string | null {
  compared++;
  const theirs = odkSeen(odk);
  const mine = seen(form);
  for (const { path, node } of form.questions()) {
    const calculation = JSON.stringify(node.calculation ?? "");
    const at = theirs[path];
    if (at && ["", "NaN"].includes(at[0]))
      at[0] = /"(sum|min|max)"/.test(calculation) ? (mine[path]?.[0] ?? "") : "";
    if (at && calculation.includes('"count"') && mine[path]?.[0] === "0") at[0] = "0";
    if (at && calculation.includes('["=",["lit",true]')) at[0] = mine[path]?.[0] ?? "";
  }
  // pyxform adds a question for the number of rows of a counted repeat
  const paths = new Set([
    ...Object.keys(mine),
    ...Object.keys(theirs).filter((path) => !path.endsWith("_count")),
  ]);
  const differ = [...paths].filter((path) => String(mine[path]) !== String(theirs[path]));
  return differ.length === 0
    ? null
    : differ.map((path) => `${path}: ours ${mine[path]}, theirs ${theirs[path]}`).join("; ");
}

function text({ value }: Question): string {
  return Array.isArray(value) ? [...value].sort().join(" ") : String(value).trim();
}

function odkSeen(root: RootNode): Seen {
  const seen: Seen = {};
  for (const [path, node] of leaves(root)) {
    if (!node.currentState.relevant || node.nodeType === "note") continue;
    const raw = unescaped(node.instanceState.instanceXML.replace(/<[^>]*>/g, "")).trim();
    const value =
      node.nodeType === "select" ? raw.split(" ").sort().join(" ") : raw.replace(/(\d)\.0(?!\d)/g, "$1");
    seen[path] = [value, node.validationState.violation?.condition ?? null];
  }
  return seen;
}

function unescaped(xml: string): string {
  return xml.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function* leaves(node: OdkNode, prefix = ""): Generator<[string, OdkNode]> {
  for (const child of node.currentState.children ?? []) {
    const name: string = child.definition.qualifiedName.localName;
    if (name === "meta") continue;
    if (child.nodeType.startsWith("repeat-range")) {
      for (const [n, row] of child.currentState.children.entries()) yield* leaves(row, `${name}[${n}].`);
    } else if (child.currentState.children) yield* leaves(child, prefix);
    else yield [prefix + name, child];
  }
}

function playOdk(root: RootNode, step: Step): void {
  if (step[0] !== "set") {
    const range = repeat(root, step[1]);
    if (step[0] === "add") range.addInstances();
    else range.removeInstances(step[2]);
    return;
  }
  const node = find(root, step[1]);
  const value = step[2];
  if (node.nodeType === "select") node.selectValues([value].flat());
  else node.setValue(value === null ? "" : String(value));
}

/** ODK has no way to give a code that is not offered. */
function playable(root: RootNode, step: Step): boolean {
  if (step[0] !== "set") return true;
  const node = find(root, step[1]);
  if (node === undefined) return false;
  const offered = () => node.currentState.valueOptions.map((option: OdkNode) => option.value);
  return node.nodeType !== "select" || [step[2]].flat().every((code) => offered().includes(code));
}

function find(root: RootNode, path: string): OdkNode {
  return [...leaves(root)].find(([at]) => at === path)?.[1];
}

function repeat(node: OdkNode, name: string): OdkNode {
  for (const child of node.currentState.children ?? []) {
    if (child.definition.qualifiedName.localName === name) return child;
    const inside = child.nodeType === "group" && repeat(child, name);
    if (inside) return inside;
  }
  return undefined;
}
