import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { get, post } from "../../api/client";
import type { Message, Span } from "../../api/types";
import { toast } from "../../parts/toast";
import { ActSheet, useAttempt } from "../ActSheet";
import css from "./Sheets.module.css";
import { fromBytes, tidy, toBytes } from "./spans";

interface Props {
  message: Message;
  close: () => void;
  done: () => Promise<unknown>;
}

/** Blackens parts of a message for good. Numbers of cards and people are suggested; anything else is marked by hand. */
export function RedactSheet({ message, close, done }: Props) {
  const { t } = useTranslation();
  const text = message.text;
  const suggested = useQuery({
    queryKey: ["suggestions", message.id],
    queryFn: () => get<{ items: Span[] }>(`/messages/${message.id}/suggestions`).then((s) => s.items),
    staleTime: 0,
  });
  const [own, setOwn] = useState<Span[]>([]);
  const [off, setOff] = useState(new Set<string>());
  const attempt = useAttempt(close);
  const field = useRef<HTMLTextAreaElement>(null);

  const offered = [
    ...(suggested.data ?? []).map((s) => ({ start: fromBytes(text, s.start), end: fromBytes(text, s.end) })),
    ...own,
  ];
  const key = (s: Span) => `${s.start}-${s.end}`;
  const chosen = offered.filter((s) => !off.has(key(s)));

  function mark() {
    const { selectionStart: start, selectionEnd: end } = field.current ?? { selectionStart: 0, selectionEnd: 0 };
    if (end > start) setOwn([...own, { start, end }]);
  }

  async function redact() {
    const spans = tidy(chosen).map((s) => ({ start: toBytes(text, s.start), end: toBytes(text, s.end) }));
    await post(`/messages/${message.id}/redact`, { spans });
    await done();
    toast(t("redact.done"));
  }

  return (
    <ActSheet
      title={t("redact.title")}
      close={close}
      attempt={attempt}
      act={t("redact.do")}
      work={redact}
      disabled={chosen.length === 0}
    >
      <p>{t("redact.text")}</p>
      <textarea ref={field} className={css.text} readOnly value={text} aria-label={t("redact.words")} />
      <div>
        <Button size="xs" onClick={mark}>
          {t("redact.mark")}
        </Button>
      </div>
      {offered.length > 0 && (
        <ul className={css.spans}>
          {offered.map((s) => (
            <li key={key(s)}>
              <label className={css.check}>
                <input
                  type="checkbox"
                  checked={!off.has(key(s))}
                  onChange={(e) => {
                    const next = new Set(off);
                    if (e.target.checked) next.delete(key(s));
                    else next.add(key(s));
                    setOff(next);
                  }}
                />
                <code>{text.slice(s.start, s.end)}</code>
              </label>
            </li>
          ))}
        </ul>
      )}
    </ActSheet>
  );
}
