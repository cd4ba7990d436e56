/** Before the app is open: the code, the PIN, the lock. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Device, Unlocked } from "../app/device";
import { t } from "../app/words";
import { PIN_LENGTH, type Weakness, weakness } from "../crypto/pin";
import type { Shell } from "../store/db";
import { TransportError } from "../sync/sync";

export function Door({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="door">
      <img class="mark" src="/app/icon.svg" alt="" />
      <h1>{title}</h1>
      {children}
    </main>
  );
}

/** S10: by typing the code, or by opening the link of the QR picture. */
export function ClaimDoor({ device, done }: { device: Device; done: () => void }) {
  const given = /claim=([^&]*)/.exec(location.hash)?.[1] ?? "";
  const [code, setCode] = useState(decodeURIComponent(given));
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const claim = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      await device.claim(code.replace(/[^0-9a-z]/gi, "").toUpperCase());
      history.replaceState(null, "", location.pathname);
      done();
    } catch (error) {
      setWrong(claimError(error));
      setBusy(false);
    }
  };
  return (
    <Door title={t("Welcome to Tsela")}>
      <p>{t("Type the code that your coordinator gave you.")}</p>
      <form class="stack" onSubmit={claim}>
        <label>
          <span class="label">{t("Code")}</span>
          <input
            class="code"
            name="code"
            value={code}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            maxLength={12}
            required
            aria-invalid={wrong ? true : undefined}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        {wrong && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
        <button type="submit" class="button go" disabled={busy || code.trim().length < 6}>
          {busy ? t("Checking…") : t("Continue")}
        </button>
      </form>
    </Door>
  );
}

function claimError(error: unknown): string {
  if (!(error instanceof TransportError) || error.failure === "unreachable")
    return t("No connection. Find a place with signal and try again.");
  const { problem } = error;
  return problem
    ? `${t(problem.what)} ${t(problem.remedy)} (${problem.code})`
    : t("This code does not work. Ask your coordinator for a new one.");
}

export function PinDoor({
  device,
  name,
  done,
}: {
  device: Device;
  name: string;
  done: (unlocked: Unlocked) => void;
}) {
  return (
    <Door title={name ? t("Hello, {name}", { name }) : t("Choose a PIN")}>
      <p>
        {t(
          "Choose a PIN of 6 digits. You type it each time you open this app. Nobody can read your work without it.",
        )}
      </p>
      <PinFields done={async (pin) => done(await device.choosePin(pin))} />
    </Door>
  );
}

/** A new PIN, twice. */
export function PinFields({ done }: { done: (pin: string) => Promise<void> }) {
  const [pin, setPin] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState(false);
  const weak = weakness(pin);
  const differs = again !== pin;
  const submit = async (event: Event) => {
    event.preventDefault();
    setTold(true);
    if (weak || differs) return;
    setBusy(true);
    await done(pin);
    setBusy(false);
  };
  return (
    <form class="stack" onSubmit={submit}>
      <PinInput label={t("New PIN")} name="pin" value={pin} set={setPin} />
      <p class={pin.length === PIN_LENGTH && weak ? "wrong" : "hint"} role="status">
        {pin.length === PIN_LENGTH || told ? weakText(weak) : t("6 digits, not a birthday, not 123456.")}
      </p>
      <PinInput label={t("The same PIN again")} name="again" value={again} set={setAgain} />
      {differs && (told || again.length === PIN_LENGTH) && (
        <p class="wrong" role="alert">
          {t("The two are not the same.")}
        </p>
      )}
      <button type="submit" class="button go" disabled={busy}>
        {busy ? t("One moment…") : t("Save PIN")}
      </button>
    </form>
  );
}

function weakText(weak: Weakness): string {
  if (weak === null) return t("Good: hard to guess.");
  const words: Record<Exclude<Weakness, null>, () => string> = {
    too_short: () => t("A PIN has 6 digits."),
    same_digit: () => t("All digits are the same. Choose another."),
    in_a_row: () => t("The digits are in a row. Choose another."),
    repeats: () => t("It repeats itself. Choose another."),
    a_year: () => t("It looks like a date. Choose another."),
  };
  return words[weak]();
}

