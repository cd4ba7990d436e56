/** What every screen can reach: the open session, and a short word to her at the bottom of the screen. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "../app/session";

export interface Room {
  readonly session: Session;
  readonly say: (text: string) => void;
  readonly lock: () => void;
  readonly hide: () => void;
}

export const RoomContext = createContext<Room | null>(null);

export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error("a screen outside the room");
  return room;
}

export const useSession = (): Session => useRoom().session;
