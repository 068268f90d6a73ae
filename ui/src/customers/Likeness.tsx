import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { post } from "../api/client";
import type { Customer } from "../api/types";
import { useMay } from "../app/session";
import { useAttempt } from "../desk/ActSheet";
import { Avatar } from "../parts/Avatar";
import { birthday } from "./birthday";
import css from "./Duplicates.module.css";
import type { Duplicate } from "./queries";

/** Why two records may be one person, and how sure that is. */
export function Why({ of }: { of: Duplicate }) {
  const { t } = useTranslation();
  return (
    <p className={css.why}>
      <span className={css.sure}>
        {t(of.certainty >= 90 ? "duplicate.certain" : of.certainty >= 70 ? "duplicate.likely" : "duplicate.possible")}
      </span>{" "}
      {of.reasons.map((r) => t(`duplicate.by_${r}`)).join(", ")}
    </p>
  );
}

/** A record in short, with a link to it. */
export function Brief({ customer: c }: { customer: Customer }) {
  const { i18n } = useTranslation();
  const known = [...c.addresses.map((a) => a.value), c.organisation, birthday(c.birthday, i18n.language)].filter(
    Boolean,
  );
  return (
    <Link to="/customers/$id" params={{ id: String(c.id) }} className={css.brief}>
      <Avatar name={c.name} seed={`customer:${c.id}`} size={28} />
      <span>
        <b>{c.name || `#${c.id}`}</b>
        <span className={css.known}>{known.join(" · ")}</span>
      </span>
    </Link>
  );
}

/** What can be done about two records that may be one person. */
export function Decide({ into, from }: { into: Customer; from: Customer }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const attempt = useAttempt(() => undefined);
  if (!useMay("conversation.write")) return null;
  const dismiss = () =>
    attempt.run(async () => {
      await post(`/customers/${into.id}/duplicates/dismiss`, { other: from.id });
      await Promise.all([
        client.invalidateQueries({ queryKey: ["customer"] }),
        client.invalidateQueries({ queryKey: ["customers", "duplicates"] }),
      ]);
    });
  return (
    <p className={css.acts}>
      <Link to="/customers/$id/merge/$other" params={{ id: String(into.id), other: String(from.id) }}>
        {t("duplicate.compare")}
      </Link>
      <button type="button" disabled={attempt.busy} onClick={() => void dismiss()}>
        {t("duplicate.dismiss")}
      </button>
      {attempt.problem && <span role="alert">{attempt.problem}</span>}
    </p>
  );
}
