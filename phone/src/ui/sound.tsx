/** A short recording: what a client says in her own words. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../app/words";
import { Taken, type Taking, useFileAnswer } from "./attached";
import type { InputProps } from "./field";

const LONGEST_S = 60;
const BITS_PER_SECOND = 24_000; // clear speech; a minute is 180 kB
/** What browsers can write, and how such a file is named (SPEC S60). */
const KINDS: readonly (readonly [string, string])[] = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/mp4", "m4a"],
  ["audio/ogg;codecs=opus", "ogg"],
];

export function SoundInput(props: InputProps) {
  const answer = useFileAnswer(props);
  const [state, setState] = useState<Taking>("");
  const done = async (bytes: Uint8Array<ArrayBuffer>, ending: string) => {
    setState("saving");
    setState((await answer.keep(bytes, ending)) ? "" : "full");
  };
  if (state === "open")
    return <Recording done={(bytes, ending) => void done(bytes, ending)} failed={() => setState("closed")} />;
  const words = { label: t("The recording"), first: t("Start recording"), again: t("Record again") };
  return (
    <>
      <Taken
        props={props}
        answer={answer}
        state={state}
        icon="mic"
        words={words}
        open={() => setState("open")}
      />
      {state === "closed" && (
        <p role="alert">{t("The microphone did not open. Allow it when the phone asks.")}</p>
      )}
    </>
  );
}

interface Listening {
  readonly done: (bytes: Uint8Array<ArrayBuffer>, ending: string) => void;
  readonly failed: () => void;
}

/** Listens until she stops it, or a minute is over. Leaving the page throws away what was heard. */
function Recording({ done, failed }: Listening) {
  const [seconds, setSeconds] = useState<number | null>(null);
  const stop = useRef(() => {});
  useEffect(() => {
    let left = false;
    let clock = 0;
    let turnOff = () => {};
    const heard: Blob[] = [];
    const start = async () => {
      const [type, ending] = KINDS.find(([kind]) => MediaRecorder.isTypeSupported(kind)) ?? ["", "webm"];
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      turnOff = () => {
        clearInterval(clock);
        for (const track of stream.getTracks()) track.stop();
      };
      if (left) return turnOff();
      const recorder = new MediaRecorder(stream, {
        ...(type && { mimeType: type }),
        audioBitsPerSecond: BITS_PER_SECOND,
      });
      recorder.ondataavailable = (event) => heard.push(event.data);
      recorder.onstop = async () => {
        turnOff();
        const bytes = new Uint8Array(await new Blob(heard).arrayBuffer());
        if (!left) bytes.length > 0 ? done(bytes, ending) : failed();
      };
      stop.current = () => recorder.state === "recording" && recorder.stop();
      recorder.start();
      setSeconds(0);
      clock = window.setInterval(() => setSeconds((so_far) => (so_far ?? 0) + 1), 1_000);
    };
    start().catch(() => {
      turnOff();
      if (!left) failed();
    });
    return () => {
      left = true;
      turnOff();
    };
  }, []);
  useEffect(() => {
    if ((seconds ?? 0) >= LONGEST_S) stop.current();
  }, [seconds]);
  return (
    <div class="recording">
      <p role="status">{seconds === null ? t("The microphone opens…") : t("Recording. Speak now.")}</p>
      <p class="strong">{seconds !== null && `${clockOf(seconds)} / ${clockOf(LONGEST_S)}`}</p>
      <progress max={LONGEST_S} value={seconds ?? 0} aria-label={t("Recording")} />
      <button
        type="button"
        class="button go"
        disabled={seconds === null}
        onClick={() => stop.current()}
        data-test="stop"
      >
        {t("Stop")}
      </button>
    </div>
  );
}

function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
