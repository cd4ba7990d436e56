/**
 * The data key and the two things that open it: the PIN (argon2id) and a device key that this browser will use
 * but never show. Somebody who copies the database has neither; somebody with the phone has 10^6 PINs to try, each
 * behind 19 MiB of argon2id. A PIN is short: see docs/adr/0006 for what this does and does not protect.
 */
import { argon2id } from "hash-wasm";

/** Stored in the clear: useless without the PIN and this browser's device key. */
export interface Vault {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly wrapped: Uint8Array<ArrayBuffer>;
  readonly device: CryptoKey;
}

export class WrongPin extends Error {}

/** OWASP's least for argon2id; 0.75 s on a phone six times slower than the bench machine. */
const COST = { parallelism: 1, iterations: 2, memorySize: 19_456, hashLength: 32 };

export async function createVault(pin: string): Promise<{ vault: Vault; key: CryptoKey }> {
  const sign: KeyUsage[] = ["sign"];
  const device = (await crypto.subtle.generateKey(
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    sign,
  )) as CryptoKey;
  const raw = crypto.getRandomValues(new Uint8Array(32));
  return { vault: await wrap(raw, pin, device), key: await dataKey(raw) };
}

/** The data key, not extractable. Throws WrongPin. */
export async function openVault(vault: Vault, pin: string): Promise<CryptoKey> {
  return dataKey(await unwrap(vault, pin));
}

export async function changePin(vault: Vault, oldPin: string, newPin: string): Promise<Vault> {
  return wrap(await unwrap(vault, oldPin), newPin, vault.device);
}

async function wrap(raw: Uint8Array<ArrayBuffer>, pin: string, device: CryptoKey): Promise<Vault> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await wrappingKey(pin, salt, device);
  const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, raw));
  return { salt, iv, wrapped, device };
}

async function unwrap(vault: Vault, pin: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = await wrappingKey(pin, vault.salt, vault.device);
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: vault.iv }, key, vault.wrapped));
  } catch {
    throw new WrongPin();
  }
}

async function wrappingKey(
  pin: string,
  salt: Uint8Array<ArrayBuffer>,
  device: CryptoKey,
): Promise<CryptoKey> {
  const fromPin = (await argon2id({
    password: pin,
    salt,
    ...COST,
    outputType: "binary",
  })) as Uint8Array<ArrayBuffer>;
  const both = await crypto.subtle.sign("HMAC", device, fromPin);
  return crypto.subtle.importKey("raw", both, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function dataKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}
