import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { del, put } from "../../api/client";
import type { Conversation } from "../../api/types";
import { useMay } from "../../app/session";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { PurchaseCard, Worth } from "./Purchase";
import css from "./Purchases.module.css";
import { aboutQuery, type Purchase } from "./queries";

/** Purchases beside a conversation: what it is about, what it may be about, and the customer's last ones. */
export default function Purchases({ row }: { row: Conversation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const about = useQuery(aboutQuery(row.id)).data;
  if (!about || about.linked.length + about.suggested.length + about.latest.count === 0) return null;
  const { linked, suggested, latest } = about;
  const rest = latest.items.filter((p) => !linked.some((l) => l.id === p.id) && !suggested.some((s) => s.id === p.id));

  async function set(p: Purchase, on: boolean) {
    try {
      await (on ? put : del)(`/conversations/${row.id}/purchases/${p.id}`);
      await client.invalidateQueries({ queryKey: ["purchases"] });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  const act = (p: Purchase, on: boolean) =>
    mayWrite && (
      <button type="button" onClick={() => void set(p, on)}>
        {t(on ? "purchase.link" : "purchase.unlink")}
      </button>
    );

  return (
    <section>
      <h3>
        {t("purchase.title")}
        {latest.count > latest.items.length && (
          <Link to="/customers/$id" params={{ id: String(row.customer) }}>
            {t("purchase.all", { count: latest.count })}
          </Link>
        )}
      </h3>
      <Worth values={latest.values} />
      <div className={css.list}>
        {mayWrite &&
          suggested.map((p) => (
            <div key={p.id} className={css.hint}>
              {t("purchase.named", { number: p.number })}
              <button type="button" onClick={() => void set(p, true)}>
                {t("purchase.link")}
              </button>
            </div>
          ))}
        {linked.length > 0 && (
          <>
            <p className={css.quiet}>{t("purchase.linked")}</p>
            <ul className={css.list} aria-label={t("purchase.linked")}>
              {linked.map((p) => (
                <PurchaseCard key={p.id} purchase={p} acts={act(p, false)} />
              ))}
            </ul>
            {(rest.length > 0 || suggested.length > 0) && <p className={css.quiet}>{t("purchase.latest")}</p>}
          </>
        )}
        <ul className={css.list} aria-label={t("purchase.latest")}>
          {[...suggested, ...rest].map((p) => (
            <PurchaseCard key={p.id} purchase={p} acts={act(p, true)} />
          ))}
        </ul>
      </div>
    </section>
  );
}
