/** Values and how they turn into one another (FORMS F1, F2). Twin of interpreter/values.py. */

import { formatDate, isDay, parseDate } from "../dates";
import type { Kind, Node, Value } from "./types";

const NUMBER = /^[ \t\r\n]*-?([0-9]+(\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*$/;
const GEOPOINT = /^-?[0-9]{1,2}(\.[0-9]+)? -?[0-9]{1,3}(\.[0-9]+)?( -?[0-9]+(\.[0-9]+)?){0,2}$/;
/** An attachment is a file that is named after its own SHA-256 (SPEC S60). */
const IMAGE = /^[0-9a-f]{64}\.(jpg|png)$/;
const AUDIO = /^[0-9a-f]{64}\.(webm|ogg|m4a)$/;
const TIME = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const text = toText(value);
  return parseDate(text) ?? (NUMBER.test(text) ? Number(text) : Number.NaN);
}

export function toText(value: Value): string {
  return typeof value === "object" ? value.join(" ") : String(value);
}

export function toBoolean(value: Value): boolean {
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  return typeof value === "boolean" ? value : value.length > 0;
}

export function dateText(days: number): string {
  const day = Math.floor(days);
  return isDay(day) ? formatDate(day) : "";
}

export function equal(a: Value, b: Value): boolean {
  if (typeof a === "boolean" || typeof b === "boolean") return toBoolean(a) === toBoolean(b);
  return isNumeric(a) || isNumeric(b) ? toNumber(a) === toNumber(b) : toText(a) === toText(b);
}

function isNumeric(value: Value): boolean {
  return typeof value === "number" || parseDate(value) !== null;
}

export function isEmpty(raw: unknown): boolean {
  return raw === undefined || raw === null || raw === "" || (Array.isArray(raw) && raw.length === 0);
}

/** An answer as expressions see it, and what is wrong with it. */
export function clean(type: string, raw: unknown, codes: readonly string[]): readonly [Value, Kind | null] {
  if (isEmpty(raw)) return ["", null];
  switch (type) {
    case "integer":
      return Number.isSafeInteger(raw) ? [raw as number, null] : ["", "type"];
    case "decimal":
      return Number.isFinite(raw) ? [raw as number, null] : ["", "type"];
    case "date":
      return parseDate(raw) === null ? ["", "type"] : [raw as string, null];
    case "time":
      return typeof raw === "string" && TIME.test(raw) ? [raw, null] : ["", "type"];
    case "image":
    case "audio":
      return typeof raw === "string" && (type === "image" ? IMAGE : AUDIO).test(raw)
        ? [raw, null]
        : ["", "type"];
    case "geopoint":
      return typeof raw === "string" && isGeopoint(raw) ? [raw, null] : ["", "type"];
    case "select_one":
      if (typeof raw !== "string") return ["", "type"];
      return codes.includes(raw) ? [raw, null] : ["", "choice"];
    case "select_multiple":
      return cleanMany(raw, codes);
    default:
      return typeof raw === "string" ? [raw, null] : ["", "type"];
  }
}

/** Degrees of latitude and longitude, then metres of altitude and of accuracy where known: "-25.99 28.22 1550 5". */
function isGeopoint(text: string): boolean {
  if (!GEOPOINT.test(text)) return false;
  const [latitude = 0, longitude = 0] = text.split(" ").map(Number);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

function cleanMany(raw: unknown, codes: readonly string[]): readonly [Value, Kind | null] {
  if (!Array.isArray(raw) || raw.some((one) => typeof one !== "string")) return ["", "type"];
  const known = raw.filter((one, at) => codes.includes(one) && raw.indexOf(one) === at);
  return [known.length > 0 ? known : "", raw.every((one) => codes.includes(one)) ? null : "choice"];
}

/** The result of a calculation, made to fit its question; "" where it cannot. */
export function cast(node: Node, result: Value): Value {
  switch (node.value ?? node.type) {
    case "integer":
    case "decimal": {
      const number = toNumber(result);
      return Number.isFinite(number) ? number : "";
    }
    case "date":
      return dateText(toNumber(result));
    case "select_multiple":
      return toText(result).split(" ").filter(Boolean);
    default:
      return typeof result === "number" && !Number.isFinite(result) ? "" : toText(result);
  }
}
