// @vitest-environment jsdom
/** Every kind of question as a person finds it on a page. */
import { readFileSync } from "node:fs";
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeEach, expect, test } from "vitest";
import { type OpenForm, openForm } from "../core/forms";
import { type Room, RoomContext } from "./context";
import { Field } from "./field";
import { PartView } from "./fields";

const forms = JSON.parse(readFileSync("../contract/cases/forms/compiled.json", "utf8"));
let page: HTMLElement;
beforeEach(() => {
  page = document.createElement("main");
});

function show(form: OpenForm, shown: readonly string[] = []): void {
  const room = {
    form,
    shown: new Set<string>(shown),
    dateQuestion: null,
    changed: () => show(form),
    touched: () => {},
    keepNow: async () => {},
  };
  const parts = form.nodes.map((part) => <PartView key={part.path} part={part} />);
  act(() => render(<Field.Provider value={room}>{parts}</Field.Provider>, page));
}

const find = <Found extends Element = HTMLElement>(what: string) => page.querySelector<Found>(what) as Found;

test("a range is a slider, unanswered until it is touched", () => {
  const form = openForm(forms.places, { today: "2026-11-20" });
  show(form);
  expect(find("#q-pain + output").textContent).toBe("—");
  act(() => find("#q-pain").click());
  expect(form.answers()).toEqual({ pain: 0 });
});

test("a guidance hint waits behind a word; a place is asked of the phone; a code can be typed", () => {
  show(openForm(forms.places, { today: "2026-11-20" }));
  expect(find("[data-question=pain] details").textContent).toContain("Show her the faces.");
  expect(find<HTMLInputElement>("#q-home").readOnly).toBe(true);
  expect(find<HTMLInputElement>("#q-card").type).toBe("text");
  expect(find<HTMLInputElement>("#q-seen").type).toBe("time");
});

test("a long list is searched by typing", () => {
  const form = openForm(forms.lists, { today: "2026-11-20", answers: { province: "gauteng" } });
  show(form);
  const offered = () =>
    [...page.querySelectorAll("[data-question=district] .choice")].map((one) => one.textContent);
  expect(offered()).toEqual(["Ekurhuleni", "Joburg"]);
  const search = find<HTMLInputElement>("[data-question=district] input[type=search]");
  search.value = "jo";
  act(() => void search.dispatchEvent(new Event("input", { bubbles: true })));
  expect(offered()).toEqual(["Joburg"]);
});

test("rows can be added and removed within their bounds, and not at all where they are counted", () => {
  show(openForm(forms.counted, { today: "2026-11-20", answers: { born: 1, visits: [{}, {}, {}] } }));
  const buttons = [...page.querySelectorAll("button")].map((one) => one.textContent?.trim());
  expect(buttons).toEqual(["Remove", "Remove", "Remove"]);
});

test("too few or too many rows are said where the rows are, in the form's words or in ours", () => {
  const form = openForm(forms.counted, { today: "2026-11-20", answers: { visits: [{}] } });
  show(form, ["visits"]);
  expect(find(".wrong").textContent?.trim()).toBe("Two or three.");
  const { constraint_message: _, ...visits } = forms.counted.body[2];
  const plain = { ...forms.counted, body: forms.counted.body.toSpliced(2, 1, visits) };
  show(openForm(plain, { today: "2026-11-20", answers: { visits: [{}] } }), ["visits"]);
  expect(find(".wrong").textContent?.trim()).toBe("At least 2 are needed.");
  show(openForm(plain, { today: "2026-11-20", answers: { visits: [{}, {}, {}, {}] } }), ["visits"]);
  expect(find(".wrong").textContent?.trim()).toBe("At most 3 can be kept: remove some.");
});

test("a picture stands beside its question, and beside a choice; its words are the label's", () => {
  const [first, ...rest] = forms.lists.body;
  const form = openForm(
    { ...forms.lists, body: [{ ...first, media: { image: "a.png", audio: "a.mp3" } }, ...rest] },
    { today: "2026-11-20" },
  );
  const room = {
    form,
    shown: new Set<string>(),
    dateQuestion: null,
    changed: () => {},
    touched: () => {},
    keepNow: async () => {},
  };
  const media = { "a.png": "data:image/png;base64,eA==", "a.mp3": "data:audio/mpeg;base64,eA==" };
  const around = { session: { bundle: { media } } } as unknown as Room;
  act(() =>
    render(
      <RoomContext.Provider value={around}>
        <Field.Provider value={room}>
          <PartView part={form.nodes[0]!} />
        </Field.Provider>
      </RoomContext.Provider>,
      page,
    ),
  );
  expect(find<HTMLImageElement>("img.view").src).toBe(media["a.png"]);
  expect(find<HTMLAudioElement>("audio.view").src).toBe(media["a.mp3"]);
});
