import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post } from "../api/client";
import { agentsQuery } from "../api/queries";
import type { Permission } from "../api/types";
import { useMe } from "../app/session";
import { useFormat } from "../i18n/format";
import { fromField } from "../i18n/zone";
import { Pill } from "../parts/Pill";
import { Sheet, SheetBody } from "../parts/Sheet";
import { Failed, Quiet } from "../parts/Trouble";
import { When } from "../parts/When";
import { Ask } from "./Ask";
import { FormSheet } from "./form/FormSheet";
import { Checks, Copyable, DateField, SelectField, TextField } from "./form/fields";
import { Bones, Page, Section } from "./form/Page";
import { useForm } from "./form/useForm";
import list from "./list.module.css";
import { tokensQuery } from "./queries";
import type { Token } from "./types";

/** Keys for programs. */
export default function Tokens() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const tokens = useQuery(tokensQuery);
  const agents = useQuery(agentsQuery).data ?? [];
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState("");
  const [dropping, setDropping] = useState<Token>();
  return (
    <Page
      title={t("settings.tokens.title")}
      about={t("settings.tokens.about")}
      acts={
        <Button variant="filled" onClick={() => setMaking(true)}>
          {t("settings.tokens.create")}
        </Button>
      }
    >
      {tokens.isPending && <Bones rows={2} />}
      {tokens.error && (
        <Failed what={t("settings.tokens.failed")} error={tokens.error} retry={() => void tokens.refetch()} />
      )}
      {tokens.data?.length === 0 && (
        <Quiet icon="link" title={t("settings.tokens.none")}>
          <p>{t("settings.tokens.none_text")}</p>
        </Quiet>
      )}
      {tokens.data && tokens.data.length > 0 && (
        <Section flush>
          {tokens.data.map((k) => (
            <div key={k.id} className={`${list.row} ${list.wrap}`}>
              <div className={list.body}>
                <div className={list.name}>
                  {k.name} <code>{k.prefix}…</code>
                  {over(k) && <Pill tone="warn">{t("settings.tokens.over")}</Pill>}
                  {k.agent !== me.id && <Pill>{agents.find((a) => a.id === k.agent)?.name ?? `#${k.agent}`}</Pill>}
                </div>
                <div className={list.more}>{k.scopes.map((s) => t(`settings.permission.${dashed(s)}`)).join(", ")}</div>
                <div className={list.quiet}>
                  {t("settings.made")} <When at={k.createdAt} />
                  {" · "}
                  {k.seenAt ? (
                    <>
                      {t("settings.used")} <When at={k.seenAt} />
                    </>
                  ) : (
                    t("settings.unused")
                  )}
                  {k.expiresAt && (
                    <>
                      {" · "}
                      {t("settings.tokens.until")} <When at={k.expiresAt} />
                    </>
                  )}
                </div>
              </div>
              <Button onClick={() => setDropping(k)} aria-label={`${t("settings.tokens.revoke")}: ${k.name}`}>
                {t("settings.tokens.revoke")}
              </Button>
            </div>
          ))}
        </Section>
      )}
      {making && <MakeToken close={() => setMaking(false)} done={setMade} />}
      {made && (
        <Sheet label={t("settings.tokens.made_title")} close={() => undefined}>
          <SheetBody
            title={t("settings.tokens.made_title")}
            foot={
              <Button variant="filled" onClick={() => setMade("")}>
                {t("settings.recovery.done")}
              </Button>
            }
          >
            <p>{t("settings.tokens.made_text")}</p>
            <Copyable label={t("settings.tokens.secret")} text={made} />
          </SheetBody>
        </Sheet>
      )}
      {dropping && (
        <Ask
          title={t("settings.tokens.revoke_title", { name: dropping.name })}
          act={t("settings.tokens.revoke")}
          close={() => setDropping(undefined)}
          run={async () => {
            await del(`/tokens/${dropping.id}`);
            await client.invalidateQueries({ queryKey: tokensQuery.queryKey });
          }}
        >
          {t("settings.tokens.revoke_text")}
        </Ask>
      )}
    </Page>
  );
}

/** Keys of words must not hold dots. */
export const dashed = (permission: string) => permission.replace(".", "_");

const over = (k: Token) => !!k.expiresAt && Date.parse(k.expiresAt) < Date.now();

type Life = "30" | "90" | "365" | "date" | "never";
const empty = { name: "", scopes: [] as Permission[], life: "90" as Life, date: "" };

function MakeToken({ close, done }: { close: () => void; done: (secret: string) => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const format = useFormat();
  const client = useQueryClient();
  const [key] = useState(newKey);
  const form = useForm(
    empty,
    async (v) => {
      const made = await post<{ secret: string }>(
        "/tokens",
        { name: v.name.trim(), scopes: v.scopes, ...expiry(v, me.timeZone) },
        key,
      );
      void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
      done(made.secret);
      return v;
    },
    {
      said: "",
      check: (v) => ({
        ...(v.name.trim() ? {} : { name: t("form.refusal.needed") }),
        ...(v.scopes.length > 0 ? {} : { scopes: t("settings.tokens.scopes_needed") }),
        ...(v.life !== "date" || v.date ? {} : { expiresAt: t("settings.tokens.date_needed") }),
      }),
    },
  );
  const { value, set, error } = form;
  return (
    <FormSheet title={t("settings.tokens.create")} form={form} save={t("settings.tokens.make")} close={close}>
      <TextField
        label={t("settings.tokens.name")}
        hint={t("settings.tokens.name_hint")}
        value={value.name}
        error={error("name")}
        change={(name) => set({ name })}
        maxLength={60}
        autoFocus
      />
      <Checks
        legend={t("settings.tokens.scopes")}
        hint={t("settings.tokens.scopes_hint")}
        value={value.scopes}
        error={error("scopes")}
        change={(scopes) => set({ scopes })}
        options={me.permissions.map((p) => [p, t(`settings.permission.${dashed(p)}`), p] as const)}
      />
      <SelectField<Life>
        label={t("settings.tokens.life")}
        value={value.life}
        error={value.life === "date" ? undefined : error("expiresAt")}
        change={(life) => set({ life })}
        options={[
          ["30", t("settings.tokens.days", { count: 30, n: format.number(30) })],
          ["90", t("settings.tokens.days", { count: 90, n: format.number(90) })],
          ["365", t("settings.tokens.days", { count: 365, n: format.number(365) })],
          ["date", t("settings.tokens.to_date")],
          ["never", t("settings.tokens.forever")],
        ]}
      />
      {value.life === "date" && (
        <DateField
          label={t("settings.tokens.date")}
          value={value.date}
          error={error("expiresAt")}
          change={(date) => set({ date })}
        />
      )}
    </FormSheet>
  );
}

function expiry(v: typeof empty, zone: string): { expiresAt?: string } {
  if (v.life === "never") return {};
  const at = v.life === "date" ? fromField(`${v.date}T23:59`, zone) : Date.now() + Number(v.life) * 86_400_000;
  return at === undefined ? {} : { expiresAt: new Date(at).toISOString() };
}
