import { useQuery } from "@tanstack/react-query";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { segmentsQuery } from "../../api/segments";
import { Icon } from "../../parts/Icon";
import { typesQuery } from "../fields/queries";
import { type Attribute, Subject, useAttributeName, useAttributes } from "./attributes";
import { type Option, optionsOf } from "./options";
import type { Node } from "./saved";
import css from "./views.module.css";

interface Props {
  node: Node;
  change: (node: Node) => void;
  /** What is wrong at a place below the condition, such as all[1].values. */
  error: (path: string) => string | undefined;
}

/** A condition as sentences: comparisons below each other, in groups of which all or any must hold. */
export function ConditionEditor({ node, change, error }: Props) {
  const root = node.any ? node : { all: node.attr ? [node] : (node.all ?? []) };
  return <Group node={root} change={change} error={error} path="" depth={0} />;
}

function Group({
  node,
  change,
  error,
  path,
  depth,
  remove,
}: Props & { path: string; depth: number; remove?: () => void }) {
  const { t } = useTranslation();
  const attributes = useAttributes();
  const key = node.any ? "any" : "all";
  const children = node[key] ?? [];
  const set = (next: Node[]) => change({ [key]: next });
  const at = (i: number) => `${path}${path ? "." : ""}${key}[${i}]`;
  return (
    <fieldset className={css.group} data-depth={depth}>
      <legend className="unseen">{t("views.group")}</legend>
      <div className={css.joint}>
        <select aria-label={t("views.joint")} value={key} onChange={(e) => change({ [e.target.value]: children })}>
          <option value="all">{t("views.all_of")}</option>
          <option value="any">{t("views.any_of")}</option>
        </select>
        {remove && (
          <button type="button" className={css.icon} aria-label={t("views.remove_group")} onClick={remove}>
            <Icon name="close" size={16} />
          </button>
        )}
      </div>
      {children.map((child, i) => {
        const one = {
          node: child,
          error,
          path: at(i),
          change: (next: Node) => set(children.map((c, n) => (n === i ? next : c))),
          remove: () => set(children.filter((_, n) => n !== i)),
        };
        return child.attr ? <Comparison key={i} {...one} /> : <Group key={i} {...one} depth={depth + 1} />;
      })}
      <div className={css.adds}>
        <button type="button" className={css.add} onClick={() => set([...children, begin(attributes[0])])}>
          <Icon name="plus" size={15} />
          {t("views.add_condition")}
        </button>
        {depth < 3 && (
          <button type="button" className={css.add} onClick={() => set([...children, { any: [begin(attributes[0])] }])}>
            <Icon name="plus" size={15} />
            {t("views.add_group")}
          </button>
        )}
      </div>
    </fieldset>
  );
}

function begin(a: Attribute | undefined): Node {
  if (!a) return { attr: "status", op: "is", values: ["open"] };
  const op = a.ops[0] ?? "filled";
  return fitting({ attr: a.key, op }, a);
}

/** What asks for the header of a mail: for one field with its name behind a point, else for all of them. */
const header = "message.header";

const bare = new Set(["empty", "filled", "yes", "no", "past"]);
const spanned = new Set(["older", "within", "ahead"]);

/** Gives a comparison the values that its operator takes. */
function fitting(n: Node, a: Attribute): Node {
  if (!n.op || bare.has(n.op)) return { attr: n.attr, op: n.op };
  if (spanned.has(n.op)) return { attr: n.attr, op: n.op, amount: n.amount || 3, unit: n.unit || "days" };
  if (a.kind === "clock") return { attr: n.attr, op: n.op, values: n.values?.length ? n.values : ["09:00"] };
  if (n.op === "during") return { attr: n.attr, op: n.op, values: ["today"] };
  if (a.kind === "choice" && a.choices?.length)
    return { attr: n.attr, op: n.op, values: n.values?.filter((v) => a.choices?.includes(v)) ?? [] };
  return { attr: n.attr, op: n.op, values: n.values ?? [] };
}

