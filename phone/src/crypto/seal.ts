/** Sealing: JSON → gzip → AES-GCM. What is stored on the phone has passed here, but for the short list in store/db.ts. */

const IV_BYTES = 12;

/** Seal a JSON value. `place` (store and key) is bound in, so that no sealed record can stand in for another. */
export async function seal(key: CryptoKey, place: string, value: unknown): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder().encode(JSON.stringify(value));
  return sealBytes(key, place, await through(text, new CompressionStream("gzip")));
}

/** Seal bytes as they are: photos and recordings, which no gzip makes smaller. */
export async function sealBytes(
  key: CryptoKey,
  place: string,
  plain: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(cipher(iv, place), key, plain);
  const box = new Uint8Array(IV_BYTES + sealed.byteLength);
  box.set(iv);
  box.set(new Uint8Array(sealed), IV_BYTES);
  return box;
}

/** Open what `seal` made; throws where the key, the place or a single bit is not the same. */
export async function unseal<T>(key: CryptoKey, place: string, box: Uint8Array<ArrayBuffer>): Promise<T> {
  const bytes = await through(await unsealBytes(key, place, box), new DecompressionStream("gzip"));
  return JSON.parse(new TextDecoder().decode(bytes)) as T;
}

export async function unsealBytes(
  key: CryptoKey,
  place: string,
  box: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const plain = await crypto.subtle.decrypt(cipher(box.slice(0, IV_BYTES), place), key, box.slice(IV_BYTES));
  return new Uint8Array(plain);
}

function cipher(iv: Uint8Array<ArrayBuffer>, place: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(place) };
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) {
  const result = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(result).arrayBuffer());
}
