// The service worker: keeps one whole version of the app on the phone. FILES and VERSION are filled in by the build
// (vite.config.ts). It never touches /api/: data is the app's own affair, and sealed.
const FILES = __FILES__;
const CACHE = `tsela-${__VERSION__}`;
const HOME = "/app/";

self.addEventListener("install", (event) => {
  const fetched = caches
    .open(CACHE)
    .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" }))));
  event.waitUntil(fetched.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches
    .keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !pathname.startsWith(HOME)) return;
  const wanted = event.request.mode === "navigate" ? HOME : event.request;
  const own = caches.open(CACHE).then((cache) => cache.match(wanted, { ignoreVary: true }));
  event.respondWith(own.then((kept) => kept ?? fetch(event.request)));
});
