import type { Reason } from "../../api/types";

type T = (key: string, values?: Record<string, unknown>) => string;

// The codes that the desk has words for (engine/spam, engine/thread); a newer server may know more.
const spamCodes = new Set([
  "marked_by_filter",
  "dmarc_fail",
  "dmarc_pass",
  "spf_fail",
  "spf_softfail",
  "dkim_fail",
  "unsigned",
  "no_sender",
  "name_shows_other_address",
  "answer_goes_elsewhere",
  "no_date",
  "wrong_date",
  "no_message_id",
  "odd_message_id",
  "repeated_header",
  "no_recipient",
  "bulk",
  "script_mailer",
  "shouting",
  "many_marks",
  "pretended_answer",
  "disguised_letters",
  "spaced_letters",
  "own_address_forged",
  "answers_us",
  "known_sender",
  "dangerous_attachment",
  "words_like_spam",
  "words_like_ours",
]);

/** A sign of spam, in words. */
export function spamWords(t: T, r: Reason): string {
  if (r.code.startsWith("phrase_")) return t("spam.phrase");
  if (r.code.includes("link")) return t("spam.link", { detail: r.detail ?? "" });
  if (spamCodes.has(r.code)) return t(`spam.${r.code}`, { detail: r.detail ?? "" });
  return t("spam.other", { code: r.code.replaceAll("_", " "), detail: r.detail ?? "" });
}

const threadCodes = new Set([
  "token",
  "in_reply_to",
  "references",
  "number",
  "subject",
  "participant",
  "outsider",
  "same_inbox",
  "reopens",
  "follows",
  "was_spam",
  "was_trash",
  "no_match",
  "not_for_him",
]);

/** Why a message landed where it is, in words. */
export function threadWords(t: T, r: Reason): string {
  if (threadCodes.has(r.code)) return t(`threading.${r.code}`, { detail: r.detail ?? "" });
  return t("threading.other", { code: r.code.replaceAll("_", " "), detail: r.detail ?? "" });
}
