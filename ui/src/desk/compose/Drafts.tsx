import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { del, post } from "../../api/client";
import { draftsQuery, useDirectory } from "../../api/queries";
import type { Draft } from "../../api/types";
import { useMay } from "../../app/session";
import { Icon } from "../../parts/Icon";
import { Bone, Late } from "../../parts/Skeleton";
import { Failed, Quiet } from "../../parts/Trouble";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { When } from "../../parts/When";
import { askSoon } from "../conversation/join/ask";
import css from "./Drafts.module.css";
import { plainText } from "./html";
import { ScheduledList } from "./ScheduledList";

/** Mails that were begun and not sent, the last kept first: open them, throw them away, take that back. */
export function Drafts() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayWrite = useMay("conversation.write");
  const found = useQuery({ ...draftsQuery, staleTime: 0 });
  const drafts = found.data;
  const write = (
    <Button
      variant={drafts?.length ? undefined : "filled"}
      leftSection={<Icon name="pencil" size={16} />}
      onClick={() => void navigate({ to: "/new", search: {} })}
    >
      {t("compose.new_title")}
    </Button>
  );
  return (
    <main id="main" className={css.page}>
      <div className={css.column}>
        <header className={css.head}>
          <button
            type="button"
            className={css.back}
            aria-label={t("keys.back")}
            onClick={() => void navigate({ to: "/" })}
          >
            <Icon name="back" />
          </button>
          <div className={css.title}>
            <h1>{t("draft.title")}</h1>
            {drafts && drafts.length > 0 && <p>{t("draft.count", { count: drafts.length })}</p>}
          </div>
          {mayWrite && drafts && drafts.length > 0 && write}
        </header>
        <ScheduledList />
        {drafts ? (
          drafts.length > 0 ? (
            <ul className={css.list}>
              {drafts.map((d) => (
                <Row key={d.id} draft={d} />
              ))}
            </ul>
          ) : (
            <Quiet icon="pencil" title={t("draft.none")}>
              <p>{t("draft.none_text")}</p>
              {mayWrite && write}
            </Quiet>
          )
        ) : found.isError ? (
          <Failed what={t("draft.failed")} error={found.error} retry={() => void found.refetch()} />
        ) : (
          <Late>
            {[1, 2, 3].map((n) => (
              <div key={n} className={css.bones}>
                <Bone width="30%" />
                <Bone width={`${90 - n * 10}%`} />
              </div>
            ))}
          </Late>
        )}
      </div>
    </main>
  );
}

function Row({ draft: d }: { draft: Draft }) {
  const { t } = useTranslation();
  const directory = useDirectory();
  const remove = useRemove();
  const to = [...d.body.to, ...d.body.cc].map((a) => a.name || a.address);
  const subject = d.body.subject?.trim() || t("list.no_subject");
  const words = plainText(d.body.html).replace(/\s+/g, " ");
  const inbox = directory.inbox(d.body.inbox);
  return (
    <li className={css.row}>
      <Place draft={d}>
        <span className={css.top}>
          <b className="cut">{to.length > 0 ? to.join(", ") : t("recipients.nobody")}</b>
          <span className={css.when}>
            <When at={d.savedAt} />
          </span>
        </span>
        <span className={`cut ${css.subject}`}>{subject}</span>
        <span className={`cut ${css.words}`}>{words || t("compose.nothing")}</span>
        {(inbox || d.number || d.files.length > 0) && (
          <span className={css.facts}>
            {d.number && <span className="cut">{t("draft.beside", { number: d.number })}</span>}
            {inbox && <span className="cut">{t("draft.from", { inbox: inbox.name })}</span>}
            {d.files.length > 0 && (
              <span className="cut">
                <Icon name="clip" size={13} /> {d.files.map((f) => f.name).join(", ")}
              </span>
            )}
          </span>
        )}
      </Place>
      <button
        type="button"
        className={css.remove}
        aria-label={t("draft.remove", { subject })}
        title={t("draft.remove", { subject })}
        onClick={() => void remove(d)}
      >
        <Icon name="trash" size={17} />
      </button>
    </li>
  );
}

/** What opens a draft: the page of new mails, or the conversation that it is beside, with its sheet. */
function Place({ draft: d, children }: { draft: Draft; children: ReactNode }) {
  if (!d.number)
    return (
      <Link to="/new" search={{ draft: d.id }} className={css.open}>
        {children}
      </Link>
    );
  const number = d.number;
  return (
    <Link
      to="/view/$view/$number"
      params={{ view: "all", number: String(number) }}
      onClick={() => askSoon(number, d.body.mode === "forward" ? "forward" : "aside", d.body.forward)}
      className={css.open}
    >
      {children}
    </Link>
  );
}

/** Throws a draft away at once, and writes it anew where that is taken back: its files stay a while longer than it. */
function useRemove() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const fresh = () => client.invalidateQueries({ queryKey: draftsQuery.queryKey });
  return async (d: Draft) => {
    client.setQueryData(draftsQuery.queryKey, (all) => all?.filter((x) => x.id !== d.id));
    try {
      await del(`/drafts/${d.id}`);
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      void fresh();
      return;
    }
    void fresh();
    toast(t("compose.discarded"), {
      stays: 8000,
      action: {
        label: t("common.undo"),
        run: () =>
          void post<Draft>("/drafts", d.body)
            .then(fresh)
            .catch((err) => toast(inWords(t, err), { tone: "bad" })),
      },
    });
  };
}
