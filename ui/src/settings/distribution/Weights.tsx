import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { natural } from "../../i18n/natural";
import { SelectField } from "../form/fields";
import type { Weight } from "./queries";
import css from "./Weights.module.css";

const weights = Array.from({ length: 11 }, (_, n) => [n, String(n)] as const);

interface Props {
  members: number[];
  value: Weight[];
  change: (value: Weight[]) => void;
}

/** How much of what a team gives out is each member's. Who has the usual weight is not in the value. */
export function Weights({ members, value, change }: Props) {
  const { t } = useTranslation();
  const directory = useDirectory();
  const people = members
    .map((id) => ({ id, name: directory.agent(id)?.name ?? t("distribution.gone") }))
    .sort((a, b) => natural(a.name, b.name));
  const of = (id: number) => value.find((w) => w.agent === id)?.weight ?? 1;
  const give = (agent: number, weight: number) => {
    const others = value.filter((w) => w.agent !== agent);
    change(weight === 1 ? others : [...others, { agent, weight }].sort((a, b) => a.agent - b.agent));
  };
  const all = people.reduce((sum, p) => sum + of(p.id), 0);
  return (
    <fieldset className={css.weights}>
      <legend>{t("distribution.weights")}</legend>
      <p>{t("distribution.weights_hint")}</p>
      <div className={css.people}>
        {people.map((p) => (
          <SelectField<number>
            key={p.id}
            label={p.name}
            hint={all > 0 ? t("distribution.share", { percent: Math.round((100 * of(p.id)) / all) }) : undefined}
            value={of(p.id)}
            options={weights}
            change={(weight) => give(p.id, Number(weight))}
          />
        ))}
      </div>
    </fieldset>
  );
}
