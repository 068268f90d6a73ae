import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../../api/client";
import type { Conversation, Opened } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { useNow } from "../../i18n/now";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { Contact } from "./Contact";
import css from "./CustomerPanel.module.css";
import { Followers } from "./Followers";
import { Note } from "./Note";
import { Participants } from "./Participants";

const Linked = lazy(() => import("../conversation/join/Linked").then((m) => ({ default: m.Linked })));

const LocalTime = lazy(() =>
  Promise.all([import("./Reach"), loadWords("customers")]).then(([m]) => ({ default: m.LocalTime })),
);
const Facts = lazy(() =>
  Promise.all([import("../fields/Facts"), loadWords("field"), loadWords("promise")]).then(([m]) => m),
);
const Limits = lazy(() =>
  Promise.all([import("../conversation/statutes/Limits"), loadWords("statute")]).then(([m]) => m),
);
const CustomerFields = lazy(() =>
  Promise.all([import("../fields/CustomerFields"), loadWords("field")]).then(([m]) => m),
);
const Purchases = lazy(() => Promise.all([import("../purchase/Purchases"), loadWords("purchase")]).then(([m]) => m));

/** Who the customer is, how to reach him, and what was before. */
export function CustomerPanel({ opened, view, close }: { opened: Opened; view: string; close: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { customer: c, conversation: row } = opened;
  const name = c.name || row.customerName || row.address || t("list.no_name");

  return (
    <div className={css.panel}>
      <button type="button" className={css.close} aria-label={t("common.close")} onClick={close}>
        <Icon name="close" size={16} />
      </button>
      <div className={css.top}>
        <Avatar name={name} seed={`customer:${row.customer}`} size={44} />
        <div className={css.who}>
          <h2>
            <Link to="/customers/$id" params={{ id: String(row.customer) }}>
              {name}
            </Link>
          </h2>
          {/* Company and language stand among the facts below. */}
          {c.createdAt && <p>{t("customer.since", { year: format.year(Date.parse(c.createdAt)) })}</p>}
        </div>
      </div>

      <Suspense>
        <Facts row={row} />
      </Suspense>
      <Suspense>
        <Limits opened={opened} />
      </Suspense>
      <Contact customer={c} />
      {c.timeZone && (
        <Suspense>
          <LocalTime customer={c} />
        </Suspense>
      )}
      <Suspense>
        <CustomerFields customer={c} />
      </Suspense>
      <Suspense>
        <Purchases row={row} />
      </Suspense>
      <Note customer={c} />
      <Participants opened={opened} />
      <Followers opened={opened} />
      {opened.links.length > 0 && (
        <Suspense>
          <Linked opened={opened} view={view} />
        </Suspense>
      )}
      <Others opened={opened} view={view} />
    </div>
  );
}

/** The customer's other conversations: the newest at once, the rest when asked for. */
function Others({ opened, view }: { opened: Opened; view: string }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const { customer, earlier, conversation } = opened;
  const all = useQuery({
    queryKey: ["customer", customer.id, "conversations"],
    queryFn: ({ signal }) =>
      get<{ items: Conversation[] }>(`/customers/${customer.id}/conversations`, undefined, signal).then((l) => l.items),
    enabled: asked,
  }).data?.filter((e) => e.id !== conversation.id);
  const shown = all ?? earlier;
  return (
    <section>
      <h3>
        {t("customer.earlier")}
        {earlier.length >= atOnce && !all && (
          <button type="button" onClick={() => setAsked(true)}>
            {t("customer.all")}
          </button>
        )}
      </h3>
      {shown.map((e) => (
        <Earlier key={e.id} row={e} view={view} />
      ))}
      {shown.length === 0 && <p className={css.quiet}>{t("customer.first")}</p>}
    </section>
  );
}

/** So many come with an open conversation. */
const atOnce = 5;

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
