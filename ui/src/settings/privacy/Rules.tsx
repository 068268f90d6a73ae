import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, get, post } from "../../api/client";
import { useDirectory } from "../../api/queries";
import type { components } from "../../api/schema";
import { ActSheet, useAttempt } from "../../desk/ActSheet";
import { typesQuery } from "../../desk/fields/queries";
import { Failed } from "../../parts/Trouble";
import { When } from "../../parts/When";
import { Ask } from "../Ask";
import { formCss } from "../form/fields";
import { Section } from "../form/Page";
import list from "../list.module.css";

type Rule = components["schemas"]["PrivacyRule"];
type Expected = components["schemas"]["Expected"];

const key = ["privacy", "rules"];

/** How long finished conversations are kept. */
export function Rules() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const inbox = useDirectory().inbox;
  const types = useQuery(typesQuery).data ?? [];
  const rules = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<{ items: Rule[] }>("/privacy/rules", undefined, signal).then((r) => r.items),
  });
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Rule>();
  const all = rules.data ?? [];
  const about = (r: Rule) =>
    [r.inbox && inbox(r.inbox)?.name, r.type && types.find((k) => k.id === r.type)?.name].filter(Boolean).join(" · ");
  return (
    <>
      {rules.error && <Failed what={t("privacy.failed")} error={rules.error} retry={() => void rules.refetch()} />}
      {rules.data && (
        <Section title={t("privacy.rules")} about={t("privacy.rules_about")} flush={all.length > 0}>
          {all.map((r) => (
            <div key={r.id} className={`${list.row} ${list.wrap}`}>
              <div className={list.body}>
                <div className={list.name}>{about(r) || t("privacy.everything")}</div>
                <div className={list.more}>
                  {t("privacy.after", { count: r.months })}
                  {r.persons && ` · ${t("privacy.persons_too")}`}
                </div>
                <div className={list.quiet}>
                  {t("privacy.did", { conversations: r.emptied, customers: r.erased })}
                  {r.ranAt && (
                    <>
                      {" · "}
                      <When at={r.ranAt} />
                    </>
                  )}
                </div>
              </div>
              <Button onClick={() => setEnding(r)}>{t("privacy.end_rule")}</Button>
            </div>
          ))}
          <div className={list.row}>
            <Button onClick={() => setMaking(true)}>{t("privacy.new_rule")}</Button>
          </div>
        </Section>
      )}
      {making && (
        <NewRule
          close={() => setMaking(false)}
          done={() => client.invalidateQueries({ queryKey: key })}
          types={types}
        />
      )}
      {ending && (
        <Ask
          title={t("privacy.end_rule_title")}
          act={t("privacy.end_rule")}
          close={() => setEnding(undefined)}
          run={async () => {
            await del(`/privacy/rules/${ending.id}`);
            await client.invalidateQueries({ queryKey: key });
          }}
        >
          {t("privacy.end_rule_text")}
        </Ask>
      )}
    </>
  );
}

interface Props {
  types: { id: number; name: string }[];
  close: () => void;
  done: () => Promise<unknown>;
}

/** A new rule, with what it would erase at once. */
function NewRule({ types, close, done }: Props) {
  const { t } = useTranslation();
  const inboxes = useDirectory().inboxes;
  const attempt = useAttempt(close);
  const [inbox, setInbox] = useState(0);
  const [type, setType] = useState(0);
  const [months, setMonths] = useState(36);
  const [persons, setPersons] = useState(false);
  const body = { ...(inbox ? { inbox } : {}), ...(type ? { type } : {}), months, persons };
  const fits = months >= 1 && months <= 600;
  const preview = useQuery({
    queryKey: [...key, "preview", inbox, type, months],
    queryFn: () => post<Expected>("/privacy/rules/preview", body),
    enabled: fits,
  }).data;
  return (
    <ActSheet
      title={t("privacy.new_rule")}
      close={close}
      attempt={attempt}
      act={t("privacy.make_rule")}
      work={async () => {
        await post("/privacy/rules", body);
        await done();
      }}
      disabled={!fits || !preview}
      danger
    >
      <p>{t("privacy.rule_text")}</p>
      <label className={formCss.field}>
        {t("privacy.inbox")}
        <select value={inbox} onChange={(e) => setInbox(Number(e.target.value))}>
          <option value={0}>{t("privacy.any")}</option>
          {inboxes.map((i) => (
            <option key={i.id} value={i.id}>
              {i.name}
            </option>
          ))}
        </select>
      </label>
      <label className={formCss.field}>
        {t("privacy.type_of")}
        <select value={type} onChange={(e) => setType(Number(e.target.value))}>
          <option value={0}>{t("privacy.any")}</option>
          {types.map((k) => (
            <option key={k.id} value={k.id}>
              {k.name}
            </option>
          ))}
        </select>
      </label>
      <label className={formCss.field}>
        {t("privacy.months")}
        <input type="number" min={1} max={600} value={months} onChange={(e) => setMonths(Number(e.target.value))} />
      </label>
      <label>
        <input type="checkbox" checked={persons} onChange={(e) => setPersons(e.target.checked)} />{" "}
        {t("privacy.persons")}
      </label>
      <p role="status">
        <b>
          {preview && t(preview.more ? "privacy.expected_more" : "privacy.expected", { count: preview.conversations })}
        </b>
      </p>
    </ActSheet>
  );
}
