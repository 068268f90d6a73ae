import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { del, post } from "../../api/client";
import type { NamedAddress, Opened, Participant } from "../../api/types";
import { KeysRest } from "../../app/keys";
import { useMay } from "../../app/session";
import { Avatar } from "../../parts/Avatar";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { isAddress } from "../compose/state";
import css from "./CustomerPanel.module.css";

const load = () => import("../compose/AddressField").then((m) => ({ default: m.AddressField }));
const AddressField = lazy(load);

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** Copies people in and takes them out, at once in sight and back where the server refuses. */
function useParticipants(opened: Opened) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { id, number } = opened.conversation;
  const key = ["conversation", number];

  async function change(next: (list: Participant[]) => Participant[], work: () => Promise<unknown>) {
    const before = client.getQueryData<Opened>(key)?.participants;
    client.setQueryData<Opened>(key, (o) => o && { ...o, participants: next(o.participants) });
    try {
      await work();
      await client.invalidateQueries({ queryKey: key });
      return true;
    } catch (err) {
      client.setQueryData<Opened>(key, (o) => o && before && { ...o, participants: before });
      toast(inWords(t, err), { tone: "bad" });
      return false;
    }
  }

  const add = (who: NamedAddress) =>
    change(
      (list) =>
        list.some((p) => same(p.address, who.address))
          ? list
          : [...list, { name: who.name ?? "", address: who.address, role: "cc" }],
      () => post(`/conversations/${id}/participants`, { name: who.name ?? "", address: who.address }),
    );
  const remove = async (p: Participant) => {
    const done = await change(
      (list) => list.filter((x) => !same(x.address, p.address)),
      () => del(`/conversations/${id}/participants/${encodeURIComponent(p.address)}`),
    );
    if (!done) return;
    toast(t("customer.participant_gone", { name: p.name || p.address }), {
      stays: 8000,
      action: { label: t("common.undo"), run: () => void add({ name: p.name, address: p.address }) },
    });
  };
  return { add, remove };
}

/** Who outside the company takes part: the customer, who is copied, who wrote. */
export function Participants({ opened }: { opened: Opened }) {
  const { t } = useTranslation();
  const mayWrite = useMay("conversation.write");
  const { add, remove } = useParticipants(opened);
  const [adding, setAdding] = useState(false);
  const [typed, setTyped] = useState("");
  const list = [...opened.participants].sort((a, b) => Number(b.role === "requester") - Number(a.role === "requester"));
  if (!mayWrite && list.length <= 1) return null;
  const wrote = new Set(
    opened.timeline.messages.filter((m) => m.kind === "incoming").map((m) => m.from.address.toLowerCase()),
  );
  const end = () => {
    setAdding(false);
    setTyped("");
  };
  return (
    <section aria-labelledby="participants">
      <h3>
        <span id="participants" tabIndex={-1}>
          {t("customer.participants")}
        </span>
        {mayWrite && (
          <button
            type="button"
            aria-expanded={adding}
            onPointerEnter={() => void load().catch(() => undefined)}
            onFocus={() => void load().catch(() => undefined)}
            onClick={() => (adding ? end() : setAdding(true))}
          >
            {t(adding ? "common.close" : "customer.add_participant")}
          </button>
        )}
      </h3>
      {adding && (
        <div className={css.adding}>
          <Suspense fallback={<KeysRest />}>
            <AddressField
              focus
              label={t("customer.participant_field")}
              placeholder={t("customer.participant_placeholder")}
              value={typed}
              change={setTyped}
              taken={new Set(list.map((p) => p.address.toLowerCase()))}
              cancel={end}
              choose={(who) => {
                setTyped("");
                if (isAddress(who.address)) void add(who);
                else toast(t("compose.wrong_recipient"), { tone: "bad" });
              }}
            />
          </Suspense>
        </div>
      )}
      <ul className={css.people}>
        {list.map((p) => {
          const name = p.name || p.address;
          const role = [
            t(`customer.role_${p.role}`),
            p.role === "cc" && wrote.has(p.address.toLowerCase()) && t("customer.role_contributor"),
          ].filter(Boolean);
          return (
            <li key={p.address}>
              <Avatar name={name} seed={p.customer ? `customer:${p.customer}` : p.address} size={24} />
              <span className={css.person} title={p.name ? `${p.name} <${p.address}>` : p.address}>
                <span className="cut">{name}</span>
                <span className={css.quiet}>{role.join(" · ")}</span>
              </span>
              {p.bounced && <Pill tone="late">{t("recipients.bounced")}</Pill>}
              {mayWrite && p.role !== "requester" && (
                <button
                  type="button"
                  className={css.icon}
                  aria-label={t("customer.remove_participant", { name })}
                  title={t("customer.remove_participant", { name })}
                  onClick={() => void remove(p)}
                >
                  <Icon name="close" size={14} />
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
