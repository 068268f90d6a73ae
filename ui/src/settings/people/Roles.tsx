import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Permission, Role } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { Section } from "../form/Page";
import list from "../list.module.css";
import { rolesQuery } from "../queries";
import { dashed } from "../Tokens";

export const roles: Role[] = ["light_agent", "agent", "supervisor", "administrator", "owner"];

/** The table of permissions as the server keeps it. */
export function Roles() {
  const { t } = useTranslation();
  const rows = useQuery(rolesQuery).data;
  if (!rows) return null;
  const all = [...new Set<Permission>(rows.flatMap((r) => r.permissions))];
  return (
    <Section title={t("settings.roles.title")} about={t("settings.roles.about")} flush>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table must scroll by keyboard too */}
      <section className={list.table} tabIndex={0} aria-label={t("settings.roles.title")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("settings.roles.may")}</th>
              {rows.map((r) => (
                <th key={r.role} scope="col">
                  {t(`settings.role.${r.role}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {all.map((p) => (
              <tr key={p}>
                <th scope="row">{t(`settings.permission.${dashed(p)}`)}</th>
                {rows.map((r) => (
                  <td key={r.role} className={r.permissions.includes(p) ? list.yes : list.no}>
                    {r.permissions.includes(p) ? <Icon name="check" size={16} /> : <span aria-hidden="true">–</span>}
                    <span className="unseen">{t(r.permissions.includes(p) ? "settings.yes" : "settings.no")}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}
