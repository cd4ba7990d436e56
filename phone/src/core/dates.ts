/**
 * Civil dates as whole numbers of days since 1970-01-01, and durations to add to them: the twin of tsela.kernel.dates.
 *
 * The arithmetic is ours, never Date's: phone and server must agree on every date, every clamped month end and
 * every overflow. Valid dates run from 1900-01-01 to 2199-12-31; an addition that leaves that range gives null.
 */

export type Day = number;
export type Unit = "days" | "weeks" | "months" | "years";

export const FIRST_DAY: Day = -25567; // 1900-01-01
export const LAST_DAY: Day = 84005; // 2199-12-31

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The day that "YYYY-MM-DD" names, or null when it names none. */
export function parseDate(text: unknown): Day | null {
  const match = typeof text === "string" ? DATE.exec(text) : null;
  if (!match) return null;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const exists =
    year >= 1900 && year <= 2199 && month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month);
  return exists ? fromCivil(year, month, day) : null;
}

/** "YYYY-MM-DD" for a day in the valid range. */
export function formatDate(day: Day): string {
  if (!isDay(day)) throw new RangeError(`${day} is not a day between 1900-01-01 and 2199-12-31`);
  const [year, month, dayOfMonth] = toCivil(day);
  return `${year}-${pad(month)}-${pad(dayOfMonth)}`;
}

/** Whether a day number is a date that we accept. */
export function isDay(day: Day): boolean {
  return day >= FIRST_DAY && day <= LAST_DAY;
}

/** The day that lies count units after day, or null when it leaves the valid range. */
export function add(day: Day, count: number, unit: Unit): Day | null {
  let result: number;
  if (unit === "days") result = day + count;
  else if (unit === "weeks") result = day + 7 * count;
  else result = addMonths(day, unit === "months" ? count : 12 * count);
  return isDay(result) ? result : null;
}

/** 0 for Monday to 6 for Sunday. */
export function weekday(day: Day): number {
  return modulo(day + 3, 7);
}

/** How many days a month has. */
export function monthLength(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : MONTH_LENGTHS[month - 1]!;
}

/** The day number of a date. Counts in years that start in March, so that a leap day comes last. */
export function fromCivil(year: number, month: number, day: number): Day {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = quotient(153 * ((month + 9) % 12) + 2, 5) + day - 1;
  return (
    era * 146097 + yearOfEra * 365 + quotient(yearOfEra, 4) - quotient(yearOfEra, 100) + dayOfYear - 719468
  );
}

/** Year, month and day of month of a day number. */
export function toCivil(day: Day): [number, number, number] {
  const era = Math.floor((day + 719468) / 146097);
  const dayOfEra = day + 719468 - era * 146097;
  const yearOfEra = quotient(
    dayOfEra - quotient(dayOfEra, 1460) + quotient(dayOfEra, 36524) - quotient(dayOfEra, 146096),
    365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + quotient(yearOfEra, 4) - quotient(yearOfEra, 100));
  const shiftedMonth = quotient(5 * dayOfYear + 2, 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return [year, month, dayOfYear - quotient(153 * shiftedMonth + 2, 5) + 1];
}

/** 31 January and a month is 28 or 29 February: the end of a shorter month stands in for its missing days. */
function addMonths(day: Day, count: number): Day {
  const [year, month, dayOfMonth] = toCivil(day);
  const months = year * 12 + month - 1 + count;
  const newYear = Math.floor(months / 12);
  const newMonth = modulo(months, 12) + 1;
  return fromCivil(newYear, newMonth, Math.min(dayOfMonth, monthLength(newYear, newMonth)));
}

const quotient = (a: number, b: number): number => Math.trunc(a / b);
const modulo = (a: number, b: number): number => ((a % b) + b) % b;
const pad = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
