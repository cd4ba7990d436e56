/** What every input of a form has: its question, its answer, and how a screen reader finds its hint and its mistake. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { OpenForm, Question } from "../core/forms";

export interface FieldRoom {
  readonly form: OpenForm;
  /** Whose mistakes are shown: questions that she has left, or a page that she tried to leave. */
  readonly shown: ReadonlySet<string>;
  readonly dateQuestion: string | null;
  readonly changed: () => void;
  readonly touched: (path: string) => void;
  /** The draft as it is now; on disk when it resolves. */
  readonly keepNow: () => Promise<void>;
}

export const Field = createContext<FieldRoom | null>(null);

export interface InputProps {
  readonly question: Question;
  readonly id: string;
  readonly wrong: boolean;
}

export function useAnswer(question: Question): [unknown, (answer: unknown) => void, () => void] {
  const { form, changed, touched } = useContext(Field) as FieldRoom;
  const set = (answer: unknown) => {
    form.set(question.path, answer);
    changed();
  };
  return [question.answer, set, () => touched(question.path)];
}

export function described({ id, wrong, question }: InputProps) {
  const by = [question.node.hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return {
    "aria-invalid": wrong || undefined,
    "aria-describedby": by || undefined,
    "aria-required": question.required || undefined,
  };
}
