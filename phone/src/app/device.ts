/** This phone before it is open: the claim, the PIN, wrong PINs, the wipe. */
import { waitAfter } from "../crypto/pin";
import { seal, unseal } from "../crypto/seal";
import { changePin, createVault, openVault, type Vault, WrongPin } from "../crypto/vault";
import { type Attempts, type Database, openDatabase, type Pending, type Shell, wipe } from "../store/db";
import { Store } from "../store/store";
import { type Claim, claim } from "../sync/transport";
import { runnable } from "./programme";

export type Standing = "new" | "claimed" | "locked";

export type Unlocked = { readonly store: Store; readonly identity: Claim };

/** How a try at the PIN ended. */
export type Try = { ok: Unlocked } | { wrong: number } | { wait: number };

export class Device {
  private constructor(private readonly db: Database) {}

  static async open(): Promise<Device> {
    return new Device(await openDatabase());
  }

  async standing(): Promise<Standing> {
    if (await this.db.get("plain", "vault")) return "locked";
    return (await this.db.get("plain", "pending")) ? "claimed" : "new";
  }

  async shell(): Promise<Shell | null> {
    return ((await this.db.get("plain", "shell")) as Shell | undefined) ?? null;
  }

  async saveShell(shell: Shell): Promise<void> {
    await this.db.put("plain", shell, "shell");
  }

  /** S10. The answer is kept at once, sealed by a key that only this browser can use: a code works only once. */
  async claim(code: string): Promise<Claim> {
    const answer = await claim(code, deviceLabel());
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    const pending: Pending = { key, claim: await seal(key, "pending", answer) };
    await this.db.put("plain", pending, "pending");
    return answer;
  }

  async pendingClaim(): Promise<Claim> {
    const pending = (await this.db.get("plain", "pending")) as Pending;
    return unseal<Claim>(pending.key, "pending", pending.claim);
  }

  async choosePin(pin: string): Promise<Unlocked> {
    const identity = await this.pendingClaim();
    const { vault, key } = await createVault(pin);
    const store = new Store(this.db, key, runnable);
    await store.set("identity", identity);
    const tx = this.db.transaction("plain", "readwrite", { durability: "strict" });
    void tx.store.put(vault, "vault");
    void tx.store.delete("pending");
    await tx.done;
    return { store, identity };
  }

  async unlock(pin: string, now = Date.now()): Promise<Try> {
    const left = await this.secondsToWait(now);
    if (left > 0) return { wait: left };
    const key = await this.tried(now, async () => openVault(await this.vault(), pin));
    if (!(key instanceof CryptoKey)) return key;
    const store = new Store(this.db, key, runnable);
    const identity = await store.get<Claim>("identity");
    return identity ? { ok: { store, identity } } : { wrong: 0 };
  }

  async changePin(
    before: string,
    after: string,
    now = Date.now(),
  ): Promise<{ wrong: number } | { wait: number } | null> {
    const left = await this.secondsToWait(now);
    if (left > 0) return { wait: left };
    const changed = await this.tried(now, async () => changePin(await this.vault(), before, after));
    if (!("wrapped" in changed)) return changed as { wrong: number } | { wait: number };
    await this.db.put("plain", changed as Vault, "vault");
    return null;
  }

  /** Seconds until a PIN may be tried again. A clock that was set back does not make it longer than an hour. */
  async secondsToWait(now = Date.now()): Promise<number> {
    const { notBefore } = await this.attempts();
    return Math.min(3600, Math.max(0, Math.ceil((notBefore - now) / 1000)));
  }

  wipe(): Promise<void> {
    return wipe(this.db);
  }

  /** Count a wrong PIN before it is tried, so that killing the tab during a try gains nothing. */
  private async tried<T>(
    now: number,
    attempt: () => Promise<T>,
  ): Promise<T | { wrong: number } | { wait: number }> {
    const wrong = (await this.attempts()).wrong + 1;
    const wait = waitAfter(wrong);
    await this.db.put("plain", { wrong, notBefore: now + wait * 1000 } satisfies Attempts, "attempts");
    try {
      const result = await attempt();
      await this.db.delete("plain", "attempts");
      return result;
    } catch (error) {
      if (!(error instanceof WrongPin)) throw error;
      return wait > 0 ? { wait } : { wrong };
    }
  }

  private async attempts(): Promise<Attempts> {
    return ((await this.db.get("plain", "attempts")) as Attempts | undefined) ?? { wrong: 0, notBefore: 0 };
  }

  private async vault(): Promise<Vault> {
    return (await this.db.get("plain", "vault")) as Vault;
  }
}

/** What the coordinator sees in her list of devices. */
function deviceLabel(): string {
  const system = /\(([^)]*)\)/.exec(navigator.userAgent)?.[1] ?? "phone";
  return system.slice(0, 80);
}
