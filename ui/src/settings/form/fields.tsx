import { Button } from "@mantine/core";
import { type InputHTMLAttributes, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { DateInput } from "../../parts/DateInput";
import { Icon } from "../../parts/Icon";
import { toast } from "../../parts/toast";
import css from "./form.module.css";

export interface Framed {
  label: string;
  hint?: ReactNode;
  error?: string;
  optional?: boolean;
}

interface Wired {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** A label above a control, what helps below it, and what is wrong with it, all tied together for who cannot see them. */
export function Field({ label, hint, error, optional, children }: Framed & { children: (wired: Wired) => ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={css.field}>
      <label className={css.label} htmlFor={id}>
        {label} {optional && <span className={css.optional}>{t("form.optional")}</span>}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      <Wrong id={`${id}-error`} error={error} />
      {hint && (
        <span id={`${id}-hint`} className={css.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}

export function Wrong({ id, error }: { id?: string; error: string | undefined }) {
  if (!error) return null;
  return (
    <span id={id} className={css.error}>
      <Icon name="alert" size={15} />
      <span>{error}</span>
    </span>
  );
}

/** A day, "2026-11-22", written as the desk's language writes it. */
export function DateField({
  value,
  change,
  max,
  ...framed
}: Framed & { value: string; change: (value: string) => void; max?: string }) {
  return (
    <Field {...framed}>
      {(wired) => (
        <DateInput
          id={wired.id}
          describedBy={wired["aria-describedby"]}
          invalid={wired["aria-invalid"]}
          className={css.input}
          value={value}
          max={max}
          change={change}
        />
      )}
    </Field>
  );
}

type Native = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value" | "id">;

export function TextField({
  label,
  hint,
  error,
  optional,
  suffix,
  value,
  change,
  ...native
}: Framed & Native & { value: string | number; change?: (value: string) => void; suffix?: ReactNode }) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wired) => (
        <span className={css.with}>
          <input
            className={css.input}
            type="text"
            {...native}
            {...wired}
            value={value}
            onChange={(e) => change?.(e.target.value)}
          />
          {suffix && <span className={css.suffix}>{suffix}</span>}
        </span>
      )}
    </Field>
  );
}

export function NumberField({
  value,
  change,
  ...rest
}: Framed & Omit<Native, "value"> & { value: number; change: (value: number) => void; suffix?: ReactNode }) {
  return (
    <TextField
      {...rest}
      inputMode="numeric"
      value={value === 0 && !rest.min ? "" : value}
      placeholder={rest.placeholder ?? "0"}
      change={(text) => change(Number(text.replace(/\D/g, "").slice(0, 7)) || 0)}
    />
  );
}

/** A password that its writer may look at. */
export function PasswordField({
  label,
  hint,
  error,
  optional,
  value,
  change,
  ...native
}: Framed & Native & { value: string; change: (value: string) => void }) {
  const { t } = useTranslation();
  const [seen, setSeen] = useState(false);
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wired) => (
        <span className={css.with}>
          <input
            className={`${css.input} ${css.peeked}`}
            spellCheck={false}
            autoCapitalize="none"
            {...native}
            {...wired}
            type={seen ? "text" : "password"}
            value={value}
            onChange={(e) => change(e.target.value)}
          />
          <button
            type="button"
            className={css.peek}
            aria-pressed={seen}
            aria-label={t("form.show_password")}
            title={t("form.show_password")}
            onClick={() => setSeen(!seen)}
          >
            <Icon name="eye" size={17} />
          </button>
        </span>
      )}
    </Field>
  );
}

export function AreaField({
  label,
  hint,
  error,
  optional,
  value,
  change,
  rows,
  maxLength,
  placeholder,
  lang,
}: Framed & {
  value: string;
  change: (value: string) => void;
  rows?: number;
  maxLength?: number;
  placeholder?: string;
  lang?: string;
}) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wired) => (
        <textarea
          className={css.input}
          {...wired}
          rows={rows}
          lang={lang}
          maxLength={maxLength}
          placeholder={placeholder}
          value={value}
          onChange={(e) => change(e.target.value)}
        />
      )}
    </Field>
  );
}

export type Option<V extends string | number> = readonly [value: V, label: string];

