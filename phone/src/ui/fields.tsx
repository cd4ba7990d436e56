/** The questions of a form as native inputs, big enough for a thumb. */
import { useContext, useState } from "preact/hooks";
import { t } from "../app/words";
import type { Part, Question, Repeat } from "../core/forms";
import { Attached, Beside } from "./attached";
import { described, Field, type FieldRoom, type InputProps, useAnswer } from "./field";
import { CodeInput, PlaceInput, RangeInput, TimeInput } from "./inputs";
import { Icon } from "./kit";
import { PhotoInput } from "./photo";
import { SoundInput } from "./sound";
import { DateInput, TextInput } from "./typed";

export function PartView({ part }: { part: Part }) {
  const room = useContext(Field) as FieldRoom;
  if (!visible(part)) return null;
  if (part.kind === "repeat") return <RepeatView repeat={part} />;
  if (part.kind === "question") return <QuestionView question={part} />;
  return (
    <section>
      {part.node.label && <h2>{room.form.fill(t(part.node.label), part, t)}</h2>}
      {part.body.map((inner) => (
        <PartView key={inner.path} part={inner} />
      ))}
    </section>
  );
}

/** Whether a part shows anything now. */
export function visible(part: Part): boolean {
  if (!part.relevant) return false;
  if (part.kind === "group") return part.body.some(visible);
  return (
    part.kind === "repeat" ||
    !(part.node.type === "hidden" || (part.node.type === "calculate" && !part.node.label))
  );
}

function RepeatView({ repeat }: { repeat: Repeat }) {
  const { form, shown, changed } = useContext(Field) as FieldRoom;
  const violation = shown.has(repeat.path) ? repeat.violation : null;
  const label = t(repeat.node.label ?? repeat.name);
  const act = (change: () => void) => () => {
    change();
    changed();
  };
  return (
    <section>
      {repeat.rows.map((row, n) => (
        <fieldset class="subform" key={row.key}>
          <legend>{`${label} ${repeat.rows.length > 1 ? n + 1 : ""}`}</legend>
          {row.body.map((part) => (
            <PartView key={part.name} part={part} />
          ))}
          {repeat.mayRemove && (
            <button type="button" class="button quiet" onClick={act(() => form.removeRepeat(repeat.name, n))}>
              <Icon name="bin" /> {t("Remove")}
            </button>
          )}
        </fieldset>
      ))}
      {repeat.mayAdd && (
        <button type="button" class="button field" onClick={act(() => form.addRepeat(repeat.name))}>
          <Icon name="add" /> {t("Add another: {what}", { what: label })}
        </button>
      )}
      {violation && (
        <p class="wrong" role="alert" tabIndex={-1} aria-invalid="true">
          <Icon name="warn" /> {rowsText(repeat) ?? t(violation.message)}
        </p>
      )}
    </section>
  );
}

/** How many rows there must be, where the form has no words of its own for it. */
function rowsText(repeat: Repeat): string | null {
  const { constraint_message: own, min_rows: least = 0, max_rows: most } = repeat.node;
  if (own) return null;
  return repeat.rows.length < least
    ? t("At least {n} are needed.", { n: least })
    : t("At most {n} can be kept: remove some.", { n: most ?? 0 });
}

function QuestionView({ question }: { question: Question }) {
  const { form, shown } = useContext(Field) as FieldRoom;
  const { node, path } = question;
  const text = (english: string) => form.fill(t(english), question, t);
  if (node.type === "note")
    return (
      <div class="field">
        <Beside media={node.media} />
        <p class="note">{text(node.label ?? "")}</p>
      </div>
    );
  if (question.readonly)
    return (
      <p class="field">
        <span class="label">{text(node.label ?? "")}</span>
        {isFile(node.type) && question.value ? (
          <Attached name={String(question.value)} label={text(node.label ?? "")} />
        ) : (
          String(question.value)
        )}
      </p>
    );
  const violation = shown.has(path) ? question.violation : null;
  // Several inputs, or a button that has words of its own: the question is the name of the whole.
  const whole = (node.type.startsWith("select") && !asMenu(question)) || isFile(node.type);
  const id = `q-${path.replace(/\W/g, "-")}`;
  const label = (
    <>
      {text(node.label ?? node.name)}
      {!question.required && <span class="soft"> · {t("optional")}</span>}
    </>
  );
  const body = (
    <>
      {node.hint && (
        <p class="hint" id={`${id}-hint`}>
          {text(node.hint)}
        </p>
      )}
      {node.guidance_hint && (
        <details class="hint">
          <summary>{t("More")}</summary>
          {text(node.guidance_hint)}
        </details>
      )}
      <Beside media={node.media} />
      <Input question={question} id={id} wrong={violation !== null} />
      {violation && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          <Icon name="warn" /> {t(violation.message)}
        </p>
      )}
    </>
  );
  return whole ? (
    <fieldset class="field" data-question={path} role={node.type === "select_one" ? "radiogroup" : undefined}>
      <legend>{label}</legend>
      {body}
    </fieldset>
  ) : (
    <div class="field" data-question={path}>
      <label for={id}>{label}</label>
      {body}
    </div>
  );
}

