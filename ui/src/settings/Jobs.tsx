import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, post } from "../api/client";
import { useDirectory } from "../api/queries";
import { Failed, Quiet } from "../parts/Trouble";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { When } from "../parts/When";
import { Ask } from "./Ask";
import { Bones, Page, Section } from "./form/Page";
import list from "./list.module.css";
import { deadJobsQuery, searchProgressQuery } from "./queries";
import type { DeadJob } from "./types";

const kinds = new Set([
  "bulk.do",
  "conversation.erase_file",
  "conversation.wake",
  "customer.renamed",
  "deliver.letter",
  "deliver.send",
  "intake.arrived",
  "intake.unscanned",
  "upkeep.hourly",
  "view.customers",
  "view.export",
  "view.fill",
]);

/** Work that was tried again and again, and then left to a person. */
export default function Jobs() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const jobs = useInfiniteQuery(deadJobsQuery);
  const all = jobs.data?.pages.flatMap((p) => p.items) ?? [];
  const { inbox } = useDirectory();
  const [dropping, setDropping] = useState<DeadJob>();
  const renew = () => client.invalidateQueries({ queryKey: deadJobsQuery.queryKey });
  const retry = useMutation({
    mutationFn: (id: number) => post(`/jobs/${id}/retry`),
    onSuccess: () => toast(t("settings.jobs.retried")),
    onError: (err) => toast(inWords(t, err), { tone: "bad" }),
    onSettled: renew,
  });
  const name = (j: DeadJob) =>
    kinds.has(j.kind)
      ? t(`settings.jobs.kind.${j.kind.replace(".", "_")}`)
      : t("settings.jobs.kind.other", { kind: j.kind });
  return (
    <Page title={t("settings.jobs.title")} about={t("settings.jobs.about")}>
      <SearchState />
      {jobs.isPending && <Bones rows={3} />}
      {jobs.error && <Failed what={t("settings.jobs.failed")} error={jobs.error} retry={() => void jobs.refetch()} />}
      {jobs.data && all.length === 0 && (
        <Quiet icon="check" title={t("settings.jobs.none")}>
          <p>{t("settings.jobs.none_text")}</p>
        </Quiet>
      )}
      {all.length > 0 && (
        <Section flush>
          {all.map((j) => (
            <div key={j.id} className={`${list.row} ${list.wrap}`}>
              <div className={list.body}>
                <div className={list.name}>
                  {name(j)}
                  {j.number ? (
                    <Link
                      to="/view/$view/$number"
                      params={{ view: "all", number: String(j.number) }}
                      className={list.more}
                    >
                      #{j.number}
                    </Link>
                  ) : null}
                  {j.inbox && inbox(j.inbox) ? (
                    <Link to="/settings/$" params={{ _splat: `inboxes/${j.inbox}` }} className={list.more}>
                      {inbox(j.inbox)?.name}
                    </Link>
                  ) : null}
                </div>
                <div className={list.trouble} lang="en">
                  {j.lastError}
                </div>
                <div className={list.quiet}>
                  #{j.id} · {t("settings.jobs.attempts", { count: j.attempts })} · {t("settings.jobs.gave_up")}{" "}
                  <When at={j.diedAt} />
                </div>
              </div>
              <div className={list.acts}>
                <Button onClick={() => setDropping(j)} aria-label={`${t("settings.jobs.discard")}: ${name(j)}`}>
                  {t("settings.jobs.discard")}
                </Button>
                <Button
                  disabled={retry.isPending}
                  onClick={() => retry.mutate(j.id)}
                  aria-label={`${t("common.again")}: ${name(j)}`}
                >
                  {t("common.again")}
                </Button>
              </div>
            </div>
          ))}
        </Section>
      )}
      {jobs.hasNextPage && (
        <Button
          loading={jobs.isFetchingNextPage}
          onClick={() => void jobs.fetchNextPage()}
          style={{ alignSelf: "center" }}
        >
          {t("settings.audit.more")}
        </Button>
      )}
      {dropping && (
        <Ask
          title={t("settings.jobs.discard_title")}
          act={t("settings.jobs.discard")}
          close={() => setDropping(undefined)}
          run={async () => {
            await del(`/jobs/${dropping.id}`);
            await renew();
          }}
        >
          {t(`settings.jobs.discard_text.${dropping.kind === "deliver.send" ? "send" : "other"}`)}
        </Ask>
      )}
    </Page>
  );
}

/** How far the search index is, in words. */
function SearchState() {
  const { t } = useTranslation();
  const { data } = useQuery(searchProgressQuery);
  if (!data) return null;
  const words =
    data.filled < 100
      ? t("settings.jobs.search.filling", { percent: data.filled })
      : data.behind > 0
        ? t("settings.jobs.search.behind", { count: data.behind })
        : t("settings.jobs.search.current");
  return (
    <Section title={t("settings.jobs.search.title")}>
      <p role="status">{words}</p>
    </Section>
  );
}
