import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../../api/client";
import { useAttributeName, useAttributes } from "../../desk/views/attributes";
import type { Node } from "../../desk/views/saved";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { Pill } from "../../parts/Pill";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { moved } from "../fields/moved";
import { Section } from "../form/Page";
import list from "../list.module.css";
import { Deleting } from "./Deleting";
import { inUnits } from "./duration";
import css from "./Policies.module.css";
import { type Policy, policiesQuery, type Target } from "./queries";
import { kinds } from "./targets";

const dragged = "text/tellus-policy";

/** The policies in the order in which they are asked: dragged, moved by Alt and the arrow keys, or by a button. */
export function Order({ policies }: { policies: Policy[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const rows = useRef<HTMLOListElement>(null);
  const [said, setSaid] = useState("");
  const [dropping, setDropping] = useState<Policy>();
  // The first that is for all of them leaves nothing to those behind it.
  const end = policies.findIndex((p) => p.active && !p.broken && isEmpty(p.condition));

  async function move(id: number, to: number) {
    const next = moved(policies, id, to);
    if (next === policies) return;
    const place = next.findIndex((p) => p.id === id);
    await client.cancelQueries({ queryKey: policiesQuery.queryKey, exact: true });
    client.setQueryData(policiesQuery.queryKey, (all) => all && { ...all, items: next });
    setSaid(t("policy.moved", { name: next[place]?.name, place: place + 1, count: next.length }));
    requestAnimationFrame(() => rows.current?.querySelectorAll<HTMLElement>("[data-grip]")[place]?.focus());
    try {
      await put("/policies/order", { order: next.map((p) => p.id) });
      await client.invalidateQueries({ queryKey: policiesQuery.queryKey, exact: true });
    } catch (err) {
      toast(inWords(t, err), { tone: "bad" });
      await client.invalidateQueries({ queryKey: policiesQuery.queryKey });
    }
  }
  return (
    <>
      <Section flush>
        <ol ref={rows} className={css.order} aria-label={t("settings.policies.title")}>
          {policies.map((p, at) => (
            <Row
              key={p.id}
              policy={p}
              place={at + 1}
              covered={end >= 0 && at > end && p.active && !p.broken}
              move={(id, by) => void move(id, Math.max(0, at + by))}
              drop={() => setDropping(p)}
            />
          ))}
        </ol>
        <p className={css.otherwise}>{t("policy.otherwise")}</p>
      </Section>
      <p id="policy-order" className={css.hint}>
        {t("policy.order_hint")}
      </p>
      <span className="unseen" aria-live="polite">
        {said}
      </span>
      {dropping && <Deleting policy={dropping} close={() => setDropping(undefined)} />}
    </>
  );
}

interface RowProps {
  policy: Policy;
  place: number;
  covered: boolean;
  /** Puts a policy in this one's place, or so many places further. */
  move: (id: number, by: number) => void;
  drop: () => void;
}

function Row({ policy: p, place, covered, move, drop }: RowProps) {
  const { t } = useTranslation();
  const asks = useAsks(p.condition);
  const promises = usePromises(p.targets);
  const keys = (e: KeyboardEvent) => {
    const by = e.altKey && (e.key === "ArrowUp" ? -1 : e.key === "ArrowDown" ? 1 : 0);
    if (!by) return;
    e.preventDefault();
    move(p.id, by);
  };
  return (
    <li
      className={`${list.row} ${list.wrap} ${css.policy}`}
      data-off={!p.active || undefined}
      draggable
      onDragStart={(e) => e.dataTransfer.setData(dragged, String(p.id))}
      onDragOver={(e) => e.dataTransfer.types.includes(dragged) && e.preventDefault()}
      onDrop={(e) => {
        const id = Number(e.dataTransfer.getData(dragged));
        if (!id) return;
        e.preventDefault();
        move(id, 0);
      }}
    >
      <button
        type="button"
        data-grip
        className={css.grip}
        aria-label={t("policy.place", { name: p.name, place })}
        aria-describedby="policy-order"
        onKeyDown={keys}
      >
        <Icon name="menu" size={14} />
        {place}
      </button>
      <div className={list.body}>
        <div className={list.name}>
          <Link to="/settings/$" params={{ _splat: `policies/${p.id}` }}>
            {p.name}
          </Link>
          {!p.active && <Pill>{t("policy.off")}</Pill>}
          {p.broken && <Pill tone="late">{t("policy.broken")}</Pill>}
          {covered && (
            <Pill tone="warn" title={t("policy.covered_why")}>
              {t("policy.covered")}
            </Pill>
          )}
        </div>
        <div className={list.more}>{promises}</div>
        <div className={list.quiet}>{asks}</div>
      </div>
      <div className={list.acts}>
        {place > 1 && (
          <Button
            onClick={() => move(p.id, -1)}
            aria-label={t("policy.up", { name: p.name })}
            title={t("policy.up", { name: p.name })}
          >
            <span className={css.up}>
              <Icon name="down" size={15} />
            </span>
          </Button>
        )}
        <Button onClick={drop} aria-label={`${t("settings.delete")}: ${p.name}`}>
          {t("settings.delete")}
        </Button>
      </div>
    </li>
  );
}

const isEmpty = (n: Node): boolean => !n.attr && [...(n.all ?? []), ...(n.any ?? [])].every(isEmpty);

/** Which conversations a policy is for, as far as a line says it: what it asks about. */
function useAsks(condition: Node): string {
  const { t } = useTranslation();
  const format = useFormat();
  const attributes = useAttributes();
  const nameOf = useAttributeName();
  if (isEmpty(condition)) return t("policy.for_all");
  const asked = new Set<string>();
  const walk = (n: Node) => {
    if (n.attr) asked.add(n.attr);
    for (const child of [...(n.all ?? []), ...(n.any ?? [])]) walk(child);
  };
  walk(condition);
  const names = [...asked].map((key) => nameOf(attributes.find((a) => a.key === key) ?? { key }));
  return t("policy.asks", { names: format.list(names) });
}

/** What is promised, in a line: "First answer 1 h – 2 d · Resolve 3 d". */
function usePromises(targets: Target[]): string {
  const { t } = useTranslation();
  return kinds
    .flatMap((kind) => {
      const times = (targets.find((x) => x.kind === kind)?.minutes ?? []).filter((m) => m > 0);
      if (times.length === 0) return [];
      const [least, most] = [Math.min(...times), Math.max(...times)];
      const span = least === most ? [least] : [least, most];
      return [`${t(`policy.kind.${kind}`)} ${span.map((m) => inUnits(t, m, false)).join(" – ")}`];
    })
    .join(" · ");
}
