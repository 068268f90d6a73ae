import { router } from "../app/router";
import { renewPushes } from "./device";

/** What browsers offer where the desk can be installed (not in the standard). */
export interface InstallOffer extends Event {
  prompt: () => Promise<void>;
}

let offer: InstallOffer | undefined;
const listeners = new Set<() => void>();

export const installOffer = () => offer;
export function onInstallOffer(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
function offered(next: InstallOffer | undefined) {
  offer = next;
  for (const listener of listeners) listener();
}

/** Starts the service worker, which keeps the shell of the desk and shows pushes. A browser without it does without both. */
export function startWorker() {
  window.addEventListener("beforeinstallprompt", (e) => {
    e.preventDefault();
    offered(e as InstallOffer);
  });
  window.addEventListener("appinstalled", () => offered(undefined));
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  navigator.serviceWorker.addEventListener("message", (e) => {
    const path = (e.data as { go?: unknown } | null)?.go;
    if (typeof path === "string" && path.startsWith("/app/")) void router.navigate({ href: path.slice(4) });
  });
  navigator.serviceWorker.register("/app/sw.js", { scope: "/app/" }).then(
    () => renewPushes().catch(() => undefined), // no connection: the next start tells
    () => undefined, // refused by the browser: the desk works without
  );
}
