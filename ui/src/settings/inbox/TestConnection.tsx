import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { Icon } from "../../parts/Icon";
import { formCss } from "../form/fields";
import { refused, type T } from "../form/refusal";
import type { InboxEdit, Trouble } from "../types";
import { bodyOf } from "./edit";
import css from "./inbox.module.css";
import { connectionWords } from "./trouble";

/** Tries both sides with what the form holds now, saved or not. */
export function TestConnection({ value }: { value: InboxEdit }) {
  const { t } = useTranslation();
  const test = useMutation({
    mutationFn: () => post<{ in: Trouble; out: Trouble }>("/inboxes/test", bodyOf(value)),
  });
  const { reset } = test;
  // What is being changed was not tested. Other fields of the form do not matter to it.
  const tested = JSON.stringify([value.receive, value.submit, value.receiveSecret, value.submitSecret]);
  const last = useRef(tested);
  useEffect(() => {
    if (last.current !== tested) reset();
    last.current = tested;
  }, [tested, reset]);
  const why = test.error ? refused(t as T, test.error) : undefined;
  return (
    <>
      <div className={css.test}>
        <Button loading={test.isPending} onClick={() => test.mutate()}>
          {t("settings.test.run")}
        </Button>
        <span className={formCss.hint}>{t("settings.test.hint")}</span>
      </div>
      <div className={css.results} aria-live="polite">
        {why && (
          <div className={formCss.banner} role="alert">
            <span>{[why.whole, ...Object.values(why.fields)].filter(Boolean).join(" ")}</span>
          </div>
        )}
        {test.data && (
          <>
            <Result
              side="in"
              trouble={test.data.in}
              words={value.receive.method === "imap" ? undefined : t(`settings.test.in_${value.receive.method}`)}
            />
            <Result
              side="out"
              trouble={test.data.out}
              words={value.submit.host ? undefined : t("settings.test.out_none")}
            />
          </>
        )}
      </div>
    </>
  );
}

function Result({ side, trouble, words }: { side: "in" | "out"; trouble: Trouble; words: string | undefined }) {
  const { t } = useTranslation();
  const bad = Boolean(trouble.code);
  const { what, todo } = connectionWords(t as T, trouble);
  return (
    <div className={css.result} data-bad={bad || undefined}>
      <Icon name={bad ? "alert" : "check"} size={18} />
      <div>
        <b>{t(`settings.test.${side}`)}</b> {bad ? what : (words ?? t(`settings.test.${side}_ok`))}
        {bad && <p>{todo}</p>}
        {bad && trouble.detail && <small lang="en">{t("settings.trouble.said", { detail: trouble.detail })}</small>}
      </div>
    </div>
  );
}