export function SelectField<V extends string | number>({
  label,
  hint,
  error,
  optional,
  value,
  change,
  options,
  groups,
  disabled,
}: Framed & {
  value: V;
  change: (value: V) => void;
  options: readonly Option<V>[];
  groups?: readonly (readonly [label: string, options: readonly Option<V>[]])[];
  disabled?: boolean;
}) {
  const numeric = typeof value === "number";
  const draw = ([v, text]: Option<V>) => (
    <option key={v} value={v}>
      {text}
    </option>
  );
  return (
    <Field label={label} hint={hint} error={error} optional={optional}>
      {(wired) => (
        <select
          className={css.input}
          {...wired}
          value={value}
          disabled={disabled}
          onChange={(e) => change((numeric ? Number(e.target.value) : e.target.value) as V)}
        >
          {options.map(draw)}
          {groups?.map(([name, inside]) => (
            <optgroup key={name} label={name}>
              {inside.map(draw)}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Switch({
  label,
  hint,
  checked,
  change,
  disabled,
}: {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  change: (on: boolean) => void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <label className={css.switch}>
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        checked={checked}
        disabled={disabled}
        aria-labelledby={`${id}-label`}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(e) => change(e.target.checked)}
      />
      <strong id={`${id}-label`}>{label}</strong>
      {hint && (
        <small id={`${id}-hint`} className={css.hint}>
          {hint}
        </small>
      )}
    </label>
  );
}

/** One of a few ways, each with what it means. */
export function Choice<V extends string>({
  legend,
  value,
  change,
  options,
  error,
}: {
  legend: string;
  value: V;
  change: (value: V) => void;
  options: readonly (readonly [value: V, label: string, hint?: string])[];
  error?: string;
}) {
  const name = useId();
  return (
    <fieldset className={css.field} aria-invalid={error ? true : undefined}>
      <legend className={css.label}>{legend}</legend>
      <div className={css.choices} data-short={options.every(([, , hint]) => !hint) || undefined}>
        {options.map(([v, label, hint]) => (
          <label key={v} className={css.choice}>
            <input type="radio" name={name} value={v} checked={v === value} onChange={() => change(v)} />
            <strong>{label}</strong>
            {hint && <small>{hint}</small>}
          </label>
        ))}
      </div>
      <Wrong error={error} />
    </fieldset>
  );
}

/** Any number of many; a filter where they are more than fit a glance. */
export function Checks<V extends string | number>({
  legend,
  hint,
  error,
  value,
  change,
  options,
  empty,
}: {
  legend: string;
  hint?: string;
  error?: string;
  value: readonly V[];
  change: (value: V[]) => void;
  options: readonly (readonly [value: V, label: string, hint?: string])[];
  empty?: string;
}) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const folded = wanted.trim().toLocaleLowerCase();
  const shown = options.filter(([, label, more]) => `${label} ${more ?? ""}`.toLocaleLowerCase().includes(folded));
  return (
    <fieldset className={css.field} aria-invalid={error ? true : undefined}>
      <legend className={css.label}>{legend}</legend>
      {hint && <span className={css.hint}>{hint}</span>}
      {options.length > 8 && (
        <input
          className={css.input}
          type="search"
          aria-label={t("form.filter", { what: legend })}
          placeholder={t("form.find")}
          value={wanted}
          onChange={(e) => setWanted(e.target.value)}
        />
      )}
      <div className={css.checks} tabIndex={options.length > 6 ? 0 : undefined}>
        {options.length === 0 && <div className={css.none}>{empty}</div>}
        {options.length > 0 && shown.length === 0 && <div className={css.none}>{t("form.none_found")}</div>}
        {shown.map(([v, label, more]) => (
          <label key={v} className={css.check}>
            <input
              type="checkbox"
              checked={value.includes(v)}
              onChange={(e) => change(e.target.checked ? [...value, v] : value.filter((old) => old !== v))}
            />
            <span>
              {label}
              {more && <small>{more}</small>}
            </span>
          </label>
        ))}
      </div>
      <Wrong error={error} />
    </fieldset>
  );
}

/** Puts text on the clipboard and says so; false where the browser did not let it. */
export async function copy(text: string, said: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
    return true;
  } catch {
    return false; // not allowed, or no https: the text can still be selected
  }
}

/** Text that is to be taken elsewhere. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  return (
    <div className={css.field}>
      <span className={css.label}>{label}</span>
      <div className={css.copy}>
        <code>{text}</code>
        <Button onClick={() => void copy(text, t("form.copied"))} aria-label={`${t("form.copy")}: ${label}`}>
          {t("form.copy")}
        </Button>
      </div>
    </div>
  );
}

export { css as formCss };
