// Keeps the shell of the desk (its page and hashed files, never an answer of the API), and shows pushes. A page comes from the network first, so that a
// new version is there with the next load; the kept one stands in while the server is away.
const shell = "tellus-shell-1";
const page = "/app/index.html";
const most = 400; // files; hashed names make the oldest those of former versions

self.addEventListener("install", (event) => {
  event.waitUntil(
    fetch(page, { cache: "no-cache" })
      .then((answer) => (answer.ok ? caches.open(shell).then((c) => c.put(page, answer)) : undefined))
      .catch(() => undefined)
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== shell).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith("/app/"))
    return;
  if (event.request.mode === "navigate") event.respondWith(freshPage(event));
  else if (url.pathname.startsWith("/app/assets/")) event.respondWith(keptFile(event));
});

async function freshPage(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.ok && (answer.headers.get("Content-Type") ?? "").startsWith("text/html")) {
      const copy = answer.clone();
      event.waitUntil(caches.open(shell).then((c) => c.put(page, copy)));
    }
    return answer;
  } catch (err) {
    const kept = await caches.match(page);
    if (kept) return kept;
    throw err;
  }
}

async function keptFile(event) {
  const kept = await caches.match(event.request);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.ok) {
    const copy = answer.clone();
    event.waitUntil(keep(event.request, copy));
  }
  return answer;
}

async function keep(request, answer) {
  const cache = await caches.open(shell);
  await cache.put(request, answer);
  const files = (await cache.keys()).filter((r) => new URL(r.url).pathname !== page);
  for (const old of files.slice(0, Math.max(0, files.length - most))) await cache.delete(old);
}

self.addEventListener("push", (event) => {
  let told;
  try {
    told = event.data?.json();
  } catch {
    return; // not ours
  }
  if (typeof told?.title !== "string") return;
  event.waitUntil(show(told));
});

// Who has the desk before him sees it there.
async function show(told) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (windows.some((w) => w.focused && w.visibilityState === "visible")) return;
  await self.registration.showNotification(told.title, {
    body: told.body,
    tag: told.tag,
    renotify: Boolean(told.tag),
    lang: told.lang,
    icon: "/app/icon-192.png",
    badge: "/app/badge-96.png",
    data: { path: told.path },
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const asked = event.notification.data?.path;
  const path = typeof asked === "string" && asked.startsWith("/app/") ? asked : "/app/";
  event.waitUntil(open(path));
});

async function open(path) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const desk = windows.find((w) => new URL(w.url).pathname.startsWith("/app/"));
  if (!desk) return void (await self.clients.openWindow(path));
  desk.postMessage({ go: path });
  await desk.focus();
}

// A browser may change its subscription by itself; the server is told, so that nothing is lost.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(
    (async () => {
      const key = event.oldSubscription?.options.applicationServerKey;
      const fresh =
        event.newSubscription ??
        (key && (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })));
      if (!fresh) return;
      await fetch("/api/v1/profile/push", {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(fresh),
        credentials: "same-origin",
      });
    })(),
  );
});
