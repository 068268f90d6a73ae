import { Button } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { useDirectory } from "../../api/queries";
import { TaskLine } from "../../customers/Privacy";
import { type HeldBody, holdsQuery, tasksQuery } from "../../customers/privacy";
import { Failed, Quiet } from "../../parts/Trouble";
import { When } from "../../parts/When";
import { Ask } from "../Ask";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { Accesses } from "./Accesses";
import css from "./privacy.module.css";
import { Rules } from "./Rules";

/** What is owed to people whose data lie here: holds that stand, and the log of exports and erasures. */
export default function Privacy() {
  const { t } = useTranslation();
  return (
    <Page title={t("settings.privacy.title")} about={t("privacy.about")}>
      <Holds />
      <Rules />
      <Log />
      <Accesses />
    </Page>
  );
}

function Holds() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const directory = useDirectory();
  const holds = useInfiniteQuery(holdsQuery(false));
  const [ending, setEnding] = useState<HeldBody>();
  const all = holds.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      {holds.isPending && <Bones rows={2} />}
      {holds.error && <Failed what={t("privacy.failed")} error={holds.error} retry={() => void holds.refetch()} />}
      {holds.data && (
        <Section title={t("privacy.holds")} about={t("privacy.holds_about")} flush={all.length > 0}>
          {all.length === 0 && <p className={list.quiet}>{t("privacy.no_holds")}</p>}
          {all.map((h) => (
            <div key={h.id} className={`${list.row} ${list.wrap}`}>
              <div className={list.body}>
                <div className={list.name}>
                  <About hold={h} />
                </div>
                <div className={list.more}>{h.reason}</div>
                <div className={list.quiet}>
                  {directory.agent(h.agent)?.name} · <When at={h.createdAt} />
                </div>
              </div>
              <Button onClick={() => setEnding(h)}>{t("privacy.end_hold")}</Button>
            </div>
          ))}
        </Section>
      )}
      {holds.hasNextPage && (
        <Button loading={holds.isFetchingNextPage} onClick={() => void holds.fetchNextPage()}>
          {t("customers.more")}
        </Button>
      )}
      {ending && (
        <Ask
          title={t("privacy.end_title")}
          act={t("privacy.end_hold")}
          close={() => setEnding(undefined)}
          run={async () => {
            await post(`/privacy/holds/${ending.id}/end`);
            await client.invalidateQueries({ queryKey: ["privacy"] });
          }}
        >
          {t("privacy.end_text")}
        </Ask>
      )}
    </>
  );
}

function About({ hold: h }: { hold: HeldBody }) {
  const { t } = useTranslation();
  if (h.number) {
    return (
      <Link to="/view/$view/$number" params={{ view: "all", number: String(h.number) }}>
        {t("privacy.conversation", { number: h.number })}
        {h.name && ` · ${h.name}`}
      </Link>
    );
  }
  if (h.customer) {
    return (
      <Link to="/customers/$id" params={{ id: String(h.customer) }}>
        {h.name || t("privacy.customer", { id: h.customer })}
      </Link>
    );
  }
  return <>{t("privacy.unseen")}</>;
}

function Log() {
  const { t } = useTranslation();
  const tasks = useInfiniteQuery(tasksQuery(0));
  const all = tasks.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      {tasks.error && <Failed what={t("privacy.failed")} error={tasks.error} retry={() => void tasks.refetch()} />}
      {tasks.data && (
        <Section title={t("privacy.log")} about={t("privacy.log_about")} flush={all.length > 0}>
          {all.length === 0 && <Quiet icon="clock" title={t("privacy.no_log")} />}
          {all.map((task) => (
            <div key={task.id} className={list.row}>
              <div className={list.body}>
                <Link to="/customers/$id" params={{ id: String(task.customer) }} className={css.inline}>
                  {t("privacy.customer", { id: task.customer })}
                </Link>{" "}
                · <TaskLine task={task} />
              </div>
            </div>
          ))}
        </Section>
      )}
      {tasks.hasNextPage && (
        <Button loading={tasks.isFetchingNextPage} onClick={() => void tasks.fetchNextPage()}>
          {t("customers.more")}
        </Button>
      )}
    </>
  );
}
