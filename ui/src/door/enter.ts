import type { Profile } from "../api/types";
import { queryClient } from "../app/client";
import { profileQuery } from "../app/session";
import { speak } from "../i18n/i18n";
import { isLanguage } from "../i18n/languages";

/** What a sign-in, or its first half, answers. */
export interface SignedIn {
  stage: "full" | "second_factor";
  methods: Method[] | null;
  profile?: Profile;
}
export type Method = "totp" | "passkey" | "recovery";

/** Where to go after signing in: only within this desk, whatever the address says. The path is without "/app". */
export function placeAfter(to: string | null, origin: string): string {
  if (!to) return "/";
  let url: URL;
  try {
    url = new URL(to, origin);
  } catch {
    return "/";
  }
  if (url.origin !== origin || !to.startsWith("/") || to.startsWith("//")) return "/";
  const path = url.pathname.replace(/^\/app(?=\/|$)/, "") || "/";
  if (/^\/(sign-in|setup|forgot|link)(\/|$)/.test(path) || !path.startsWith("/") || path.startsWith("//")) return "/";
  return path + url.search + url.hash;
}

/** Takes the desk over for who has just signed in: his words, his colours, nothing of who was here before. */
export async function enter(profile: Profile, setColorScheme: (scheme: "auto" | "light" | "dark") => void) {
  queryClient.clear();
  queryClient.setQueryData(profileQuery.queryKey, profile);
  setColorScheme(profile.theme === "system" || !profile.theme ? "auto" : profile.theme);
  if (isLanguage(profile.language)) await speak(profile.language);
}
