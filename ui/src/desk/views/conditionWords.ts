import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { segmentsQuery } from "../../api/segments";
import { useFormat } from "../../i18n/format";
import { typesQuery } from "../fields/queries";
import { useAttributeName, useAttributes } from "./attributes";
import { optionsOf } from "./options";
import type { Node } from "./saved";

/** In what two conditions differ. */
export interface ConditionChange {
  /** Whether all or any must hold, where that is another than it was. */
  joint?: "all" | "any";
  added: Node[];
  removed: Node[];
}

const jointOf = (n: Node): "all" | "any" => (n.any ? "any" : "all");
const parts = (n: Node): Node[] => (n.attr ? [n] : (n.any ?? n.all ?? []));

/** What was added to a condition and what was taken out of it; a group that differs anywhere counts as another one. */
export function changeOf(before: Node, after: Node): ConditionChange {
  const left = parts(after).map((n) => JSON.stringify(n));
  const removed: Node[] = [];
  for (const n of parts(before)) {
    const at = left.indexOf(JSON.stringify(n));
    if (at < 0) removed.push(n);
    else left.splice(at, 1);
  }
  const change: ConditionChange = { added: left.map((text) => JSON.parse(text) as Node), removed };
  // One alone holds with all as with any.
  if (jointOf(before) !== jointOf(after) && Math.max(parts(before).length, parts(after).length) > 1)
    change.joint = jointOf(after);
  return change;
}

/** Puts a condition into words, as the editor words it. */
export function useConditionWords(): (n: Node) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const attributes = useAttributes();
  const nameOf = useAttributeName();
  const directory = useDirectory();
  const types = useQuery(typesQuery).data ?? [];
  const segments = useQuery(segmentsQuery).data ?? [];
  const one = (n: Node): string => {
    const [listed, header] = n.attr?.startsWith("message.header.")
      ? ["message.header", n.attr.slice("message.header.".length)]
      : [n.attr];
    const a = attributes.find((x) => x.key === listed);
    if (!a) return t("views.gone");
    const what = `${nameOf(a)}${header ? ` (${header})` : ""}`;
    const how = t(a.kind === "clock" ? `rule.clock.${n.op}` : `views.op.${n.op}`);
    if (n.amount && n.unit) {
      const unit = n.unit.slice(0, -1);
      const span = new Intl.NumberFormat(format.language, { style: "unit", unit, unitDisplay: "long" }).format(
        n.amount,
      );
      return `${what} ${how} ${span}`;
    }
    if (n.op === "during") return `${what} ${how} ${t(`views.span.${n.values?.[0]}`)}`;
    const options = optionsOf(a, directory, types, segments, t as never, false);
    const values = (n.values ?? []).map((v) =>
      options ? (options.find((o) => o.value === v)?.label ?? t("views.gone")) : `“${v}”`,
    );
    return [what, how, values.join(", ")].filter(Boolean).join(" ");
  };
  const words = (n: Node): string =>
    n.attr ? one(n) : `${t(n.any ? "views.any_of" : "views.all_of")}: ${parts(n).map(words).join("; ")}`;
  return words;
}
