import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { del, get, newKey, post, put } from "../../api/client";
import type { components } from "../../api/schema";
import { Pill } from "../../parts/Pill";
import { Sheet, SheetBody } from "../../parts/Sheet";
import { Failed, Quiet } from "../../parts/Trouble";
import { When } from "../../parts/When";
import { Ask } from "../Ask";
import { FormSheet } from "../form/FormSheet";
import { Copyable, SelectField, Switch, TextField } from "../form/fields";
import { Bones, Page, Section } from "../form/Page";
import { useForm } from "../form/useForm";
import list from "../list.module.css";

type Shop = components["schemas"]["PurchaseShop"];
type Delivery = components["schemas"]["PurchaseDelivery"];
type Kind = Shop["kind"];

const kinds: Kind[] = ["woocommerce", "prestashop", "shopify"];
const names: Record<Kind, string> = { woocommerce: "WooCommerce", prestashop: "PrestaShop", shopify: "Shopify" };

const shopsQuery = {
  queryKey: ["shops", "all"],
  queryFn: () => get<{ items: Shop[] }>("/shops").then((l) => l.items),
};

/** Online shops that tell of their orders. */
export default function Shops() {
  const { t } = useTranslation();
  const shops = useQuery(shopsQuery);
  const [editing, setEditing] = useState<Shop | "new">();
  const [made, setMade] = useState<{ shop: Shop; secret?: string }>();
  const [looking, setLooking] = useState<Shop>();
  return (
    <Page
      title={t("settings.shops.title")}
      about={t("purchase.shops_about")}
      acts={
        <Button variant="filled" onClick={() => setEditing("new")}>
          {t("purchase.shop_add")}
        </Button>
      }
    >
      {shops.isPending && <Bones rows={2} />}
      {shops.error && (
        <Failed what={t("purchase.shops_failed")} error={shops.error} retry={() => void shops.refetch()} />
      )}
      {shops.data?.length === 0 && (
        <Quiet icon="link" title={t("purchase.shops_none")}>
          <p>{t("purchase.shops_none_text")}</p>
        </Quiet>
      )}
      {shops.data && shops.data.length > 0 && (
        <Section flush>
          {shops.data.map((s) => (
            <div key={s.id} className={`${list.row} ${list.wrap}`}>
              <div className={list.body}>
                <div className={list.name}>
                  {s.name} <Pill>{names[s.kind]}</Pill> {!s.active && <Pill tone="warn">{t("purchase.shop_off")}</Pill>}
                  {!s.hasSecret && <Pill tone="late">{t("purchase.shop_no_secret")}</Pill>}
                </div>
                <div className={list.more}>{t("purchase.count", { count: s.purchases })}</div>
                <div className={list.quiet}>
                  {s.heardAt ? (
                    <>
                      {t("purchase.shop_heard")} <When at={s.heardAt} />
                    </>
                  ) : (
                    t("purchase.shop_silent")
                  )}
                  {s.failedAt && (
                    <>
                      {" · "}
                      {t("purchase.shop_failed")} <When at={s.failedAt} />: <Why why={s.failedWhy ?? ""} />
                    </>
                  )}
                </div>
              </div>
              <Button onClick={() => setLooking(s)} aria-label={`${t("purchase.deliveries")}: ${s.name}`}>
                {t("purchase.deliveries")}
              </Button>
              <Button onClick={() => setEditing(s)} aria-label={`${t("common.edit")}: ${s.name}`}>
                {t("common.edit")}
              </Button>
            </div>
          ))}
        </Section>
      )}
      {editing && (
        <EditShop shop={editing === "new" ? undefined : editing} close={() => setEditing(undefined)} made={setMade} />
      )}
      {made && (
        <Sheet label={t("purchase.shop_made")} close={() => setMade(undefined)}>
          <SheetBody
            title={t("purchase.shop_made")}
            foot={
              <Button variant="filled" onClick={() => setMade(undefined)}>
                {t("settings.recovery.done")}
              </Button>
            }
          >
            <p>{t(`purchase.steps_${made.shop.kind}`)}</p>
            <Copyable label={t("purchase.shop_address")} text={made.shop.address} />
            {made.secret && (
              <>
                <p>{t("purchase.shop_secret_once")}</p>
                <Copyable label={t("purchase.shop_secret")} text={made.secret} />
              </>
            )}
          </SheetBody>
        </Sheet>
      )}
      {looking && <Deliveries shop={looking} close={() => setLooking(undefined)} />}
    </Page>
  );
}

