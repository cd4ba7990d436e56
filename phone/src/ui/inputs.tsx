/** Inputs that ask the phone itself: its clock, its place, a code before its camera; and a range between two numbers. */
import { useRef, useState } from "preact/hooks";
import { t } from "../app/words";
import { startCamera } from "./camera";
import { described, type InputProps, useAnswer } from "./field";
import { Icon } from "./kit";

export function TimeInput(props: InputProps) {
  const [answer, set, leave] = useAnswer(props.question);
  return (
    <input
      id={props.id}
      type="time"
      value={(answer as string) ?? ""}
      onInput={(event) => set(event.currentTarget.value || undefined)}
      onBlur={leave}
      {...described(props)}
    />
  );
}

interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** A slider, unanswered until it is touched; its number stands beside it. */
export function RangeInput({ range, ...props }: InputProps & { range: Bounds }) {
  const [answer, set, leave] = useAnswer(props.question);
  const read = (event: { currentTarget: HTMLInputElement }) => set(event.currentTarget.valueAsNumber);
  return (
    <div class="chips">
      <input
        id={props.id}
        type="range"
        min={range.start}
        max={range.end}
        step={range.step}
        value={typeof answer === "number" ? answer : range.start}
        onInput={read}
        onClick={read}
        onBlur={leave}
        {...described(props)}
      />
      <output for={props.id}>{typeof answer === "number" ? String(answer) : "—"}</output>
    </div>
  );
}

/** What a browser that reads codes offers (Shape Detection); not in every language's library yet. */
declare const BarcodeDetector: new () => {
  detect(image: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
};

/** A code that is typed, or read by the camera where the browser can. */
export function CodeInput(props: InputProps) {
  const [answer, set, leave] = useAnswer(props.question);
  const [scanning, setScanning] = useState(false);
  const done = (code: string | null) => {
    setScanning(false);
    if (code) set(code);
  };
  return (
    <>
      <input
        id={props.id}
        type="text"
        autocomplete="off"
        value={(answer as string) ?? ""}
        onInput={(event) => set(event.currentTarget.value || undefined)}
        onBlur={leave}
        {...described(props)}
      />
      {"BarcodeDetector" in globalThis && !scanning && (
        <button type="button" class="button" onClick={() => setScanning(true)}>
          <Icon name="find" /> {t("Scan the code")}
        </button>
      )}
      {scanning && <Camera done={done} />}
    </>
  );
}

const LOOK_MS = 250;

/** The camera's picture until it shows a code, it fails, or she stops it. */
function Camera({ done }: { done: (code: string | null) => void }) {
  const started = useRef(false);
  const stop = useRef(() => {});
  const start = (video: HTMLVideoElement | null) => {
    if (!video) return stop.current();
    if (started.current) return;
    started.current = true;
    watch(video, stop).then(done, () => done(null));
  };
  return (
    <>
      <video class="view" ref={start} muted playsInline />
      <button type="button" class="button quiet" onClick={() => done(null)}>
        {t("Stop")}
      </button>
    </>
  );
}

async function watch(video: HTMLVideoElement, stop: { current: () => void }): Promise<string | null> {
  let looking = true;
  const turnOff = await startCamera(video, "environment");
  stop.current = () => {
    looking = false;
    turnOff();
  };
  if (!video.isConnected) stop.current();
  const detector = new BarcodeDetector();
  while (looking) {
    const [found] = await detector.detect(video);
    if (found) return found.rawValue;
    await new Promise((later) => setTimeout(later, LOOK_MS));
  }
  return null;
}

const PLACE_MS = 30_000;

/** Where the phone is, when she asks for it: latitude, longitude, altitude and accuracy in metres. */
export function PlaceInput(props: InputProps) {
  const [answer, set, leave] = useAnswer(props.question);
  const [state, setState] = useState<"" | "looking" | "failed">("");
  const found = ({ coords }: GeolocationPosition) => {
    setState("");
    set([coords.latitude, coords.longitude, coords.altitude ?? 0, coords.accuracy].map(plain).join(" "));
    leave();
  };
  const look = () => {
    setState("looking");
    const how = { enableHighAccuracy: true, timeout: PLACE_MS, maximumAge: PLACE_MS };
    navigator.geolocation.getCurrentPosition(found, () => setState("failed"), how);
  };
  return (
    <>
      <input id={props.id} type="text" readOnly value={placeText(answer)} {...described(props)} />
      <div class="chips">
        <button type="button" class="button" disabled={state === "looking"} onClick={look}>
          <Icon name="find" /> {state === "looking" ? t("Looking…") : t("Where I am now")}
        </button>
        {answer !== undefined && (
          <button type="button" class="chip" onClick={() => set(undefined)}>
            {t("Clear")}
          </button>
        )}
      </div>
      {state === "failed" && <p role="alert">{t("The phone cannot find out where it is.")}</p>}
    </>
  );
}

/** What she needs to know of a place: that it was found, and how well. */
function placeText(answer: unknown): string {
  const accuracy = typeof answer === "string" ? answer.split(" ")[3] : undefined;
  if (accuracy === undefined) return typeof answer === "string" ? answer : "";
  return t("Found, to {n} metres", { n: Math.ceil(Number(accuracy)) });
}

/** A number without an exponent: degrees to a tenth of a metre, metres to a millionth. */
function plain(number: number): string {
  return String(Number(number.toFixed(6))).replace(/^.*e.*$/, "0");
}
