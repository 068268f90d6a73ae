import { queryOptions } from "@tanstack/react-query";
import { del, get, put } from "../api/client";

export interface PushDevice {
  id: number;
  session: number;
  service: string;
  current: boolean;
  trouble?: string;
}

export interface PushState {
  key: string;
  devices: PushDevice[];
}

/** The key to subscribe to, and the reader's browsers that take pushes. */
export const pushQuery = queryOptions({
  queryKey: ["notices", "push"],
  queryFn: ({ signal }) => get<PushState>("/profile/push", undefined, signal),
  staleTime: 0,
});

/** Whether this browser can take pushes at all: it needs a service worker, which browsers give to https and localhost only. */
export const canPush = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function bytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Asks the reader, subscribes this browser, and tells the server. It returns false where the reader or the browser says no. */
export async function takePushes(key: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const worker = await navigator.serviceWorker.ready;
  const known = await worker.pushManager.getSubscription();
  const subscription =
    known ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }));
  await put("/profile/push", subscription.toJSON());
  return true;
}

/** Has a browser take no pushes any more; this one also tells its push service. */
export async function stopPushes(device: PushDevice) {
  await del(`/profile/push/${device.id}`);
  if (!device.current) return;
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe();
}

/** Tells the server of a subscription that it does not know: who signed in anew wants what he wanted before. */
export async function renewPushes() {
  if (!canPush() || Notification.permission !== "granted") return;
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.getSubscription();
  if (!subscription) return;
  const state = await get<PushState>("/profile/push");
  if (!state.devices.some((d) => d.current)) await put("/profile/push", subscription.toJSON());
}
