import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sheet, SheetBody } from "../parts/Sheet";
import { inWords } from "../parts/trouble";
import css from "./ActSheet.module.css";

/** Work that a person has asked for: whether it is under way, and why it failed. */
export interface Attempt {
  busy: boolean;
  /** Why the last try failed, in the reader's language; empty while nothing did. */
  problem: string;
  /** Does the work and, where it succeeds, calls `done`. */
  run: (work: () => Promise<unknown>) => Promise<void>;
}

/** An attempt that ends with `done`: after a failure it can be tried again, after success nothing is drawn any more. */
export function useAttempt(done: () => void): Attempt {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  return {
    busy,
    problem,
    run: async (work) => {
      setBusy(true);
      setProblem("");
      try {
        await work();
        done();
      } catch (err) {
        setProblem(inWords(t, err));
        setBusy(false);
      }
    },
  };
}

interface Props {
  title: string;
  close: () => void;
  attempt: Attempt;
  /** The words of the one primary act, done when the form is sent. Without them the sheet's own buttons act. */
  act?: string;
  work?: (form: HTMLFormElement) => Promise<unknown>;
  disabled?: boolean;
  /** What cannot be undone is red. */
  danger?: boolean;
  /** Further buttons of the foot. */
  foot?: ReactNode;
  children: ReactNode;
}

/** A small form over the screen: cancel, one act, and in words why it did not work. */
export function ActSheet({ title, close, attempt, act, work, disabled, danger, foot, children }: Props) {
  const { t } = useTranslation();
  return (
    <Sheet label={title} close={close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          const form = e.currentTarget;
          if (work && !attempt.busy && !disabled) void attempt.run(() => work(form));
        }}
      >
        <SheetBody
          title={title}
          foot={
            <>
              <Button onClick={close}>{t("common.cancel")}</Button>
              {foot}
              {act && (
                <Button
                  type="submit"
                  {...(danger ? { color: "var(--late)", variant: "outline" } : { variant: "filled" })}
                  loading={attempt.busy}
                  disabled={disabled}
                >
                  {act}
                </Button>
              )}
            </>
          }
        >
          {children}
          {attempt.problem && (
            <p role="alert" className={css.problem}>
              {attempt.problem}
            </p>
          )}
        </SheetBody>
      </form>
    </Sheet>
  );
}