function PinInput(props: {
  label: string;
  name: string;
  value: string;
  set: (pin: string) => void;
  focus?: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.focus) input.current?.focus();
  }, [props.focus]);
  return (
    <label>
      <span class="label">{props.label}</span>
      <input
        ref={input}
        class="pin"
        name={props.name}
        type="password"
        inputMode="numeric"
        pattern="[0-9]*"
        autocomplete="off"
        maxLength={PIN_LENGTH}
        value={props.value}
        onInput={(event) => props.set(event.currentTarget.value.replace(/\D/g, ""))}
      />
    </label>
  );
}

export function LockDoor({
  device,
  shell,
  done,
}: {
  device: Device;
  shell: Shell | null;
  done: (unlocked: Unlocked) => void;
}) {
  const [pin, setPin] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [wait, setWait] = useState(0);
  useEffect(() => void device.secondsToWait().then(setWait), [device]);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  const open = async (typed: string) => {
    setBusy(true);
    setWrong("");
    const result = await device.unlock(typed);
    if ("ok" in result) return done(result.ok);
    setBusy(false);
    setPin("");
    setWrong(t("Wrong PIN."));
    if ("wait" in result) setWait(result.wait);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (pin.length === PIN_LENGTH) void open(pin);
  };
  const typing = (typed: string) => {
    setPin(typed);
    if (typed.length === PIN_LENGTH) void open(typed);
  };
  return (
    <Door title={busy ? t("Opening…") : t("Your PIN")}>
      <form class="stack" onSubmit={submit}>
        <PinInput
          label={t("Your PIN")}
          name="pin"
          value={pin}
          set={wait > 0 || busy ? () => {} : typing}
          focus={!busy}
        />
        {(wrong || wait > 0) && (
          <p class="wrong" role="alert">
            {wrong} {wait > 0 && t("Wait {time} and try again.", { time: clock(wait) })}
          </p>
        )}
        <button type="submit" class="button go" disabled={busy || wait > 0 || pin.length < PIN_LENGTH}>
          {busy ? t("Opening…") : t("Open")}
        </button>
      </form>
      <Forgotten device={device} unsent={shell?.unsent ?? 0} />
    </Door>
  );
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function Forgotten({ device, unsent }: { device: Device; unsent: number }) {
  const [sure, setSure] = useState(false);
  const forget = async () => {
    await device.wipe();
    location.reload();
  };
  return (
    <details>
      <summary>{t("Forgotten PIN?")}</summary>
      <div class="stack">
        <p>
          {t(
            "Nobody can open this phone's records without the PIN. Your coordinator can give you a new code; then everything that was sent comes back.",
          )}
        </p>
        {unsent > 0 && (
          <p class="alarm strong">
            {t("{n} entries are only on this phone and will be lost.", { n: unsent })}
          </p>
        )}
        <button type="button" class="button danger" onClick={() => (sure ? void forget() : setSure(true))}>
          {sure ? t("Yes, delete everything here") : t("Start again with a new code")}
        </button>
      </div>
    </details>
  );
}

export function WipedDoor() {
  return (
    <Door title={t("This phone is no longer linked")}>
      <p>{t("Everything on it was deleted. What was sent is safe. Ask your coordinator for a new code.")}</p>
      <p class="stack">
        <button type="button" class="button go" onClick={() => location.reload()}>
          {t("I have a new code")}
        </button>
      </p>
    </Door>
  );
}

export function ElsewhereDoor() {
  return (
    <Door title={t("Tsela is open already")}>
      <p>{t("It is open in another window of this phone. Close that one first.")}</p>
      <p class="stack">
        <button type="button" class="button go" onClick={() => location.reload()}>
          {t("Try again")}
        </button>
      </p>
    </Door>
  );
}
