import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { patch } from "../../api/client";
import type { Conversation, Customer, Opened, Participant } from "../../api/types";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { useNow } from "../../i18n/now";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import css from "./CustomerPanel.module.css";

/** Who the customer is, how to reach him, and what was before. */
export function CustomerPanel({ opened, view, close }: { opened: Opened; view: string; close: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const { customer: c, conversation: row } = opened;
  const [editing, setEditing] = useState(false);
  const name = c.name || row.customerName || row.address || t("list.no_name");
  const about = [
    c.createdAt && t("customer.since", { year: format.year(Date.parse(c.createdAt)) }),
    c.organisation,
    c.language && t("customer.speaks", { language: format.languageName(c.language) }),
  ].filter(Boolean);

  async function keep(change: Partial<Pick<Customer, "name" | "organisation" | "language" | "note">>) {
    const key = ["conversation", row.number];
    const before = client.getQueryData<Opened>(key);
    client.setQueryData<Opened>(key, (o) => o && { ...o, customer: { ...o.customer, ...change } });
    try {
      const next = await patch<Customer>(`/customers/${c.id}`, { ...change, version: c.version });
      client.setQueryData<Opened>(key, (o) => o && { ...o, customer: next });
    } catch (err) {
      client.setQueryData(key, before);
      toast(inWords(t, err), { tone: "bad" });
      void client.invalidateQueries({ queryKey: key });
    }
  }

  return (
    <div className={css.panel}>
      <button type="button" className={css.close} aria-label={t("common.close")} onClick={close}>
        <Icon name="close" size={16} />
      </button>
      <div className={css.top}>
        <Avatar name={name} seed={`customer:${row.customer}`} size={44} />
        <div className={css.who}>
          <h2>{name}</h2>
          <p>{about.join(" · ")}</p>
        </div>
      </div>

      <section>
        <h3>
          {t("customer.contact")}
          {mayWrite && (
            <button type="button" onClick={() => setEditing(!editing)} aria-expanded={editing}>
              {t(editing ? "common.close" : "common.edit")}
            </button>
          )}
        </h3>
        {editing ? (
          <Edit customer={c} keep={(change) => void keep(change).then(() => setEditing(false))} />
        ) : (
          <dl className={css.facts}>
            {c.addresses.map((a) => (
              <div key={a.id}>
                <dt>{t(`customer.${a.kind}`)}</dt>
                <dd>
                  <span className={css.break}>{a.value}</span>
                  {a.bounced && <Pill tone="late">{t("recipients.bounced")}</Pill>}
                </dd>
              </div>
            ))}
            {c.organisation && (
              <div>
                <dt>{t("customer.organisation")}</dt>
                <dd>{c.organisation}</dd>
              </div>
            )}
            {c.language && (
              <div>
                <dt>{t("customer.language")}</dt>
                <dd>{format.languageName(c.language)}</dd>
              </div>
            )}
          </dl>
        )}
      </section>

      <Note key={c.version} note={c.note ?? ""} editable={mayWrite} keep={(note) => void keep({ note })} />
      {opened.participants.length > 1 && <Participants list={opened.participants} />}
      {opened.links.length > 0 && (
        <section>
          <h3>{t("customer.linked")}</h3>
          {opened.links.map((l) => (
            <Card
              key={l.conversation}
              view={view}
              number={l.number}
              subject={l.subject}
              status={l.status}
              words={t(`customer.link_${l.kind}`)}
            />
          ))}
        </section>
      )}
      <section>
        <h3>{t("customer.earlier")}</h3>
        {opened.earlier.map((e) => (
          <Earlier key={e.id} row={e} view={view} />
        ))}
        {opened.earlier.length === 0 && <p className={css.quiet}>{t("customer.first")}</p>}
      </section>
    </div>
  );
}

function Edit({ customer: c, keep }: { customer: Customer; keep: (change: Partial<Customer>) => void }) {
  const { t } = useTranslation();
  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        const data = new FormData(e.currentTarget);
        const say = (k: string) => String(data.get(k) ?? "").trim();
        keep({ name: say("name"), organisation: say("organisation"), language: say("language") });
      }}
    >
      <label>
        {t("customer.name")}
        <input name="name" defaultValue={c.name} maxLength={200} autoComplete="off" />
      </label>
      <label>
        {t("customer.organisation")}
        <input name="organisation" defaultValue={c.organisation} maxLength={200} autoComplete="off" />
      </label>
      <label>
        {t("customer.language")}
        <select name="language" defaultValue={c.language ?? ""}>
          <Languages known={c.language} />
        </select>
      </label>
      <button type="submit">{t("common.save")}</button>
    </form>
  );
}

function Languages({ known }: { known: string | undefined }) {
  const format = useFormat();
  const codes = [...new Set(["", known ?? "", "lv", "lt", "pl", "en", "ru", "uk", "et", "de"])];
  return codes.map((code) => (
    <option key={code} value={code}>
      {code ? format.languageName(code) : "–"}
    </option>
  ));
}

function Note({ note, editable, keep }: { note: string; editable: boolean; keep: (note: string) => void }) {
  const { t } = useTranslation();
  if (!editable && !note) return null;
  return (
    <section>
      <h3 id="customer-note">{t("customer.note")}</h3>
      <textarea
        className={css.note}
        aria-labelledby="customer-note"
        placeholder={t("customer.note_placeholder")}
        defaultValue={note}
        readOnly={!editable}
        maxLength={4000}
        rows={note ? Math.min(8, note.split("\n").length + Math.floor(note.length / 40) + 1) : 2}
        onBlur={(e) => e.target.value.trim() !== note.trim() && keep(e.target.value.trim())}
      />
    </section>
  );
}

function Participants({ list }: { list: Participant[] }) {
  const { t } = useTranslation();
  return (
    <section>
      <h3>{t("customer.participants")}</h3>
      <ul className={css.people}>
        {list.map((p) => (
          <li key={p.address}>
            <Avatar name={p.name || p.address} seed={p.customer ? `customer:${p.customer}` : p.address} size={22} />
            <span className={css.person}>
              <span className="cut" title={p.address}>
                {p.name || p.address}
              </span>
              <span className={css.quiet}>{t(`customer.role_${p.role}`)}</span>
            </span>
            {p.bounced && <Pill tone="late">{t("recipients.bounced")}</Pill>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Earlier({ row, view }: { row: Conversation; view: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const when = row.lastAt ? format.shortDay(Date.parse(row.lastAt), now) : "";
  return (
    <Card
      view={view}
      number={row.number}
      subject={row.subject}
      status={row.status}
      words={`${when} · ${t(`channel.${row.channel}`)}`}
    />
  );
}

function Card({
  view,
  number,
  subject,
  status,
  words,
}: {
  view: string;
  number: number;
  subject: string;
  status: string;
  words: string;
}) {
  const { t } = useTranslation();
  return (
    <Link to="/view/$view/$number" params={{ view, number: String(number) }} className={css.card}>
      <span className={css.break}>
        #{number} {subject || t("list.no_subject")}
      </span>{" "}
      <Pill>{t(`status.${status}`)}</Pill>
      <span className={css.quiet}>{words}</span>
    </Link>
  );
}
