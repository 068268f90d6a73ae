import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Failed, Quiet } from "../../parts/Trouble";
import { Bones, Page } from "../form/Page";
import { Order } from "./Order";
import css from "./Policies.module.css";
import { PolicyEditor } from "./PolicyEditor";
import { policiesQuery } from "./queries";
import { starts } from "./starts";

/** Service levels: the policies in their order, or the one that is open. */
export default function Policies({ id }: { id: string }) {
  const all = useQuery(policiesQuery).data?.items;
  if (!id || !all) return <List />;
  if (/^new\b/.test(id)) return <PolicyEditor id={id} />;
  const one = all.find((p) => String(p.id) === id);
  return one ? <PolicyEditor policy={one} id={id} /> : <List />;
}

function List() {
  const { t } = useTranslation();
  const policies = useQuery(policiesQuery);
  const all = policies.data?.items;
  const progress = policies.data?.progress;
  return (
    <Page
      title={t("settings.policies.title")}
      about={t("settings.policies.about")}
      acts={
        <Button
          variant="filled"
          renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "policies/new" }} {...props} />}
        >
          {t("policy.create")}
        </Button>
      }
    >
      {policies.isPending && <Bones rows={3} />}
      {policies.error && (
        <Failed what={t("policy.failed")} error={policies.error} retry={() => void policies.refetch()} />
      )}
      {progress && !progress.done && (
        <div role="status" className={css.progress}>
          <span>{t("policy.working")}</span>
          <progress max={Math.max(1, progress.total)} value={progress.looked} aria-label={t("policy.working")} />
        </div>
      )}
      {all?.length === 0 && (
        <>
          <Quiet icon="clock" title={t("policy.none")}>
            <p>{t("policy.none_text")}</p>
          </Quiet>
          <section aria-labelledby="policy-starts">
            <h2 id="policy-starts" className={css.startsTitle}>
              {t("policy.starts")}
            </h2>
            <div className={css.starts}>
              {starts.map((s) => (
                <Link key={s} to="/settings/$" params={{ _splat: `policies/new-${s}` }} className={css.start}>
                  <strong>{t(`policy.start.${s}`)}</strong>
                  <span>{t(`policy.start.${s}_text`)}</span>
                </Link>
              ))}
            </div>
          </section>
        </>
      )}
      {all && all.length > 0 && <Order policies={all} />}
    </Page>
  );
}
