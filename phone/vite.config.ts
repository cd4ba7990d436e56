import { defineConfig } from "vitest/config";

// Where `make demo` serves the site; `npm run dev` passes API calls on to it.
const server = process.env.TSELA_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  // The site serves the built app at /app/.
  base: "/app/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // The first Chrome that runs WebAssembly under our content security policy; Android 6 reaches 106.
    target: "chrome97",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    // The service worker reads it to know which files make one version of the app.
    manifest: true,
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
