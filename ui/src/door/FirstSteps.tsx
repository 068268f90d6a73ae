import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { agentsQuery, inboxesQuery } from "../api/queries";
import { useMe } from "../app/session";
import { Icon } from "../parts/Icon";
import { useTitle } from "../settings/form/Page";
import css from "./door.module.css";

/** After set-up: what makes the desk useful, in the order in which it does. */
export function FirstSteps() {
  const { t } = useTranslation();
  const me = useMe();
  const inboxes = useQuery(inboxesQuery).data ?? [];
  const people = useQuery(agentsQuery).data ?? [];
  useTitle(t("door.steps.title", { name: me.name }));
  const steps = [
    { id: "inbox", to: "inboxes/new", done: inboxes.length > 0 },
    { id: "people", to: "people", done: people.length > 1 },
    { id: "safe", to: "security", done: me.twoFactor },
  ];
  const next = steps.findIndex((s) => !s.done);
  return (
    <main id="main" className={css.steps}>
      <div>
        <div>
          <h1>{t("door.steps.title", { name: me.name })}</h1>
          <p>{t(next < 0 ? "door.steps.all_done" : "door.steps.about")}</p>
        </div>
        <ol>
          {steps.map((s, i) => (
            <li key={s.id}>
              <span className={css.number} data-done={s.done || undefined}>
                {s.done ? <Icon name="check" size={16} /> : i + 1}
                {s.done && <span className="unseen">{t("door.steps.done")}</span>}
              </span>
              <div>
                <h2>{t(`door.steps.${s.id}.title`)}</h2>
                <p>{t(`door.steps.${s.id}.text`)}</p>
              </div>
              <Button
                component={Link}
                to="/settings/$"
                params={{ _splat: s.to } as never}
                variant={i === next ? "filled" : "default"}
              >
                {t(`door.steps.${s.id}.go`)}
              </Button>
            </li>
          ))}
        </ol>
        <Link to="/view/$view" params={{ view: "all" }}>
          {t("door.steps.desk")}
        </Link>
      </div>
    </main>
  );
}
