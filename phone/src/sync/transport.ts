/** The network side of sync: contract/SPEC.md over fetch. */
import type { Page, Problem, PushAnswer, PushBody } from "./event";
import type { FileTransport } from "./files";
import { type Failure, type Transport, TransportError } from "./sync";

const API = "/api/v1";
const PATIENCE_MS = 60_000; // a first page over 64 kbit/s takes about half of it

export interface Claim {
  readonly device: string;
  readonly token: string;
  readonly staff: {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly sites: readonly (string | { code: string; name?: string })[];
    readonly language: string;
  };
  readonly programme: string;
}

/** S10: trade the one-time code for this device's token. */
export async function claim(code: string, label: string): Promise<Claim> {
  const response = await ask("/devices/claim", { method: "POST", body: JSON.stringify({ code, label }) });
  return (await response.json()) as Claim;
}

/** `language`: that in which the phone speaks now. */
export function httpTransport(token: string, language: () => string): Transport & FileTransport {
  const signed = { authorization: `Bearer ${token}` };
  return {
    push: async (body: PushBody) => {
      const { bytes, headers } = await packed(JSON.stringify(body));
      const response = await ask("/push", {
        method: "POST",
        headers: { ...signed, ...headers },
        body: bytes,
      });
      return (await response.json()) as PushAnswer;
    },
    pull: async (cursor) => {
      const query = cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`;
      const response = await ask(`/pull${query}`, { headers: signed });
      return response.status === 204 ? null : ((await response.json()) as Page);
    },
    programme: async (tag) => {
      const known: Record<string, string> = tag === null ? {} : { "if-none-match": tag };
      const response = await ask(`/programme?words=${encodeURIComponent(language())}`, {
        headers: { ...signed, ...known },
      });
      if (response.status === 304) return null;
      return { tag: response.headers.get("etag") ?? "", bundle: (await response.json()) as unknown };
    },
    put: async ({ name, event, size }, offset, piece) => {
      const response = await ask(`/attachments/${name}?event=${event}&offset=${offset}&size=${size}`, {
        method: "PUT",
        headers: { ...signed, "content-type": "application/octet-stream" },
        body: piece,
      });
      return ((await response.json()) as { have: number }).have;
    },
  };
}

/** A body worth the effort is sent as gzip. */
async function packed(text: string): Promise<{ bytes: BodyInit; headers: Record<string, string> }> {
  if (text.length < 2_000 || typeof CompressionStream === "undefined") return { bytes: text, headers: {} };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return { bytes: await new Response(stream).arrayBuffer(), headers: { "content-encoding": "gzip" } };
}

async function ask(path: string, options: RequestInit): Promise<Response> {
  const headers = { "content-type": "application/json", ...options.headers };
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), PATIENCE_MS);
  try {
    const response = await fetch(API + path, {
      ...options,
      headers,
      cache: "no-store",
      signal: limit.signal,
    });
    if (response.ok || response.status === 304) return await whole(response);
    throw await refusal(response);
  } catch (error) {
    if (error instanceof TransportError) throw error;
    throw new TransportError("unreachable");
  } finally {
    clearTimeout(timer);
  }
}

/** Read the body inside the time limit, so that a stalled download is a failure and not a hang. */
async function whole(response: Response): Promise<Response> {
  if (response.status === 204 || response.status === 304) return response;
  return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
}

/** S11: only an answer that says `wipe` in so many words makes the phone delete anything. */
async function refusal(response: Response): Promise<TransportError> {
  const body = await said(response);
  if (response.status === 403 && body.wipe === true) return new TransportError("revoked", body.error);
  return new TransportError(FAILURES[response.status] ?? "busy", body.error);
}

const FAILURES: Readonly<Record<number, Failure>> = {
  400: "bad_request",
  401: "unknown_device",
  403: "forbidden",
  404: "bad_request",
  409: "bad_request",
  410: "bad_request",
  413: "bad_request",
  422: "bad_request",
};

async function said(response: Response): Promise<{ error?: Problem; wipe?: boolean }> {
  try {
    return (await response.json()) as { error?: Problem; wipe?: boolean };
  } catch {
    return {};
  }
}
