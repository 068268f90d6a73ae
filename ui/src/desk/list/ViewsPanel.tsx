import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { draftsQuery, useDirectory, viewsQuery } from "../../api/queries";
import type { ViewCount } from "../../api/types";
import { keyCaps, useAllCommands } from "../../app/keys";
import { useMay } from "../../app/session";
import { useFormat } from "../../i18n/format";
import { SavedViews } from "../views/SavedViews";
import css from "./ViewsPanel.module.css";

const mine = ["mine", "mentions", "snoozed", "following", "drafts"];
const desk = ["unassigned", "all", "waiting", "finished", "spam", "trash"];

/** All views with their live counts. */
export function ViewsPanel({ view, done }: { view: string; done: () => void }) {
  const { t } = useTranslation();
  const counts = useQuery(viewsQuery).data ?? [];
  const directory = useDirectory();
  const palette = useAllCommands().find((c) => c.id === "palette");
  const known = new Set(counts.map((c) => c.id));
  const inboxes = directory.inboxes.filter((i) => known.has(`inbox:${i.id}`));
  const teams = directory.teams.filter((team) => known.has(`team:${team.id}`));
  const row = (id: string, name: string) => (
    <ViewLink key={id} id={id} name={name} on={id === view} count={counts.find((c) => c.id === id)} done={done} />
  );
  return (
    <div className={css.views}>
      <div className={css.top}>
        <button type="button" className={css.search} onClick={() => palette?.run()}>
          <span className="cut">{t("view.search")}</span>
          <kbd>{keyCaps("mod+k")}</kbd>
        </button>
      </div>
      <Group title={t("view.group_mine")}>
        {mine.map((id) => row(id, t(`view.${id}`)))}
        <Begun done={done} />
        <li>
          <Link to="/promises" search={{ whose: "mine" }} className={css.view} onClick={done}>
            <span className="cut">{t("view.promises")}</span>
          </Link>
        </li>
      </Group>
      <SavedViews view={view} counts={counts} done={done} />
      <Group title={t("view.group_desk")}>{desk.map((id) => row(id, t(`view.${id}`)))}</Group>
      {inboxes.length > 0 && (
        <Group title={t("view.group_inboxes")}>{inboxes.map((i) => row(`inbox:${i.id}`, i.name))}</Group>
      )}
      {teams.length > 0 && (
        <Group title={t("view.group_teams")}>{teams.map((team) => row(`team:${team.id}`, team.name))}</Group>
      )}
    </div>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

/** Mails that the reader began and has not sent; they belong to no conversation yet. */
function Begun({ done }: { done: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("conversation.write");
  const count = useQuery({ ...draftsQuery, enabled: mayWrite }).data?.length ?? 0;
  if (count === 0) return null;
  return (
    <li>
      <Link to="/drafts" className={css.view} onClick={done} title={t("draft.title")}>
        <span className="cut">{t("view.begun")}</span>
        <span className={css.count}>{format.number(count)}</span>
      </Link>
    </li>
  );
}

interface LinkProps {
  id: string;
  name: string;
  on: boolean;
  count: ViewCount | undefined;
  done: () => void;
}

function ViewLink({ id, name, on, count, done }: LinkProps) {
  const format = useFormat();
  return (
    <li>
      <Link
        to="/view/$view"
        params={{ view: id }}
        className={css.view}
        data-on={on || undefined}
        aria-current={on ? "page" : undefined}
        onClick={done}
        title={name}
      >
        <span className="cut">{name}</span>
        {count !== undefined && count.count > 0 && (
          <span className={css.count}>{format.count(count.count, count.capped)}</span>
        )}
      </Link>
    </li>
  );
}
