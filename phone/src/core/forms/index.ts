/** Forms on the phone: compiled by the server, run here (contract/FORMS.md). Pure: no DOM, no Date, no storage. */

import { OpenForm, type Opening } from "./form";
import type { Form } from "./types";

export type { OpenForm, Opening } from "./form";
export type { Group, Part, Question, Repeat, Row } from "./parts";
export type { Answers, Choice, Form, Kind, Node, Value, Violation } from "./types";

export function openForm(form: Form, opening: Opening): OpenForm {
  return new OpenForm(form, opening);
}
