/** A photo or a recording that is an answer: seen or heard, with where it stands. */
import { useContext, useEffect, useState } from "preact/hooks";
import { today } from "../app/clock";
import type { Node } from "../app/programme";
import { t } from "../app/words";
import { RoomContext, useSession } from "./context";
import { described, Field, type FieldRoom, type InputProps, useAnswer } from "./field";
import { Icon } from "./kit";

const MEDIA: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  png: "image/png",
  webm: "audio/webm",
  ogg: "audio/ogg",
  m4a: "audio/mp4",
};

/** `label` is what a screen reader says for the picture. */
export function Attached({ name, label }: { name: string; label: string }) {
  const { store } = useSession();
  const url = useUnsealed(name);
  const media = MEDIA[name.split(".")[1] ?? ""] ?? "";
  if (url === undefined) return null;
  if (url === null) {
    const where =
      store.files.get(name)?.sent === false
        ? t("It cannot be opened.")
        : t("It is with the programme, not on this phone.");
    return (
      <span class="soft">{`${media.startsWith("image") ? t("Photo.") : t("Recording.")} ${where}`}</span>
    );
  }
  return media.startsWith("image") ? (
    <img class="view" src={url} alt={label} />
  ) : (
    // biome-ignore lint/a11y/useMediaCaption: what a client said, just recorded; there is no text of it
    <audio class="view" src={url} controls controlsList="nodownload" aria-label={label} />
  );
}

/** Where the taking of a file stands; `closed`: the camera or microphone did not open. */
export type Taking = "" | "open" | "saving" | "closed" | "full";

interface Taken {
  readonly props: InputProps;
  readonly answer: { readonly name: string | null; readonly clear: () => void };
  readonly state: Taking;
  readonly icon: "camera" | "mic";
  readonly words: { readonly label: string; readonly first: string; readonly again: string };
  readonly open: () => void;
}

/** What was taken, and the buttons that take it, again, or remove it. */
export function Taken({ props, answer, state, icon, words, open }: Taken) {
  const { name, clear } = answer;
  const saving = state === "saving";
  return (
    <>
      {name && !saving && <Attached key={name} name={name} label={words.label} />}
      <div class="side">
        <button
          type="button"
          id={props.id}
          class="button"
          disabled={saving}
          onClick={open}
          {...described(props)}
        >
          <Icon name={icon} /> {saving ? t("Saving…") : name ? words.again : words.first}
        </button>
        {name && (
          <button type="button" class="button quiet" onClick={clear}>
            <Icon name="bin" /> {t("Remove")}
          </button>
        )}
      </div>
      {state === "full" && <p role="alert">{t("This phone has no room left. Sync, then try again.")}</p>}
    </>
  );
}

/** What the programme shows with a question; its label says it in words. */
export function Beside({ media }: { media: Node["media"] }) {
  const known = useContext(RoomContext)?.session.bundle?.media ?? {};
  const image = known[media?.image ?? ""];
  const audio = known[media?.audio ?? ""];
  return (
    <>
      {image && <img class="view" src={image} alt="" />}
      {/* biome-ignore lint/a11y/useMediaCaption: it says the question that stands beside it */}
      {audio && <audio class="view" src={audio} controls controlsList="nodownload" />}
    </>
  );
}

/** The bytes behind an address that only this page knows: undefined while they are unsealed, null where they are not here. */
function useUnsealed(name: string): string | null | undefined {
  const { store } = useSession();
  const [url, setUrl] = useState<string | null>();
  useEffect(() => {
    let made: string | null = null;
    let left = false;
    const show = (bytes: Uint8Array<ArrayBuffer> | null) => {
      if (left) return;
      made = bytes && URL.createObjectURL(new Blob([bytes], { type: MEDIA[name.split(".")[1] ?? ""] ?? "" }));
      setUrl(made);
    };
    store.files.bytes(name).then(show, () => show(null));
    return () => {
      left = true;
      if (made) URL.revokeObjectURL(made);
      setUrl(undefined);
    };
  }, [name]);
  return url;
}

/** An answer that is a file: its name, and what seals new bytes and makes them the answer. False: the phone has no room. */
export function useFileAnswer(props: InputProps) {
  const { files } = useSession().store;
  const { keepNow } = useContext(Field) as FieldRoom;
  const [answer, set, leave] = useAnswer(props.question);
  const name = typeof answer === "string" && answer !== "" ? answer : null;
  const clear = () => {
    if (name) void files.drop(name);
    set(undefined);
    leave();
  };
  const keep = async (bytes: Uint8Array<ArrayBuffer>, ending: string): Promise<boolean> => {
    try {
      const kept = await files.keep(bytes, ending, today());
      if (name && name !== kept) void files.drop(name);
      set(kept);
      leave();
      await keepNow();
      return true;
    } catch {
      return false;
    }
  };
  return { name, keep, clear };
}
