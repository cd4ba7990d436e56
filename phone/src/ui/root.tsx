/** Which screen: the doors while it is closed, the rooms when it is open; and what locks it. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Device, type Unlocked } from "../app/device";
import { parseRoute, type Route } from "../app/route";
import { Session } from "../app/session";
import { speak } from "../app/words";
import type { Shell } from "../store/db";
import { Add } from "./add";
import { Client } from "./client";
import { RoomContext } from "./context";
import { ClaimDoor, ElsewhereDoor, LockDoor, PinDoor, WipedDoor } from "./door";
import { EntryPage } from "./entry";
import { Find } from "./find";
import { Forms } from "./forms";
import { GuidePage, Learn } from "./learn";
import { SettingsPage } from "./settings";
import { FixDoor, FormDoor, GroupDoor, RegisterDoor } from "./starts";
import { SyncPage } from "./sync";
import { Today } from "./today";

type Phase = "starting" | "elsewhere" | "claim" | "pin" | "locked" | "open" | "wiped" | "hidden";

const IDLE_MS = 5 * 60_000;
const AWAY_MS = 2 * 60_000;
const HIDDEN = "#hidden";

export function Root() {
  const [phase, setPhase] = useState<Phase>(location.hash === HIDDEN ? "hidden" : "starting");
  const [shell, setShell] = useState<Shell | null>(null);
  const [name, setName] = useState("");
  const [, redraw] = useState(0);
  const device = useRef<Device | null>(null);
  const session = useRef<Session | null>(null);

  const start = async () => {
    if (!(await aloneHere())) return setPhase("elsewhere");
    device.current = await Device.open();
    const known = await device.current.shell();
    if (known) speak(known.language, known.words);
    setShell(known);
    const standing = await device.current.standing();
    if (standing === "claimed") setName((await device.current.pendingClaim()).staff.name);
    setPhase(standing === "locked" ? "locked" : standing === "claimed" ? "pin" : "claim");
  };
  useEffect(() => {
    if (phase === "starting") void start();
  }, [phase]);

  const open = async (unlocked: Unlocked) => {
    const tell = () => redraw((n) => n + 1);
    const revoked = async () => {
      session.current = null;
      await device.current?.wipe();
      setPhase("wiped");
    };
    session.current = new Session(device.current as Device, unlocked, tell, () => void revoked());
    await session.current.open();
    setPhase("open");
  };

  const back = () => {
    clearHash();
    setPhase("starting");
  };
  if (phase === "hidden") return <button type="button" class="blank" aria-label="Tsela" onClick={back} />;
  if (phase === "elsewhere") return <ElsewhereDoor />;
  if (phase === "wiped") return <WipedDoor />;
  if (!device.current || phase === "starting") return null;
  if (phase === "claim") return <ClaimDoor device={device.current} done={() => void start()} />;
  if (phase === "pin")
    return <PinDoor device={device.current} name={name} done={(unlocked) => void open(unlocked)} />;
  if (phase === "locked")
    return <LockDoor device={device.current} shell={shell} done={(unlocked) => void open(unlocked)} />;
  return <Rooms session={session.current as Session} hidden={() => setPhase("hidden")} />;
}

function Rooms({ session, hidden }: { session: Session; hidden: () => void }) {
  const route = useRoute();
  const [said, setSaid] = useState("");
  const room = useMemo(() => {
    const say = (text: string) => {
      setSaid(text);
      setTimeout(() => setSaid(""), 3_000);
    };
    const lock = () => void leave("");
    const hide = () => {
      hidden();
      void leave(HIDDEN);
    };
    return { session, say, lock, hide };
  }, [session]);
  useLocking(session, room.lock);
  useEffect(() => {
    // Two quick taps on the title hide everything, like the button beside it.
    const twice = (event: Event) => (event.target as Element).closest(".top h1") && room.hide();
    addEventListener("dblclick", twice);
    return () => removeEventListener("dblclick", twice);
  }, [room]);
  return (
    <RoomContext.Provider value={room}>
      <Screen route={route} />
      <div class={said ? "toast" : "sr"} role="status" aria-live="polite" data-test="said">
        {said}
      </div>
    </RoomContext.Provider>
  );
}

function Screen({ route }: { route: Route }) {
  if (route.at === "find") return <Find />;
  if (route.at === "add") return <Add />;
  if (route.at === "sync") return <SyncPage />;
  if (route.at === "settings") return <SettingsPage />;
  if (route.at === "group") return <GroupDoor />;
  if (route.at === "learn") return <Learn />;
  if (route.at === "guide") return <GuidePage key={route.guide} guide={route.guide} client={route.client} />;
  if (route.at === "client") return <Client key={route.client} client={route.client} />;
  if (route.at === "forms") return <Forms client={route.client} />;
  if (route.at === "form") return <FormDoor {...route} />;
  if (route.at === "register") return <RegisterDoor mother={route.mother} />;
  if (route.at === "entry") return <EntryPage key={route.event} event={route.event} />;
  if (route.at === "fix") return <FixDoor event={route.event} />;
  return <Today />;
}

function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = () => {
      setHash(location.hash);
      scrollTo(0, 0);
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  useEffect(() => {
    document.querySelector<HTMLElement>(".top h1")?.focus({ preventScroll: true });
  }, [hash]);
  return parseRoute(hash);
}

/** Locks after five minutes without a touch, or two minutes away. */
function useLocking(session: Session, lock: () => void): void {
  useEffect(() => {
    let timer = setTimeout(lock, IDLE_MS);
    let left = 0;
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(lock, IDLE_MS);
    };
    const shown = () => {
      if (document.hidden) left = Date.now();
      else if (left && Date.now() - left > AWAY_MS) lock();
      else void session.resume();
    };
    const touches = ["pointerdown", "keydown"] as const;
    for (const touch of touches) addEventListener(touch, touched, { passive: true });
    document.addEventListener("visibilitychange", shown);
    return () => {
      clearTimeout(timer);
      for (const touch of touches) removeEventListener(touch, touched);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [session, lock]);
}

/** Lock: keep the draft, then load the page anew. Nothing that was open stays in memory. */
async function leave(hash: string): Promise<void> {
  dispatchEvent(new Event("tsela:flush"));
  await new Promise((resolve) => setTimeout(resolve, 150));
  history.replaceState(null, "", location.pathname + hash);
  location.reload();
}

function clearHash(): void {
  history.replaceState(null, "", location.pathname);
}

/** Two windows would write the same record: the second one waits a moment (for a reload), then says so. */
async function aloneHere(): Promise<boolean> {
  if (!navigator.locks || holding) return true;
  const patience = AbortSignal.timeout(3_000);
  return new Promise((resolve) => {
    const hold = () =>
      new Promise(() => {
        holding = true;
        resolve(true);
      });
    navigator.locks.request("tsela", { signal: patience }, hold).catch(() => resolve(false));
  });
}

let holding = false;
