import { lazy, memo, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { base } from "../../api/client";
import { type Directory, useDirectory } from "../../api/queries";
import type { Message, NamedAddress, Opened } from "../../api/types";
import { useMe } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { loadWords } from "../../i18n/i18n";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { When } from "../../parts/When";
import { fromWire } from "../compose/html";
import { Files } from "./Files";
import { Frame } from "./Frame";
import { linkify } from "./linkify";
import { MessageMenu } from "./MessageMenu";
import css from "./MessageView.module.css";
import { Warnings } from "./Warnings";

// Most messages have neither.
const DeliveryNote = lazy(() =>
  Promise.all([import("./DeliveryNote"), loadWords("mail")]).then(([m]) => ({ default: m.DeliveryNote })),
);
const Invitation = lazy(() =>
  Promise.all([import("./Invitation"), loadWords("mail")]).then(([m]) => ({ default: m.Invitation })),
);

export const failedStates = new Set(["failed", "bounced", "unsure"]);

/** One thing said: who, when, to whom, the words, and what came with them. */
export const MessageView = memo(function MessageView({ message: m, opened }: { message: Message; opened: Opened }) {
  const { t } = useTranslation();
  const me = useMe();
  const directory = useDirectory();
  const [remote, setRemote] = useState(false);
  const [unfolded, setUnfolded] = useState(false);
  const who = authorOf(m, opened, directory, me.id, t as never);
  const failed = failedStates.has(m.state ?? "") || m.deliveries?.some((d) => failedStates.has(d.state));
  const kind = m.kind === "note" ? css.note : m.authorKind === "customer" ? css.theirs : css.mine;
  return (
    <article
      className={`${css.message} ${kind}`}
      data-message={m.id}
      data-incoming={m.kind === "incoming" || undefined}
      aria-label={t("message.label", { name: who.name })}
    >
      <Avatar name={who.avatar} seed={who.seed} />
      <div className={`${css.box} ${failed ? css.failed : ""}`}>
        <div className={css.head}>
          <b className={css.name}>{who.name}</b>
          <Meta m={m} opened={opened} />
          <MessageMenu message={m} opened={opened} />
        </div>
        <Warnings message={m} />
        {m.remoteImages && !remote && !m.erasedAt ? (
          <p className={css.images} title={t("message.images_why")}>
            <Icon name="image" size={15} />
            {t("message.images", { count: m.remoteImages })}
            <button type="button" className={css.act} onClick={() => setRemote(true)}>
              {t("message.show_images")}
            </button>
          </p>
        ) : null}
        <Body m={m} remote={remote} />
        <Suspense>{m.invitation && <Invitation invitation={m.invitation} />}</Suspense>
        <Files message={m} />
        <Folded m={m} open={unfolded} remote={remote} toggle={() => setUnfolded(!unfolded)} />
        <Suspense>
          {m.kind === "outgoing" && m.state && (failed || m.state !== "sent") && (
            <DeliveryNote message={m} opened={opened} />
          )}
        </Suspense>
      </div>
    </article>
  );
});

interface Author {
  name: string;
  avatar: string;
  seed: string;
}

function authorOf(m: Message, opened: Opened, directory: Directory, me: number, t: (key: string) => string): Author {
  if (m.authorKind === "agent") {
    const agent = directory.agent(m.agent);
    const name = agent?.name ?? m.from.name ?? t("activity.former");
    return { name: m.agent === me ? t("common.you") : name, avatar: name, seed: `agent:${m.agent ?? 0}` };
  }
  if (m.authorKind === "system") return { name: t("activity.system"), avatar: "T", seed: "tellus" };
  const row = opened.conversation;
  const own = m.customer === row.customer ? row.customerName : "";
  const name = m.from.name || own || m.from.address || t("list.no_name");
  return { name, avatar: name, seed: m.customer ? `customer:${m.customer}` : m.from.address };
}

function Meta({ m, opened }: { m: Message; opened: Opened }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const record = m.record;
  const row = opened.conversation;
  const other =
    m.kind === "outgoing" &&
    m.to.length === 1 &&
    m.to[0]?.address === row.address &&
    m.cc.length === 0 &&
    m.bcc.length === 0;
  return (
    <>
      <span className={css.meta}>
        {m.kind === "note" && `${t("message.note")} · `}
        {m.channel === "form" && (
          <>
            <Icon name="form" size={13} /> {t("message.by_form")} · {m.page && <Page at={m.page} />}
          </>
        )}
        {record && `${t(`record.${m.channel}_${record.direction}`)} · `}
        <When at={m.at} />
        {record?.seconds ? ` · ${format.seconds(record.seconds)}` : ""}
        {record?.with ? ` · ${t("record.with_name", { name: record.with })}` : ""}
        {m.writtenBy && ` · ${t("message.written_by", { name: directory.agent(m.writtenBy)?.name })}`}
        {!other && <Names list={m.to} words={(names) => t("message.to", { names })} />}
        <Names list={m.cc} words={(names) => t("message.cc", { names })} />
        <Names list={m.bcc} words={(names) => t("message.bcc", { names })} />
      </span>
      {m.kind === "incoming" && m.language && m.language !== i18n.language && (
        <Pill>{format.languageName(m.language)}</Pill>
      )}
      {record?.outcome && (
        <Pill tone={record.outcome === "agreed" || record.outcome === "delivered" ? "ok" : "grey"}>
          {t(`record.outcome_${record.outcome}`)}
        </Pill>
      )}
      {m.automatic && <Pill title={t("message.automatic_title")}>{t("message.automatic")}</Pill>}
      {m.authorKind === "system" && m.kind === "outgoing" && <Pill>{t("message.acknowledgement")}</Pill>}
    </>
  );
}

/** So many recipients stand above a message; the rest is shown when asked for. */
const mostNames = 5;

function Names({ list, words }: { list: NamedAddress[]; words: (names: string) => string }) {
  const [all, setAll] = useState(false);
  if (list.length === 0) return null;
  const shown = all || list.length <= mostNames + 1 ? list : list.slice(0, mostNames);
  const names = shown.map((a) => a.name || a.address.replace(/@.*/, "@")).join(", ");
  const full = list.map((a) => (a.name ? `${a.name} <${a.address}>` : a.address)).join(", ");
  return (
    <span title={full}>
      {" · "}
      {words(names)}
      {shown.length < list.length && (
        <button type="button" className={css.names} onClick={() => setAll(true)}>
          +{list.length - shown.length}
        </button>
      )}
    </span>
  );
}

/** Where the form stood; only an address of the web can be followed. */
function Page({ at }: { at: string }) {
  const { t } = useTranslation();
  const url = URL.canParse(at) ? new URL(at) : undefined;
  const words = url ? url.host + url.pathname.replace(/\/$/, "") : at;
  return (
    <>
      {url && /^https?:$/.test(url.protocol) ? (
        <a href={at} target="_blank" rel="noopener noreferrer nofollow" title={t("message.form_page", { page: at })}>
          {words}
        </a>
      ) : (
        <span title={t("message.form_page", { page: at })}>{words}</span>
      )}{" "}
      ·{" "}
    </>
  );
}

/** What a message says, its pictures among it. */
export function Body({ m, remote }: { m: Message; remote: boolean }) {
  const { t } = useTranslation();
  const own = useMemo(() => (m.html ? fromWire(m.html, m.attachments) : ""), [m.html, m.attachments]);
  if (m.erasedAt) return <p className={css.gone}>{t("message.erased")}</p>;
  if (m.unreadable) {
    return (
      <p className={css.gone}>
        {t("message.unreadable")}{" "}
        {m.raw && (
          <a href={`${base}/messages/${m.id}/raw`} download>
            {t("message.original")}
          </a>
        )}
      </p>
    );
  }
  return (
    <>
      {m.redactedAt && <p className={css.gone}>{t("message.redacted")}</p>}
      {m.rich ? (
        <Frame path={`/messages/${m.id}/frame`} query={{ remote: remote ? 1 : undefined }} />
      ) : own ? (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: agents' own words, sanitised by the server (htmltext.SanitiseComposed); foreign HTML never comes here
        <div className={css.rich} dangerouslySetInnerHTML={{ __html: own }} />
      ) : (
        <p className={css.text} dir="auto" lang={m.language || undefined}>
          {m.text ? linkify(m.text) : <span className={css.gone}>{t("message.no_words")}</span>}
        </p>
      )}
    </>
  );
}

function Folded({ m, open, remote, toggle }: { m: Message; open: boolean; remote: boolean; toggle: () => void }) {
  const { t } = useTranslation();
  if ((!m.folded && !m.richFolded) || m.erasedAt) return null;
  const lines = (m.folded ?? "").trim().split("\n").length;
  return (
    <div className={css.folded}>
      <button type="button" aria-expanded={open} onClick={toggle}>
        ··· {t("message.folded", { count: m.folded ? lines : 1 })}
      </button>
      {open &&
        (m.richFolded ? (
          <Frame path={`/messages/${m.id}/frame`} query={{ remote: remote ? 1 : undefined, folded: 1 }} />
        ) : (
          <p className={css.quote}>{linkify(m.folded ?? "")}</p>
        ))}
    </div>
  );
}
