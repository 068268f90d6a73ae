import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, newKey, post, put } from "../../api/client";
import { toast } from "../../parts/toast";
import { Ask } from "../Ask";
import { FormSheet } from "../form/FormSheet";
import { Choice, Switch, TextField } from "../form/fields";
import { useForm } from "../form/useForm";
import type { Feed, FeedEdit } from "./feeds";
import { calendarsQuery } from "./queries";

/** A feed of a calendar, or a new one. Its address is typed and never shown again. */
export function FeedSheet({ calendar, feed, close }: { calendar: number; feed?: Feed; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [server] = useState(() => ({
    name: feed?.name ?? "",
    address: "",
    shuts: feed?.shuts ?? "all",
    public: feed?.public ?? false,
    active: feed?.active ?? true,
  }));
  const renew = () => client.invalidateQueries({ queryKey: calendarsQuery.queryKey });
  const path = `/calendars/${calendar}/feeds`;
  const form = useForm(
    server,
    async (v) => {
      const edit: FeedEdit = { ...v, name: v.name.trim(), address: v.address.trim() || undefined };
      if (feed) await put(`${path}/${feed.id}`, { ...edit, version: feed.version });
      else await post(path, edit, key);
      await renew();
      return v;
    },
    {
      check: (v) => {
        const wrong: Record<string, string> = {};
        if (!v.name.trim()) wrong.name = t("form.refusal.needed");
        if (!feed && !v.address.trim()) wrong.address = t("form.refusal.needed");
        return wrong;
      },
    },
  );
  const { value, set, error } = form;
  return (
    <>
      <FormSheet
        title={feed ? t("hours.feed.edit") : t("hours.feed.add")}
        form={form}
        save={feed ? t("common.save") : t("hours.feed.subscribe")}
        close={close}
        aside={feed && <Button onClick={() => setDropping(true)}>{t("hours.feed.remove")}</Button>}
      >
        <TextField
          label={t("hours.feed.name")}
          value={value.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={100}
          autoFocus={!feed}
        />
        <TextField
          label={t("hours.feed.address")}
          hint={feed ? t("hours.feed.address_keep", { host: feed.host }) : t("hours.feed.address_hint")}
          value={value.address}
          error={error("address")}
          change={(address) => set({ address })}
          maxLength={2000}
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          optional={feed !== undefined}
        />
        <Choice<Feed["shuts"]>
          legend={t("hours.feed.shuts")}
          value={value.shuts}
          change={(shuts) => set({ shuts })}
          options={[
            ["all", t("hours.feed.all"), t("hours.feed.all_hint")],
            ["days", t("hours.feed.days"), t("hours.feed.days_hint")],
          ]}
        />
        <Switch
          label={t("hours.feed.public")}
          hint={t("hours.feed.public_hint")}
          checked={value.public}
          change={(on) => set({ public: on })}
        />
        {feed && <Switch label={t("hours.feed.active")} checked={value.active} change={(active) => set({ active })} />}
      </FormSheet>
      {dropping && feed && (
        <Ask
          title={t("hours.feed.remove_title", { name: feed.name })}
          act={t("hours.feed.remove")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`${path}/${feed.id}`);
            await renew();
            toast(t("hours.feed.removed"));
            close();
          }}
        >
          <p>{t("hours.feed.remove_text")}</p>
        </Ask>
      )}
    </>
  );
}