function isFile(type: string): boolean {
  return type === "image" || type === "audio";
}

function Input(props: InputProps) {
  const { type, range } = props.question.node;
  if (type === "select_one") return asMenu(props.question) ? <Menu {...props} /> : <Choices {...props} />;
  if (type === "select_multiple") return <Choices {...props} />;
  if (type === "date") return <DateInput {...props} />;
  if (type === "time") return <TimeInput {...props} />;
  if (type === "barcode") return <CodeInput {...props} />;
  if (type === "image") return <PhotoInput {...props} />;
  if (type === "audio") return <SoundInput {...props} />;
  if (type === "geopoint") return <PlaceInput {...props} />;
  if (range) return <RangeInput {...props} range={range} />;
  return <TextInput {...props} />;
}

/** A long list, or one marked `minimal`, is a menu; a very long one is searched by typing. */
function asMenu(question: Question): boolean {
  const { node, choices } = question;
  if (node.type !== "select_one" || isSearched(question)) return false;
  return node.appearance?.includes("minimal") || choices.length > 12;
}

function isSearched({ node, choices }: Question): boolean {
  return node.appearance?.some((word) => word === "search" || word === "autocomplete") || choices.length > 40;
}

/** How many choices of a searched list are shown at a time, beside those that are picked. */
const SHOWN = 12;

/** The choices to show now, and what is typed to find them. */
function useSearch(question: Question, isPicked: (code: string) => boolean) {
  const [sought, setSought] = useState("");
  if (!isSearched(question)) return { shown: question.choices, sought: null, setSought };
  const has = (label: string) => t(label).toLowerCase().includes(sought.trim().toLowerCase());
  const found = question.choices.filter((choice) => !isPicked(choice.name) && has(choice.label));
  const picked = question.choices.filter((choice) => isPicked(choice.name));
  return { shown: [...picked, ...found.slice(0, SHOWN)], sought, setSought };
}

function Choices(props: InputProps) {
  const { question, id } = props;
  const [answer, set, leave] = useAnswer(question);
  const many = question.node.type === "select_multiple";
  const picked = new Set(many ? ((answer as string[] | undefined) ?? []) : [answer]);
  const choose = (code: string) => {
    if (!many) return set(code);
    const next = question.choices
      .map((choice) => choice.name)
      .filter((name) => (name === code ? !picked.has(code) : picked.has(name)));
    set(next.length > 0 ? next : undefined);
  };
  const { shown, sought, setSought } = useSearch(question, (code) => picked.has(code));
  const short =
    question.choices.length === 2 && question.choices.every((choice) => t(choice.label).length < 9);
  return (
    <>
      {sought !== null && (
        <input
          id={id}
          type="search"
          aria-label={t("Search")}
          placeholder={t("Search")}
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      )}
      <div class={short ? "choices short" : "choices"}>
        {shown.map((choice) => (
          <label class="choice" key={choice.name}>
            <input
              type={many ? "checkbox" : "radio"}
              name={id}
              value={choice.name}
              checked={picked.has(choice.name)}
              onChange={() => choose(choice.name)}
              onBlur={leave}
              {...described(props)}
            />
            {choice.image && <Beside media={{ image: choice.image }} />}
            {t(choice.label)}
          </label>
        ))}
      </div>
      {!many && !question.required && answer !== undefined && answer !== "" && (
        <div class="chips">
          <button type="button" class="chip" onClick={() => set(undefined)}>
            {t("Clear")}
          </button>
        </div>
      )}
    </>
  );
}

function Menu(props: InputProps) {
  const [answer, set, leave] = useAnswer(props.question);
  return (
    <select
      id={props.id}
      value={(answer as string) ?? ""}
      onChange={(event) => set(event.currentTarget.value || undefined)}
      onBlur={leave}
      {...described(props)}
    >
      <option value="">{t("Choose…")}</option>
      {props.question.choices.map((choice) => (
        <option key={choice.name} value={choice.name}>
          {t(choice.label)}
        </option>
      ))}
    </select>
  );
}
