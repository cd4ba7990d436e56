/** Where she is in the app: the hash of the address, so that the phone's own Back button works. */

export type Route =
  | { readonly at: "today" | "find" | "add" | "sync" | "settings" | "group" | "learn" }
  | { readonly at: "guide"; readonly guide: string; readonly client: string | null }
  | { readonly at: "client"; readonly client: string }
  | { readonly at: "entry"; readonly event: string }
  | { readonly at: "forms"; readonly client: string }
  | {
      readonly at: "form";
      readonly form: string;
      readonly client: string;
      readonly item: string;
      readonly anchor: string;
    }
  | { readonly at: "register"; readonly mother: string | null }
  | { readonly at: "fix"; readonly event: string };

export function parseRoute(hash: string): Route {
  const [at = "", a = "", b = "", item = "", anchor = ""] = hash.replace(/^#\/?/, "").split("/");
  if (at === "find" || at === "add" || at === "sync" || at === "settings" || at === "group" || at === "learn")
    return { at };
  if (at === "guide" && a) return { at, guide: a, client: b || null };
  if (at === "client" && a) return { at, client: a };
  if (at === "forms" && a) return { at, client: a };
  if ((at === "entry" || at === "fix") && a) return { at, event: a };
  if (at === "form" && a && b) return { at, form: a, client: b, item, anchor };
  if (at === "register") return { at, mother: a || null };
  return { at: "today" };
}

/** The page before is remembered with the step, so that a finished form can go back to it. */
export function go(path: string): void {
  history.pushState({ from: location.hash }, "", `#/${path}`);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Take the place of this page in the history. */
export function goInstead(path: string): void {
  history.replaceState(history.state, "", `#/${path}`);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** A form is done: back to where it was opened, if that is where it leads; it is not reopened by Back. */
export function finish(path: string): void {
  if ((history.state as { from?: string } | null)?.from === `#/${path}`) history.back();
  else goInstead(path);
}
