import { render } from "preact";
import { Root } from "./ui/root";
import "./ui/style.css";

render(<Root />, document.getElementById("app") as HTMLElement);

// The worker keeps the app itself on the phone, so that it opens without signal. Not in `npm run dev`.
if (import.meta.env.PROD) void navigator.serviceWorker?.register("/app/sw.js", { scope: "/app/" });
// Ask the browser not to clear our storage when the phone is full: unsent entries live there.
void navigator.storage?.persist?.();