/** Why a delivery was not taken, in words. */
function Why({ why }: { why: string }) {
  const { t, i18n } = useTranslation();
  if (why === "signature") return t("purchase.why_signature");
  if (why.startsWith("fault: ")) return t("purchase.why_fault", { field: why.slice(7) });
  const key = `form.refusal.${why}`;
  return i18n.exists(key) ? t(key, { what: "…", n: "…" }) : why;
}

function Deliveries({ shop, close }: { shop: Shop; close: () => void }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: ["shops", shop.id, "deliveries"],
    queryFn: () => get<{ items: Delivery[] }>(`/shops/${shop.id}/deliveries`).then((l) => l.items),
  });
  return (
    <Sheet label={t("purchase.deliveries")} close={close}>
      <SheetBody
        title={`${t("purchase.deliveries")}: ${shop.name}`}
        foot={<Button onClick={close}>{t("common.close")}</Button>}
      >
        <Copyable label={t("purchase.shop_address")} text={shop.address} />
        {found.error && (
          <Failed what={t("purchase.shops_failed")} error={found.error} retry={() => void found.refetch()} />
        )}
        {found.data?.length === 0 && <p>{t("purchase.shop_silent")}</p>}
        <ul>
          {found.data?.map((d) => (
            <li key={d.id} className={list.row}>
              <div className={list.body}>
                <div className={list.name}>
                  <Pill tone={d.outcome === "refused" ? "late" : d.outcome === "ignored" ? "grey" : "ok"}>
                    {t(`purchase.outcome_${d.outcome}`)}
                  </Pill>{" "}
                  {d.topic}
                </div>
                <div className={list.quiet}>
                  <When at={d.at} /> {d.why && <Why why={d.why} />}
                </div>
              </div>
            </li>
          ))}
        </ul>
      </SheetBody>
    </Sheet>
  );
}

function EditShop({
  shop,
  close,
  made,
}: {
  shop?: Shop;
  close: () => void;
  made: (made: { shop: Shop; secret?: string }) => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [key] = useState(newKey);
  const [dropping, setDropping] = useState(false);
  const [server] = useState(() => ({
    name: shop?.name ?? "",
    kind: (shop?.kind ?? "woocommerce") as Kind,
    secret: "",
    active: shop?.active ?? true,
  }));
  const renew = () => client.invalidateQueries({ queryKey: ["shops"] });
  const form = useForm(
    server,
    async (v) => {
      const secret = v.secret.trim() ? { secret: v.secret.trim() } : {};
      if (shop) {
        await put(`/shops/${shop.id}`, { version: shop.version, name: v.name.trim(), active: v.active, ...secret });
      } else {
        made(
          await post<{ shop: Shop; secret?: string }>("/shops", { name: v.name.trim(), kind: v.kind, ...secret }, key),
        );
      }
      await renew();
      return v;
    },
    { check: (v): Record<string, string> => (v.name.trim() ? {} : { name: t("form.refusal.needed") }) },
  );
  const { value, set, error } = form;
  return (
    <>
      <FormSheet
        title={shop ? t("purchase.shop_edit") : t("purchase.shop_add")}
        form={form}
        save={shop ? t("common.save") : t("purchase.shop_connect")}
        close={close}
        aside={shop && <Button onClick={() => setDropping(true)}>{t("settings.delete")}</Button>}
      >
        <TextField
          label={t("purchase.shop_name")}
          value={value.name}
          error={error("name")}
          change={(name) => set({ name })}
          maxLength={100}
          autoFocus={!shop}
        />
        {!shop && (
          <SelectField<Kind>
            label={t("purchase.shop_kind")}
            value={value.kind}
            error={error("kind")}
            change={(kind) => set({ kind })}
            options={kinds.map((k) => [k, names[k]] as const)}
          />
        )}
        <TextField
          label={t("purchase.shop_secret")}
          hint={t(value.kind === "shopify" ? "purchase.secret_shopify" : "purchase.secret_hint")}
          value={value.secret}
          error={error("secret")}
          change={(secret) => set({ secret })}
          maxLength={200}
          optional
        />
        {shop && (
          <Switch label={t("purchase.shop_active")} checked={value.active} change={(active) => set({ active })} />
        )}
      </FormSheet>
      {dropping && shop && (
        <Ask
          title={t("purchase.shop_delete", { name: shop.name })}
          act={t("settings.delete")}
          close={() => setDropping(false)}
          run={async () => {
            await del(`/shops/${shop.id}`);
            await renew();
            close();
          }}
        >
          {t("purchase.shop_delete_text")}
        </Ask>
      )}
    </>
  );
}
