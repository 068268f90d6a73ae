import { useTranslation } from "react-i18next";
import type { Message } from "../../api/types";
import { spamWords } from "./reasons";

interface Props {
  message: Message;
  /** The checks of the sender that it did not pass. */
  failed: readonly ("dmarc" | "spf" | "dkim")[];
}

/** What a warning rests on, sign by sign. */
export default function Signs({ message: { verdicts, spamReasons }, failed }: Props) {
  const { t } = useTranslation();
  const reasons = (spamReasons ?? []).filter((r) => (r.weight ?? 0) > 0 && !/^(dmarc|spf|dkim)_/.test(r.code));
  return (
    <ul>
      {verdicts &&
        failed.map((k) => (
          <li key={k}>{t("warning.check", { check: k.toUpperCase(), result: t(`verdict.${verdicts[k]}`) })}</li>
        ))}
      {reasons.map((r, i) => (
        <li key={i}>{spamWords(t as never, r)}</li>
      ))}
    </ul>
  );
}
