/** A form, page by page: every answer is kept at once as a draft; nothing counts until it is saved. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { today } from "../app/clock";
import { finish } from "../app/route";
import type { FormDraft } from "../app/session";
import { t } from "../app/words";
import { type Form, type OpenForm, openForm, type Part } from "../core/forms";
import type { Answers, Mode } from "../sync/event";
import { AnswerList } from "./answers";
import { useRoom } from "./context";
import { Field } from "./field";
import { PartView, visible } from "./fields";
import { Page } from "./kit";

/** What is being filled in, and for whom. */
export interface Start {
  readonly draft: string;
  readonly form: Form;
  readonly clients: readonly string[];
  readonly name: string;
  readonly mode: Mode;
  readonly replaces: string | null;
  /** Answers of the registration, for pulldata. */
  readonly record: Answers;
  /** The entry that is corrected. */
  readonly answers?: Answers;
  /** Given by the app, not by her: mother, caseload. */
  readonly given?: Answers;
  /** Where to go when it is saved. */
  readonly after: string;
}

export function FormScreen({ start }: { start: Start }) {
  const { session, say } = useRoom();
  const kept = useRef(session.drafts.find((draft) => draft.id === start.draft));
  const form = useMemo(() => opened(start, kept.current), [start.draft]);
  const [page, setPage] = useState(kept.current?.page ?? 0);
  const [mode, setMode] = useState<Mode>(kept.current?.mode ?? start.mode);
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set());
  const [saving, setSaving] = useState(false);
  const [, redraw] = useState(0);
  const keep = useKeeper(form, start, page, mode);

  const pages = pagesOf(form).filter((parts) => parts.some((part) => visible(part)));
  const at = Math.min(page, pages.length);
  const review = at === pages.length;

  const turn = (to: number) => {
    setPage(to);
    keep.later(to);
    scrollTo(0, 0);
    document.querySelector<HTMLElement>(".top h1")?.focus({ preventScroll: true });
  };
  const next = () => {
    const wrong = wrongOn(form, pages[at] ?? []);
    if (wrong.length === 0) return turn(at + 1);
    setShown(new Set([...shown, ...wrong]));
    requestAnimationFrame(() => focusFirstWrong());
  };
  const save = async () => {
    const wrong = form.violations();
    const bad = pages.findIndex((parts) => wrongOn(form, parts).length > 0);
    if (wrong.length > 0 && bad >= 0) {
      setShown(new Set(wrong.map((one) => one.path)));
      return turn(bad);
    }
    setSaving(true);
    keep.stop();
    const answers = form.answers();
    await session.save({
      form: start.form,
      clients: start.clients,
      answers,
      mode,
      replaces: start.replaces,
      draft: start.draft,
    });
    say(t("Saved on this phone"));
    finish(start.after);
  };

  const choose = (how: Mode) => {
    setMode(how);
    keep.later(at, how);
  };

  const foot = review ? (
    <button type="button" class="button go" disabled={saving} onClick={save} data-test="save">
      {saving ? t("Saving…") : t("Save")}
    </button>
  ) : (
    <button type="button" class="button go" onClick={next} data-test="next">
      {at === pages.length - 1 ? t("Check and save") : t("Next")}
    </button>
  );
  const room = {
    form,
    shown,
    dateQuestion: start.form.date_question,
    changed: () => {
      redraw((n) => n + 1);
      keep.later(at);
    },
    keepNow: keep.write,
    touched: (path: string) => setShown((before) => new Set([...before, path])),
  };
  return (
    <Page
      title={t(start.form.title)}
      back
      foot={
        <>
          {at > 0 && (
            <button type="button" class="button quiet" onClick={() => turn(at - 1)}>
              {t("Back")}
            </button>
          )}
          {foot}
        </>
      }
    >
      <p class="soft">{start.name}</p>
      <div class="steps" role="img" aria-label={t("Page {n} of {all}", { n: at + 1, all: pages.length + 1 })}>
        {[...pages, null].map((_, n) => (
          <i key={n} class={n <= at ? "on" : ""} />
        ))}
      </div>
      {kept.current && at === kept.current.page && <Resumed start={start} />}
      {review ? (
        <Review start={start} answers={form.answers()} mode={mode} setMode={choose} />
      ) : (
        <Field.Provider value={room}>
          {(pages[at] ?? []).map((part) => (
            <PartView key={part.path} part={part} />
          ))}
        </Field.Provider>
      )}
    </Page>
  );
}

