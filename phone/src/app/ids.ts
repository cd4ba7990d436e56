/** Ids of events, clients and sessions: lower-case UUIDs. */

let lastTime = 0;
let counter = 0;

/** A new UUIDv7: sorts after every earlier one of this page, also when the clock is set back. */
export function uuid7(now = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    counter = Math.floor(Math.random() * 0x800);
  } else counter += 1;
  if (counter > 0xfff) {
    lastTime += 1;
    counter = 0;
  }
  const random = crypto.getRandomValues(new Uint8Array(8));
  random[0] = ((random[0] as number) & 0x3f) | 0x80;
  const time = lastTime.toString(16).padStart(12, "0");
  const tail = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const count = counter.toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
