import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { Pill } from "../../parts/Pill";
import { Failed, Quiet } from "../../parts/Trouble";
import { Bones, Page, Section } from "../form/Page";
import list from "../list.module.css";
import { Editor } from "./Editor";
import { type Wallboard, wallboardsQuery } from "./queries";

/** The wallboards, or the one that is open. */
export default function Wallboards({ id }: { id: string }) {
  const all = useQuery(wallboardsQuery).data;
  if (id === "new") return <Editor key={id} />;
  const one = id ? all?.find((b) => String(b.id) === id) : undefined;
  return one ? <Editor key={id} board={one} /> : <List />;
}

function List() {
  const { t } = useTranslation();
  const found = useQuery(wallboardsQuery);
  return (
    <Page
      title={t("settings.wallboards.title")}
      about={t("settings.wallboards.about")}
      acts={
        <Button
          variant="filled"
          renderRoot={(props) => <Link to="/settings/$" params={{ _splat: "wallboards/new" }} {...props} />}
        >
          {t("wallboard.create")}
        </Button>
      }
    >
      {found.isPending && <Bones rows={3} />}
      {found.error && <Failed what={t("wallboard.failed")} error={found.error} retry={() => void found.refetch()} />}
      {found.data?.length === 0 && (
        <Quiet icon="chart" title={t("wallboard.none")}>
          <p>{t("wallboard.none_text")}</p>
        </Quiet>
      )}
      {found.data && found.data.length > 0 && (
        <Section flush>
          {found.data.map((b) => (
            <Row key={b.id} board={b} />
          ))}
        </Section>
      )}
    </Page>
  );
}

function Row({ board: b }: { board: Wallboard }) {
  const { t } = useTranslation();
  const format = useFormat();
  const directory = useDirectory();
  const teams = b.teams.map((id) => directory.team(id)?.name ?? t("wallboard.gone_team"));
  return (
    <Link to="/settings/$" params={{ _splat: `wallboards/${b.id}` }} className={list.row}>
      <div className={list.body}>
        <div className={list.name}>
          {b.name}
          <Pill tone={b.linkAt ? "ok" : "grey"}>{t(b.linkAt ? "wallboard.linked" : "wallboard.not_linked")}</Pill>
        </div>
        <div className={list.more}>{teams.length > 0 ? format.list(teams) : t("wallboard.everything")}</div>
      </div>
    </Link>
  );
}
