/** What makes a PIN weak, and how long to wait after wrong ones. */

export const PIN_LENGTH = 6;

export type Weakness = "too_short" | "same_digit" | "in_a_row" | "repeats" | "a_year" | null;

export function weakness(pin: string): Weakness {
  if (!/^\d{6}$/.test(pin)) return "too_short";
  if (/^(\d)\1+$/.test(pin)) return "same_digit";
  if ("0123456789012345".includes(pin) || "9876543210987654".includes(pin)) return "in_a_row";
  if (/^(\d{1,3})\1+$/.test(pin)) return "repeats";
  if (/^(19|20)\d{4}$/.test(pin) || /(19|20)\d{2}$/.test(pin)) return "a_year";
  return null;
}

const MINUTE = 60;

/** Seconds to wait after the nth wrong PIN in a row: four are free, then it grows to an hour. */
export function waitAfter(wrong: number): number {
  const waits = [30, MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
  return wrong < 5 ? 0 : (waits[Math.min(wrong - 5, waits.length - 1)] as number);
}
