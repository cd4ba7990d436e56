import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// Where `make demo` serves the site; `npm run dev` passes API calls on to it.
const server = process.env.TSELA_SERVER ?? "http://127.0.0.1:8000";

/** Writes sw.js: the service worker with the names of the files that make this version of the app. */
function serviceWorker(): Plugin {
  return {
    name: "tsela-service-worker",
    apply: "build",
    generateBundle: {
      order: "post", // after the style sheet has its name
      handler(_, bundle) {
        const built = Object.keys(bundle).filter((file) => /\.(js|css)$/.test(file));
        const files = ["", "manifest.webmanifest", "icon.svg", "icon-192.png", ...built].map(
          (file) => `/app/${file}`,
        );
        const worker = readFileSync(new URL("src/sw.js", import.meta.url), "utf8");
        const version = createHash("sha256")
          .update(worker + files)
          .digest("hex")
          .slice(0, 12);
        const source = worker
          .replace("__FILES__", JSON.stringify(files))
          .replace("__VERSION__", JSON.stringify(version));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
      },
    },
  };
}

export default defineConfig({
  plugins: [serviceWorker()],
  // The site serves the built app at /app/.
  base: "/app/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // The first Chrome that runs WebAssembly under our content security policy; Android 6 reaches 106.
    target: "chrome97",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    // One request, one style sheet: round trips cost more than bytes on a slow network.
    cssCodeSplit: false,
    assetsInlineLimit: 2048,
  },
  server: { proxy: { "/api": { target: server, changeOrigin: false } } },
  test: {
    environment: "node",
    include: ["tests/**/*.test.{ts,tsx}", "src/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
  },
});
