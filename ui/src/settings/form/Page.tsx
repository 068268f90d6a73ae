import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import { Bone, Late } from "../../parts/Skeleton";
import { bothSides } from "./bothSides";
import { formCss } from "./fields";
import { fieldWords } from "./fieldWords";
import { Guard } from "./Guard";
import css from "./Page.module.css";
import type { Clash, Form } from "./useForm";

interface Head {
  title: string;
  about?: ReactNode;
  /** Back to the page that this one belongs to. */
  back?: { to: string; label: string };
  /** The one primary button, and what stands beside it. */
  acts?: ReactNode;
  wide?: boolean;
}

/** A page of the settings. */
export function Page({ title, about, back, acts, wide, children }: Head & { children: ReactNode }) {
  useTitle(title);
  return (
    <div className={`${css.page} ${wide ? css.wide : ""}`}>
      <Heading title={title} about={about} back={back} acts={acts} />
      <div className={css.stack}>{children}</div>
    </div>
  );
}

function Heading({ title, about, back, acts, dirty }: Head & { dirty?: boolean }) {
  return (
    <header className={css.head} data-dirty={dirty || undefined}>
      <div className={css.words}>
        {back && (
          <Link to="/settings/$" params={{ _splat: back.to }} className={css.back}>
            <Icon name="back" size={14} /> {back.label}
          </Link>
        )}
        <h1>{title}</h1>
        {about && <p>{about}</p>}
      </div>
      {acts && <div className={css.acts}>{acts}</div>}
    </header>
  );
}

/** A page that is one form: its button saves, leaving it unsaved asks first. */
export function FormPage<V extends object>({
  form,
  save,
  children,
  acts,
  ...head
}: Head & { form: Form<V>; save?: string; children: ReactNode }) {
  const { t } = useTranslation();
  useTitle(head.title);
  const submit = (e?: FormEvent) => {
    e?.preventDefault();
    void form.submit();
  };
  return (
    <form className={`${css.page} ${head.wide ? css.wide : ""}`} onSubmit={submit} noValidate>
      <Guard when={form.dirty} />
      <Heading
        {...head}
        dirty={form.dirty}
        acts={
          <>
            {form.dirty && <span className={css.unsaved}>{t("form.unsaved")}</span>}
            {acts}
            {form.dirty && <Button onClick={form.reset}>{t("form.discard")}</Button>}
            <Button type="submit" variant="filled" disabled={!form.dirty} loading={form.saving}>
              {save ?? t("common.save")}
            </Button>
          </>
        }
      />
      <div className={css.stack}>
        <Trouble form={form} />
        {children}
      </div>
    </form>
  );
}

/** What is wrong with the form as a whole, and what to do when somebody else saved first. */
export function Trouble<V extends object>({ form }: { form: Form<V> }) {
  const { t } = useTranslation();
  if (form.theirs) {
    return (
      <div className={formCss.banner} data-tone="note" role="alert">
        <span>
          {t("form.conflict")} <Clashing clash={form.clash} theirs={form.theirs} mine={form.value} />
        </span>
        <Button onClick={form.takeTheirs}>{t("form.take_theirs")}</Button>
        <Button
          onClick={() => {
            const version = (form.theirs as { version?: number }).version;
            form.set({ version } as unknown as Partial<V>);
            form.forgetTheirs();
          }}
        >
          {t("form.keep_mine")}
        </Button>
      </div>
    );
  }
  if (!form.whole) return null;
  return (
    <div className={formCss.banner} role="alert">
      <span>{form.whole}</span>
    </div>
  );
}

/** Who was faster, with which fields, and what they say on both sides where that is nobody's secret. */
function Clashing({ clash, theirs, mine }: { clash: Clash | undefined; theirs: unknown; mine: unknown }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { agent } = useDirectory();
  const who = clash?.by?.kind === "agent" ? agent(clash.by.id)?.name : undefined;
  const fields = (clash?.changed ?? []).map((f) => fieldWords(i18n, f));
  const sides = bothSides(clash?.changed ?? [], theirs, mine);
  return (
    <>
      {who && clash?.at && <>{t("form.conflict_by", { who, when: format.exact(Date.parse(clash.at)) })} </>}
      {fields.length > 0 && t("form.conflict_fields", { fields: format.list(fields) })}
      {sides.map((s) => (
        <span key={s.field} className={css.side}>
          {t("form.conflict_side", {
            field: fieldWords(i18n, s.field),
            theirs: s.theirs || t("form.nothing"),
            mine: s.mine || t("form.nothing"),
          })}
        </span>
      ))}
    </>
  );
}

export function Section({
  title,
  about,
  flush,
  children,
}: {
  title?: string;
  about?: ReactNode;
  /** The rows inside reach the card's edges. */
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={css.section}>
      {title && <h2>{title}</h2>}
      {about && <p>{about}</p>}
      <div className={`${css.card} ${flush ? css.flush : ""}`}>{children}</div>
    </section>
  );
}

/** The shape of a form or list that is being fetched. */
export function Bones({ rows = 4 }: { rows?: number }) {
  return (
    <Late>
      <div className={css.bones}>
        {Array.from({ length: rows }, (_, i) => (
          <div key={i}>
            <Bone width={90 + ((i * 37) % 60)} height={11} />
            <Bone width={i % 2 ? "70%" : "100%"} height={30} />
          </div>
        ))}
      </div>
    </Late>
  );
}

export function useTitle(title: string) {
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Tellus`;
    return () => {
      document.title = before;
    };
  }, [title]);
}
