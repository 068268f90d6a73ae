import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import type { FieldValue } from "../../api/types";
import { dateText } from "../../i18n/dateText";
import { DateInput } from "../../parts/DateInput";
import css from "./fields.module.css";
import type { CustomField } from "./types";
import { choices, readValue, textOf, valueWords } from "./values";

interface Props {
  field: CustomField;
  value: FieldValue | undefined;
  /** Gets null for no value. */
  save: (value: FieldValue) => void;
  readOnly?: boolean;
  /** Marked where it is needed and missing. */
  missing?: boolean;
}

/** One value to edit: what is typed is saved on Enter or on leaving, what is chosen at once. Escape takes back what was typed. */
export function FieldInput({ field: f, value, save, readOnly, missing }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [wrong, setWrong] = useState(false);
  if (readOnly) return <Read label={f.name} field={f} value={value} />;
  return (
    <div className={css.field}>
      <label htmlFor={id} className={css.label} title={f.hint}>
        {f.name}
        {f.required && (
          <span className={css.needed} data-missing={missing || undefined} title={t("field.required")}>
            {" *"}
          </span>
        )}
      </label>
      <Control id={id} field={f} value={value} save={save} wrong={wrong} setWrong={setWrong} />
      {wrong && (
        <span role="alert" className={css.wrong}>
          {t(`field.wrong_${f.kind === "money" ? "money" : "number"}`)}
        </span>
      )}
    </div>
  );
}

/** A value for who only reads it: words, and no control that does nothing. */
export function Read({
  label,
  field: f,
  value,
  words,
}: {
  label: string;
  field?: CustomField;
  value?: FieldValue;
  words?: string;
}) {
  const { t, i18n } = useTranslation();
  const directory = useDirectory();
  const said =
    f?.kind === "date" && typeof value === "string"
      ? dateText(value, i18n.language)
      : f && valueWords(f, value, (id) => directory.agent(id)?.name ?? "", t as never);
  return (
    <div className={css.field}>
      <span className={css.label}>{label}</span>
      <span className={css.read}>{words || said || "–"}</span>
    </div>
  );
}

interface ControlProps extends Omit<Props, "readOnly"> {
  id: string;
  wrong: boolean;
  setWrong: (wrong: boolean) => void;
}

function Control(props: ControlProps) {
  const { field: f, value, save, id } = props;
  const { t } = useTranslation();
  const { agents } = useDirectory();
  const ids = Array.isArray(value) ? value : [];
  if (f.kind === "date")
    return (
      <DateInput
        id={id}
        className={css.input}
        value={typeof value === "string" ? value : ""}
        change={(day) => day !== (value ?? "") && save(day || null)}
      />
    );
  if (f.kind === "yes_no")
    return (
      <select
        id={id}
        className={css.input}
        value={value === true ? "yes" : value === false ? "no" : ""}
        onChange={(e) => save(e.target.value === "" ? null : e.target.value === "yes")}
      >
        <option value="">–</option>
        <option value="yes">{t("field.yes")}</option>
        <option value="no">{t("field.no")}</option>
      </select>
    );
  if (f.kind === "choice" || f.kind === "tree" || f.kind === "people") {
    const offered =
      f.kind === "people"
        ? agents.filter((a) => a.active || ids.includes(a.id)).map((a) => ({ id: a.id, name: a.name }))
        : choices(f, ids);
    if (f.form.several && f.kind !== "tree")
      return (
        <fieldset id={id} className={css.several}>
          <legend className="sr">{f.name}</legend>
          {offered.map((o) => (
            <label key={o.id}>
              <input
                type="checkbox"
                checked={ids.includes(o.id)}
                onChange={(e) => {
                  const next = e.target.checked ? [...ids, o.id] : ids.filter((v) => v !== o.id);
                  save(next.length > 0 ? next : null);
                }}
              />
              {o.name}
            </label>
          ))}
        </fieldset>
      );
    return (
      <select
        id={id}
        className={css.input}
        value={ids[0] ?? ""}
        onChange={(e) => save(e.target.value ? [Number(e.target.value)] : null)}
      >
        <option value="">–</option>
        {offered.map((o) => (
          <option key={o.id} value={o.id}>
            {o.name}
          </option>
        ))}
      </select>
    );
  }
  return <Typed {...props} />;
}

function Typed({ id, field: f, value, save, wrong, setWrong }: ControlProps) {
  const kept = textOf(f, value);
  const [text, setText] = useState(kept);
  useEffect(() => setText(kept), [kept]);
  const keep = () => {
    if (text.trim() === kept.trim()) return setWrong(false);
    const next = readValue(f, text);
    setWrong(next === undefined);
    if (next !== undefined) save(next);
  };
  const wired = {
    id,
    className: css.input,
    value: text,
    "aria-invalid": wrong || undefined,
    maxLength: f.form.most || (f.form.lines ? 10_000 : 1000),
    autoComplete: "off",
    onBlur: keep,
    onKeyDown: (e: KeyboardEvent<HTMLElement>) => {
      if (e.key === "Enter" && !(f.form.lines && !e.ctrlKey && !e.metaKey)) keep();
      if (e.key === "Escape" && text !== kept) {
        e.stopPropagation();
        setText(kept);
        setWrong(false);
      }
    },
  };
  if (f.kind === "text" && f.form.lines)
    return <textarea {...wired} rows={3} onChange={(e) => setText(e.target.value)} />;
  return (
    <span className={css.with}>
      <input
        {...wired}
        inputMode={f.kind === "text" ? undefined : "decimal"}
        placeholder={f.kind === "money" ? f.form.currency : undefined}
        onChange={(e) => setText(e.target.value)}
      />
      {f.form.unit && <span className={css.unit}>{f.form.unit}</span>}
    </span>
  );
}
