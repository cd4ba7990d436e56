/** Where she is in the app: the hash of the address, so that the phone's own Back button works. */

export type Route =
  | { readonly at: "today" | "find" | "add" | "sync" | "settings" | "group" }
  | { readonly at: "client"; readonly client: string }
  | { readonly at: "entry"; readonly event: string }
  | { readonly at: "forms"; readonly client: string }
  | { readonly at: "form"; readonly form: string; readonly client: string }
  | { readonly at: "register"; readonly mother: string | null }
  | { readonly at: "fix"; readonly event: string };

export function parseRoute(hash: string): Route {
  const [at = "", a = "", b = ""] = hash.replace(/^#\/?/, "").split("/");
  if (at === "find" || at === "add" || at === "sync" || at === "settings" || at === "group") return { at };
  if (at === "client" && a) return { at, client: a };
  if (at === "forms" && a) return { at, client: a };
  if ((at === "entry" || at === "fix") && a) return { at, event: a };
  if (at === "form" && a && b) return { at, form: a, client: b };
  if (at === "register") return { at, mother: a || null };
  return { at: "today" };
}

export function go(path: string): void {
  location.hash = `#/${path}`;
}

/** Go somewhere without leaving the page that was left in the history (a saved form is not reopened by Back). */
export function goInstead(path: string): void {
  history.replaceState(null, "", `#/${path}`);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