function Resumed({ start }: { start: Start }) {
  const { session } = useRoom();
  const again = async () => {
    await session.dropDraft(start.draft);
    history.back();
  };
  return (
    <p class="note">
      {t("You began this before. Your answers are here.")}{" "}
      <button type="button" class="chip" onClick={again}>
        {t("Throw it away")}
      </button>
    </p>
  );
}

const MODES: readonly Mode[] = ["home", "facility", "phone", "group"];

function Review(props: { start: Start; answers: Answers; mode: Mode; setMode: (mode: Mode) => void }) {
  const words: Record<string, string> = {
    home: t("At home"),
    facility: t("Clinic"),
    phone: t("Phone"),
    group: t("Group"),
  };
  return (
    <div class="stack">
      <h2>{t("Is this right?")}</h2>
      <AnswerList form={props.start.form} answers={props.answers} />
      {props.start.mode !== "group" && props.start.form.id !== "registration" && (
        <fieldset class="field">
          <legend>{t("How did you meet?")}</legend>
          <div class="choices short">
            {MODES.map((mode) => (
              <label key={mode} class="choice">
                <input
                  type="radio"
                  name="mode"
                  checked={props.mode === mode}
                  onChange={() => props.setMode(mode)}
                />
                {words[mode]}
              </label>
            ))}
          </div>
        </fieldset>
      )}
    </div>
  );
}

// ---- the open form and its draft

function opened(start: Start, draft: FormDraft | undefined): OpenForm {
  const opening = { today: today(), record: start.record };
  const answers = draft?.answers ?? start.answers;
  const form = openForm(start.form, answers ? { ...opening, answers } : opening);
  for (const [name, value] of Object.entries(start.given ?? {}))
    if (form.root.questions.has(name)) form.set(name, value);
  return form;
}

/** Answers as they were given, wrong ones too: a draft forgets nothing. */
function given(parts: readonly Part[]): Answers {
  const answers: Answers = {};
  for (const part of parts) {
    if (part.kind === "group") Object.assign(answers, given(part.body));
    else if (part.kind === "repeat") answers[part.name] = part.rows.map((row) => given(row.body));
    else if (part.node.type !== "note" && part.answer !== undefined) answers[part.name] = part.answer;
  }
  return answers;
}

const KEEP_MS = 250;

/** Writes the draft a moment after each answer, and at once when the app is put away. */
function useKeeper(form: OpenForm, start: Start, page: number, mode: Mode) {
  const { session } = useRoom();
  const state = useRef({ page, mode, timer: 0, stopped: false, dirty: false });
  const keeper = useMemo(() => {
    const now = state.current;
    const write = async () => {
      clearTimeout(now.timer);
      if (now.stopped || !now.dirty) return;
      now.dirty = false;
      const { draft: id, clients, name, replaces } = start;
      const saved = new Date().toISOString();
      await session.keepDraft({
        id,
        form: start.form.id,
        clients,
        name,
        answers: given(form.nodes),
        page: now.page,
        mode: now.mode,
        replaces,
        saved,
      });
    };
    const later = (at: number, how: Mode = now.mode) => {
      Object.assign(now, { page: at, mode: how, dirty: true });
      clearTimeout(now.timer);
      now.timer = window.setTimeout(write, KEEP_MS);
    };
    const stop = () => {
      now.stopped = true;
      clearTimeout(now.timer);
    };
    return { write, later, stop };
  }, [form]);
  useEffect(() => {
    const away = () => void (document.hidden && keeper.write());
    document.addEventListener("visibilitychange", away);
    addEventListener("pagehide", keeper.write);
    addEventListener("tsela:flush", keeper.write);
    return () => {
      void keeper.write();
      document.removeEventListener("visibilitychange", away);
      removeEventListener("pagehide", keeper.write);
      removeEventListener("tsela:flush", keeper.write);
    };
  }, [keeper]);
  return keeper;
}

// ---- pages

/** One page a group; the questions between two groups are a page too. */
function pagesOf(form: OpenForm): Part[][] {
  const pages: Part[][] = [];
  let loose = false;
  for (const part of form.nodes) {
    const joins = loose && part.kind === "question";
    if (joins) pages.at(-1)?.push(part);
    else pages.push([part]);
    loose = part.kind === "question";
  }
  return pages;
}

function wrongOn(form: OpenForm, parts: readonly Part[]): string[] {
  return form.parts(parts).flatMap((part) => part.violation?.path ?? []);
}

function focusFirstWrong(): void {
  const field = document.querySelector<HTMLElement>("[aria-invalid=true]");
  field?.focus({ preventScroll: true });
  field?.closest(".field, .wrong")?.scrollIntoView({ block: "center" });
}
