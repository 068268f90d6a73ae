import { useTranslation } from "react-i18next";
import { reasonWords } from "../../parts/trouble";
import type { T } from "../form/refusal";

/** Why an authorisation came to nothing, where the address says that one did; "" otherwise. */
export function useOAuthRefusal(): string {
  const { t } = useTranslation();
  const said = new URLSearchParams(window.location.search);
  if (said.get("oauth") !== "refused") return "";
  const reason = said.get("reason") ?? undefined;
  return reasonWords(t as T, { reason, values: { what: said.get("what") ?? "" } }) ?? t("settings.oauth.refused");
}
