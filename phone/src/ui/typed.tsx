/** Inputs that are typed: texts, numbers, dates. */
import { useContext, useState } from "preact/hooks";
import { today } from "../app/clock";
import { t } from "../app/words";
import { described, Field, type FieldRoom, type InputProps, useAnswer } from "./field";
import { yesterday } from "./kit";

export function DateInput(props: InputProps) {
  const { dateQuestion } = useContext(Field) as FieldRoom;
  const [answer, set, leave] = useAnswer(props.question);
  const chip = (label: string, day: string) => (
    <button type="button" class="chip" aria-pressed={answer === day} onClick={() => set(day)}>
      {label}
    </button>
  );
  return (
    <>
      <input
        id={props.id}
        type="date"
        value={(answer as string) ?? ""}
        min="1900-01-01"
        max="2199-12-31"
        onInput={(event) => set(event.currentTarget.value || undefined)}
        onBlur={leave}
        {...described(props)}
      />
      {props.question.name === dateQuestion && (
        <div class="chips">
          {chip(t("Today"), today())}
          {chip(t("Yesterday"), yesterday(today()))}
        </div>
      )}
    </>
  );
}

/** Text and numbers. What is typed stays as typed; a number is read from it where it is one. */
export function TextInput(props: InputProps) {
  const { node } = props.question;
  const [answer, set, leave] = useAnswer(props.question);
  const [typed, setTyped] = useState(String(answer ?? ""));
  const number = node.type === "integer" || node.type === "decimal";
  const own = number ? readNumber(typed) === answer : typed === (answer ?? "");
  const value = own ? typed : String(answer ?? "");
  const input = (text: string) => {
    setTyped(text);
    set(number ? readNumber(text) : text || undefined);
  };
  const common = { id: props.id, value, onBlur: leave, autocomplete: "off", ...described(props) };
  if (node.appearance?.includes("multiline"))
    return <textarea rows={4} {...common} onInput={(event) => input(event.currentTarget.value)} />;
  const keyboard =
    node.type === "integer"
      ? "numeric"
      : node.type === "decimal"
        ? "decimal"
        : node.appearance?.includes("numbers")
          ? "tel"
          : "text";
  return (
    <input
      type="text"
      inputMode={keyboard}
      {...common}
      onInput={(event) => input(event.currentTarget.value)}
    />
  );
}

/** `36,5` and `36.5` alike; what is no number stays text, so that the form can say so. */
function readNumber(text: string): unknown {
  const bare = text.trim().replace(",", ".");
  if (bare === "") return undefined;
  return /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : text;
}
