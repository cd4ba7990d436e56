/** The only place of the app that reads a clock. Rules get civil dates as text, never a Date. */

/** Today where she is, `YYYY-MM-DD`. */
export function today(now = new Date()): string {
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** This moment with its offset from UTC, RFC 3339. */
export function moment(now = new Date()): string {
  const east = -now.getTimezoneOffset();
  const sign = east < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  return `${today(now)}T${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}${zone}`;
}

/** Whole days from a civil date to another: negative where `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

export function daysAgo(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

const two = (n: number) => String(n).padStart(2, "0");
