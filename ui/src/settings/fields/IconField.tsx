import { useTranslation } from "react-i18next";
import { TypeIcon, typeIcons } from "../../desk/fields/TypeIcon";
import { formCss } from "../form/fields";
import css from "./Options.module.css";

/** One icon of those that types have. */
export function IconField({ label, value, change }: { label: string; value: string; change: (icon: string) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className={formCss.field}>
      <legend className={formCss.label}>{label}</legend>
      <div className={css.icons}>
        {typeIcons.map((name) => (
          <label key={name} title={t(`settings.types.icons.${name}`)}>
            <input
              type="radio"
              name="type-icon"
              className="sr"
              aria-label={t(`settings.types.icons.${name}`)}
              checked={value === name}
              onChange={() => change(name)}
            />
            <TypeIcon name={name} size={18} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
