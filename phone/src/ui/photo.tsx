/** A photo, taken in the app itself: a camera app would keep it where anybody finds it, and may close ours. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../app/words";
import { Taken, type Taking, useFileAnswer } from "./attached";
import { smallJpeg, startCamera } from "./camera";
import type { InputProps } from "./field";
import { Icon } from "./kit";

export function PhotoInput(props: InputProps) {
  const { node } = props.question;
  const answer = useFileAnswer(props);
  const [state, setState] = useState<Taking>("");
  const gallery = useRef<HTMLInputElement>(null);
  const take = async (picture: CanvasImageSource, width: number, height: number) => {
    setState("saving");
    const taken = await smallJpeg(picture, width, height).catch(() => null);
    if (taken === null) return setState("closed");
    setState((await answer.keep(taken, "jpg")) ? "" : "full");
  };
  const choose = async (file: File | undefined) => {
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      await take(picture, picture.width, picture.height);
    } catch {
      setState("closed");
    }
  };
  const facing = node.appearance?.includes("new-front") ? "user" : "environment";
  if (state === "open")
    return (
      <Viewfinder facing={facing} take={take} stop={() => setState("")} failed={() => setState("closed")} />
    );
  const words = { label: t("The photo"), first: t("Take a photo"), again: t("Take it again") };
  return (
    <>
      <Taken
        props={props}
        answer={answer}
        state={state}
        icon="camera"
        words={words}
        open={() => setState("open")}
      />
      {state === "closed" && (
        <div role="alert">
          <p>{t("The camera did not open. Allow it when the phone asks.")}</p>
          {!node.appearance?.some((word) => word.startsWith("new")) && (
            <>
              <button type="button" class="button field" onClick={() => gallery.current?.click()}>
                {t("Choose a photo instead")}
              </button>
              <input
                ref={gallery}
                type="file"
                accept="image/*"
                hidden
                onChange={(event) => void choose(event.currentTarget.files?.[0])}
              />
            </>
          )}
        </div>
      )}
    </>
  );
}

interface Looking {
  readonly facing: "environment" | "user";
  readonly take: (picture: HTMLVideoElement, width: number, height: number) => Promise<void>;
  readonly stop: () => void;
  readonly failed: () => void;
}

/** What the camera sees, until she takes it or stops. */
function Viewfinder({ facing, take, stop, failed }: Looking) {
  const video = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let left = false;
    let turnOff = () => {};
    startCamera(video.current as HTMLVideoElement, facing).then(
      (off) => {
        turnOff = off;
        if (left) off();
        else {
          setReady(true);
          video.current?.parentElement?.scrollIntoView({ block: "center" });
        }
      },
      () => left || failed(),
    );
    return () => {
      left = true;
      turnOff();
    };
  }, []);
  const snap = () => {
    const seen = video.current as HTMLVideoElement;
    void take(seen, seen.videoWidth, seen.videoHeight);
  };
  return (
    <div class="camera">
      <video ref={video} class="view" muted playsInline />
      {!ready && <p role="status">{t("The camera opens…")}</p>}
      <div class="stack">
        <button type="button" class="button go" disabled={!ready} onClick={snap} data-test="snap">
          <Icon name="camera" /> {t("Take the photo")}
        </button>
        <button type="button" class="button quiet" onClick={stop}>
          {t("Stop")}
        </button>
      </div>
    </div>
  );
}
