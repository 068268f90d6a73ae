import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { post } from "../../api/client";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { useCounted } from "./clock";
import { timerQuery } from "./queries";
import css from "./TimerChip.module.css";
import type { Timer } from "./types";

/** The reader's timer wherever he is: what it runs on, for how long, and one press to stop it and keep the time. */
export default function TimerChip() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const timer = useQuery(timerQuery).data ?? undefined;
  const counted = useCounted(timer);
  if (!timer) return null;
  const stop = () =>
    post<{ timer?: Timer }>("/timer", { action: "stop" }).then(
      (b) => {
        client.setQueryData(timerQuery.queryKey, b.timer ?? null);
        void client.invalidateQueries({ queryKey: ["work", timer.conversation] });
        toast(t("field.time_kept", { time: counted.words, number: timer.number }));
      },
      (err) => toast(inWords(t, err), { tone: "bad" }),
    );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div role="group" className={css.chip} data-on={timer.since ? true : undefined} aria-label={t("field.timer")}>
      <Link
        to="/view/$view/$number"
        params={{ view: "all", number: String(timer.number) }}
        className={css.where}
        title={t("field.timer_elsewhere", { number: timer.number })}
      >
        <span>#{timer.number}</span>
        <span role="timer">{counted.short}</span>
      </Link>
      <button
        type="button"
        className={css.stop}
        aria-label={t("field.stop_timer")}
        title={t("field.stop_timer")}
        onClick={() => void stop()}
      >
        <span aria-hidden="true" />
      </button>
    </div>
  );
}
