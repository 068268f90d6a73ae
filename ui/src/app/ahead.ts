import { get } from "../api/client";
import { loadWords } from "../i18n/i18n";

/** What a day's work needs beside the first screen, in the order in which it is likely to be missed. */
const parts = [
  () => import("../desk/compose/Editor"),
  () => import("./Palette"),
  () => import("../desk/compose/RecipientLines"),
  () => import("../desk/compose/macro/MacroList"),
  () => import("../desk/compose/macro/ArmedChips"),
  () => loadWords("macro"),
  () => import("../desk/conversation/MoreItems"),
  () => import("../desk/conversation/TagItems"),
  () => import("../desk/conversation/MessageItems"),
  () => loadWords("mail"),
  () => import("../desk/conversation/DeliveryNote"),
  () => import("../desk/conversation/Lightbox"),
  () => import("../desk/compose/NewMail"),
  () => import("./Shortcuts"),
];

const idle = (then: () => void) =>
  "requestIdleCallback" in window ? requestIdleCallback(then, { timeout: 5000 }) : setTimeout(then, 200);

/**
 * Fetches the code of daily work while nothing else is to be done, one piece after the other, so that it is there when the connection is lost, or when
 * the server was replaced by a newer one that has other pieces. Nothing is fetched where the reader pays for each byte. The result stops it.
 */
export function fetchAhead(): () => void {
  const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
  let stopped = Boolean(saving);
  let next = 0;
  const step = () => {
    const load = parts[next++];
    if (stopped || !load) return;
    load().then(
      () => idle(step),
      () => undefined, // no connection: whoever needs a piece asks for it again
    );
  };
  const timer = setTimeout(() => idle(step), 1500);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

const place = "tellus-renewed";

/**
 * Loads the page anew where a piece of it is missing though the server answers: another version runs there now. What was being written is kept in the
 * browser. Once a minute at most, so that a server that really lacks a piece is not asked for ever.
 */
export function renewWithServer(): () => void {
  const missed = () => {
    if (Date.now() - Number(sessionStorage.getItem(place) ?? 0) < 60_000) return;
    void get("/status").then(
      () => {
        sessionStorage.setItem(place, String(Date.now()));
        window.location.reload();
      },
      () => undefined, // away: the line at the top says so
    );
  };
  window.addEventListener("vite:preloadError", missed);
  return () => window.removeEventListener("vite:preloadError", missed);
}
