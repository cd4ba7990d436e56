/** A form that a task opens already knows what it is about. */
import { expect, test } from "vitest";
import type { ItemTree, Tables } from "../core/engine";
import type { CareEvent } from "../sync/event";
import { prefill } from "./prefill";

const TABLES = {
  forms: {
    referral_outcome: { date: null, questions: { referral: { type: "text" }, service: { type: "code" } } },
  },
} as unknown as Tables;
const ITEM = {
  form: "referral_outcome",
  done: [
    {
      form: "referral_outcome",
      where: {
        and: [
          { q: "service", same: true },
          { q: "outcome", op: "=", value: "served" },
        ],
      },
    },
  ],
} as unknown as ItemTree;
const sent = { form: "referral", answers: { service: "tb", urgency: "soon" } } as unknown as CareEvent;

test("the answer to a referral knows the service and the referral", () => {
  const anchor = { root: "r1", live: sent };
  expect(prefill(TABLES, ITEM, "referral_outcome", anchor)).toEqual({ service: "tb", referral: "r1" });
});

test("without a task, or of an event that was taken back, it knows nothing", () => {
  expect(prefill(TABLES, undefined, "referral_outcome", { root: "r1", live: sent })).toEqual({});
  expect(prefill(TABLES, ITEM, "referral_outcome", { root: "r1", live: null })).toEqual({});
});
