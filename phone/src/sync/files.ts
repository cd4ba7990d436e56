/**
 * Photos and recordings to the server (SPEC S60-S64), after everything else and never instead of it.
 *
 * Pure, like sync.ts. The server says after each piece how much of a file it has; the phone remembers nothing of it.
 */
import type { Problem } from "./event";
import { TransportError } from "./sync";

/** A file that an accepted event names and that the server does not have yet. */
export interface Waiting {
  readonly name: string;
  readonly size: number;
  readonly event: string;
}

export interface FileStore {
  waiting(): readonly Waiting[];
  bytes(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** The server has it; or why it did not take it, for a person to see. */
  settle(name: string, error: Problem | null): Promise<void>;
}

export interface FileTransport {
  /** Send the piece at `offset`; how many bytes of the file the server has now. */
  put(file: Waiting, offset: number, piece: Uint8Array<ArrayBuffer>): Promise<number>;
}

const PIECE = 64 * 1024; // half a minute on a very slow network: less than that is lost when it breaks
const NOT_YET = "E422"; // the server has not seen the event: it will

/** Send what waits, one file after the other. Throws TransportError where the network or the server fails. */
export async function sendFiles(
  store: FileStore,
  transport: FileTransport,
  tell: (sent: number) => void = () => {},
): Promise<number> {
  let sent = 0;
  for (const file of store.waiting()) {
    const bytes = await store.bytes(file.name);
    if (bytes === null) continue;
    try {
      await send(file, bytes, transport);
      await store.settle(file.name, null);
      tell(++sent);
    } catch (error) {
      if (!(error instanceof TransportError) || error.failure !== "bad_request") throw error;
      if (error.problem?.code !== NOT_YET) await store.settle(file.name, error.problem ?? UNREADABLE);
    }
  }
  return sent;
}

async function send(file: Waiting, bytes: Uint8Array<ArrayBuffer>, transport: FileTransport): Promise<void> {
  let have = 0;
  for (let tries = 2 + 2 * Math.ceil(file.size / PIECE); tries > 0 && have < file.size; tries--)
    have = await transport.put(file, have, bytes.slice(have, have + PIECE));
  if (have < file.size) throw new TransportError("busy"); // an answer that never comes to an end
}

const UNREADABLE: Problem = {
  code: "E420",
  what: "The server did not take this photo or recording.",
  remedy: "Open the entry, take the photo or make the recording again, and save.",
};

const NAMED = /"([0-9a-f]{64}\.(?:jpg|png|webm|ogg|m4a))"/g;

/** The files that answers name. */
export function namedIn(answers: unknown): string[] {
  return [...JSON.stringify(answers ?? null).matchAll(NAMED)].map(([, name]) => name as string);
}
