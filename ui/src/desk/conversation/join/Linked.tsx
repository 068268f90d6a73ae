import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link as To } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post } from "../../../api/client";
import { conversationQuery } from "../../../api/queries";
import type { Link, Opened } from "../../../api/types";
import { useMay } from "../../../app/session";
import { useFormat } from "../../../i18n/format";
import { Icon } from "../../../parts/Icon";
import { Pill } from "../../../parts/Pill";
import { toast } from "../../../parts/toast";
import { inWords } from "../../../parts/trouble";
import { toHtml } from "../../compose/html";
import { ask } from "./ask";
import css from "./Join.module.css";

const byHand = new Set<Link["kind"]>(["related", "parent", "child", "problem", "incident"]);

/** The conversations that belong to the open one, with what is said in those beside it. */
export function Linked({ opened, view }: { opened: Opened; view: string }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const incidents = opened.links.filter((l) => l.kind === "incident");
  if (opened.links.length === 0) return null;
  return (
    <section>
      <h3>
        {t("customer.linked")}
        {mayWrite && incidents.length > 0 && (
          <button type="button" onClick={() => ask("incidents")}>
            {t("join.incidents")}
          </button>
        )}
      </h3>
      {opened.links.map((l) => (
        <One key={`${l.conversation}${l.kind}`} link={l} opened={opened} view={view} />
      ))}
    </section>
  );
}

function One({ link, opened, view }: { link: Link; opened: Opened; view: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const beside = link.kind === "side" || link.kind === "forward";
  const [open, setOpen] = useState(false);
  async function unlink() {
    try {
      await del(`/conversations/${opened.conversation.id}/links/${link.conversation}`);
      await client.invalidateQueries({ queryKey: ["conversation"] });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
  }
  return (
    <div className={css.linked}>
      <header>
        {link.unread && <span className={css.dot} role="img" aria-label={t("list.unread")} />}
        <To to="/view/$view/$number" params={{ view, number: String(link.number) }}>
          #{link.number} {link.subject || t("list.no_subject")}
        </To>
        <Pill>{t(`status.${link.status}`)}</Pill>
        {byHand.has(link.kind) && mayWrite && (
          <button type="button" aria-label={t("join.unlink", { number: link.number })} onClick={() => void unlink()}>
            <Icon name="close" size={14} />
          </button>
        )}
      </header>
      <span className={css.quiet}>
        {t(`customer.link_${link.kind}`)}
        {beside && ` · ${link.customerName}`}
      </span>
      {beside && (
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? "join.hide_side" : "join.show_side")}
        </button>
      )}
      {open && <Talk number={link.number} />}
    </div>
  );
}

/** What was said in a side conversation, and a short answer to it. */
function Talk({ number }: { number: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const mayWrite = useMay("conversation.write");
  const side = useQuery(conversationQuery(number)).data;
  const [words, setWords] = useState("");
  const [key, setKey] = useState(newKey);
  const [busy, setBusy] = useState(false);
  if (!side) return null;
  const messages = side.timeline.messages.filter((m) => m.state !== "cancelled");
  async function send() {
    if (!side) return;
    setBusy(true);
    try {
      await post(
        `/conversations/${side.conversation.id}/replies`,
        {
          html: toHtml(words),
          ...side.replyAllTo,
          bcc: [],
          attachments: [],
          seen: messages.at(-1)?.id ?? 0,
          then: "waiting",
        },
        key,
      );
      setWords("");
      setKey(newKey());
      await client.invalidateQueries({ queryKey: ["conversation", number] });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
    }
    setBusy(false);
  }
  return (
    <>
      <ul className={css.talk}>
        {messages.map((m) => (
          <li key={m.id}>
            <b>{m.from.name || m.from.address}</b>{" "}
            <span className={css.quiet}>{format.weekdayMoment(Date.parse(m.at ?? ""))}</span>
            <p>{m.text}</p>
          </li>
        ))}
      </ul>
      {mayWrite && (
        <div className={css.answer}>
          <textarea
            rows={2}
            aria-label={t("join.answer_side", { number })}
            value={words}
            onChange={(e) => setWords(e.target.value)}
          />
          <Button size="xs" disabled={busy || !words.trim()} onClick={() => void send()}>
            {t("compose.send")}
          </Button>
        </div>
      )}
    </>
  );
}
