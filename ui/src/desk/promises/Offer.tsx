import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../parts/Icon";
import type { Promised } from "./along";
import { type Noticed, notice } from "./notice";
import css from "./Promises.module.css";

interface Props {
  conversation: number;
  /** What is being written, in plain words. */
  text: string;
  list: Promised[];
  add: (n: Noticed) => void;
  remove: (p: Promised) => void;
  /** Where it is written: Tab there takes what is offered. */
  box: React.RefObject<HTMLElement | null>;
}

const pause = 600; // after typing, in milliseconds

/** Offers to keep what sounds like a promise in what is being written, and shows what was taken. */
export default function Offer({ conversation, text, list, add, remove, box }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [found, setFound] = useState<Noticed[]>([]);
  const [refused, setRefused] = useState<string[]>([]);
  useEffect(() => {
    if (text.trim().length < 8) {
      setFound([]);
      return undefined;
    }
    let over = false;
    const wait = setTimeout(() => {
      void notice(text.slice(0, 20_000), conversation).then((n) => {
        if (!over) setFound(n);
      });
    }, pause);
    return () => {
      over = true;
      clearTimeout(wait);
    };
  }, [text, conversation]);
  const offered = found.find((n) => !refused.includes(n.sentence) && !list.some((p) => p.words === n.sentence));
  const take = useRef<() => void>(undefined);
  take.current = offered && (() => add(offered));
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const onKey = (e: KeyboardEvent) => {
      if (!take.current || !(e.target instanceof HTMLElement) || !e.target.closest("[contenteditable], textarea"))
        return;
      if (e.shiftKey || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented) return;
      if (e.key !== "Tab") return;
      e.preventDefault();
      e.stopPropagation();
      take.current();
    };
    element.addEventListener("keydown", onKey, true);
    return () => element.removeEventListener("keydown", onKey, true);
  }, [box]);
  return (
    <>
      {list.length > 0 && (
        <ul className={css.armed}>
          {list.map((p) => (
            <li key={`${p.words} ${p.due}`}>
              <span title={p.words}>
                {t("promise.armed", { words: p.words, when: format.weekdayMoment(Date.parse(p.due)) })}
              </span>
              <button
                type="button"
                aria-label={t("promise.armed_remove", { words: p.words })}
                onClick={() => remove(p)}
              >
                <Icon name="close" size={13} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {offered && (
        <div className={css.offer} role="status">
          <mark>{offered.phrase}</mark>
          <span>{t("promise.offer", { key: "Tab", when: format.weekdayMoment(Date.parse(offered.due)) })}</span>
          <button
            type="button"
            className={css.act}
            aria-label={`${t("promise.offer_yes")}: ${t("promise.offer_act", { phrase: offered.phrase })}`}
            onClick={() => add(offered)}
          >
            {t("promise.offer_yes")}
          </button>
          <button
            type="button"
            className={css.act}
            aria-label={`${t("promise.offer_no")}: ${offered.phrase}`}
            onClick={() => setRefused([...refused, offered.sentence])}
          >
            {t("promise.offer_no")}
          </button>
        </div>
      )}
    </>
  );
}