function Comparison({ node, change, error, path, remove }: Props & { path: string; remove: () => void }) {
  const { t } = useTranslation();
  const attributes = useAttributes();
  const nameOf = useAttributeName();
  const subject = useContext(Subject);
  const listed = node.attr?.startsWith(`${header}.`) ? header : node.attr; // a field of the header is named beside it
  const a = attributes.find((x) => x.key === listed);
  const owners = ["", "customer", "organisation"].filter((o) => attributes.some((x) => (x.owner ?? "") === o));
  const wrong = ["attr", "op", "values", "unit", "amount", "values[0]"].map((f) => error(`${path}.${f}`)).find(Boolean);
  return (
    <div className={css.comparison} data-wrong={wrong ? true : undefined}>
      <select
        aria-label={t("views.attribute")}
        value={listed}
        onChange={(e) => change(begin(attributes.find((x) => x.key === e.target.value)))}
      >
        {!a && <option value={node.attr}>{t("views.gone")}</option>}
        {owners.map((owner) => (
          <optgroup key={owner} label={t(`views.of_${owner || subject}`)}>
            {attributes
              .filter((x) => (x.owner ?? "") === owner)
              .map((x) => (
                <option key={x.key} value={x.key}>
                  {nameOf(x)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      {a?.key === header && (
        <input
          aria-label={t("rule.header_name")}
          placeholder={t("rule.header_any")}
          maxLength={60}
          spellCheck={false}
          defaultValue={node.attr?.slice(header.length + 1)}
          onChange={(e) => {
            const name = e.target.value.toLowerCase().replace(/[^a-z0-9._-]/g, "");
            change({ ...node, attr: name ? `${header}.${name}` : header });
          }}
        />
      )}
      {a && (
        <select
          aria-label={t("views.operator")}
          value={node.op}
          onChange={(e) => change(fitting({ ...node, op: e.target.value }, a))}
        >
          {a.ops.map((op) => (
            <option key={op} value={op}>
              {t(a.kind === "clock" ? `rule.clock.${op}` : `views.op.${op}`)}
            </option>
          ))}
        </select>
      )}
      {a && <Values a={a} node={node} change={change} />}
      <button type="button" className={css.icon} aria-label={t("views.remove_condition")} onClick={remove}>
        <Icon name="close" size={16} />
      </button>
      {wrong && <p className={css.wrong}>{wrong}</p>}
    </div>
  );
}

function Values({ a, node, change }: { a: Attribute; node: Node; change: (n: Node) => void }) {
  const { t } = useTranslation();
  const personal = useContext(Subject) !== "rule";
  const directory = useDirectory();
  const types = useQuery({ ...typesQuery, enabled: a.of === "type" }).data ?? [];
  const segments = useQuery({ ...segmentsQuery, enabled: a.of === "segment" }).data ?? [];
  const op = node.op ?? "";
  if (bare.has(op)) return null;
  if (spanned.has(op)) {
    const units =
      a.kind === "day" || a.kind === "yearly"
        ? (["days", "weeks"] as const)
        : (["minutes", "hours", "days", "weeks"] as const);
    return (
      <span className={css.span}>
        <input
          type="number"
          min={1}
          max={9999}
          aria-label={t("views.amount")}
          value={node.amount || ""}
          onChange={(e) => change({ ...node, amount: Number(e.target.value) })}
        />
        <select
          aria-label={t("views.unit")}
          value={node.unit}
          onChange={(e) => change({ ...node, unit: e.target.value as Node["unit"] })}
        >
          {units.map((u) => (
            <option key={u} value={u}>
              {t(`views.unit_${u}`)}
            </option>
          ))}
        </select>
      </span>
    );
  }
  const first = node.values?.[0] ?? "";
  const only = (value: string) => change({ ...node, values: value ? [value] : [] });
  if (a.kind === "clock")
    return <input type="time" aria-label={t("views.value")} value={first} onChange={(e) => only(e.target.value)} />;
  if (op === "during") {
    return (
      <select aria-label={t("views.value")} value={first} onChange={(e) => only(e.target.value)}>
        {["today", "yesterday", "tomorrow", "this_week", "last_week", "this_month", "last_month"].map((s) => (
          <option key={s} value={s}>
            {t(`views.span.${s}`)}
          </option>
        ))}
      </select>
    );
  }
  if (a.kind === "moment" || a.kind === "day")
    return <input type="date" aria-label={t("views.value")} value={first} onChange={(e) => only(e.target.value)} />;
  if (a.kind === "number")
    return (
      <input
        inputMode="decimal"
        aria-label={t("views.value")}
        value={first}
        onChange={(e) => only(e.target.value.replace(",", "."))}
      />
    );
  const options = optionsOf(a, directory, types, segments, t, personal);
  if (!options)
    return (
      <input
        aria-label={t("views.value")}
        placeholder={t("views.words_hint")}
        defaultValue={(node.values ?? []).join(", ")}
        onChange={(e) =>
          change({
            ...node,
            values: e.target.value
              .split(",")
              .map((v) => v.trim())
              .filter(Boolean),
          })
        }
      />
    );
  return <Several options={options} chosen={node.values ?? []} change={(values) => change({ ...node, values })} />;
}

/** Any number of a closed list: what is chosen as chips, the rest in a list beside them. */
function Several({
  options,
  chosen,
  change,
}: {
  options: Option[];
  chosen: string[];
  change: (values: string[]) => void;
}) {
  const { t } = useTranslation();
  const name = (v: string) => options.find((o) => o.value === v)?.label ?? t("views.gone");
  return (
    <span className={css.several}>
      {chosen.map((v) => (
        <button
          key={v}
          type="button"
          className={css.chip}
          aria-label={t("views.remove_value", { name: name(v) })}
          onClick={() => change(chosen.filter((c) => c !== v))}
        >
          {name(v)}
          <Icon name="close" size={12} />
        </button>
      ))}
      <select
        aria-label={t("views.value")}
        value=""
        onChange={(e) => e.target.value && change([...chosen, e.target.value])}
      >
        <option value="">{t(chosen.length ? "views.or" : "views.choose")}</option>
        {options
          .filter(({ value, past }) => !past && !chosen.includes(value))
          .map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
      </select>
    </span>
  );
}
