import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { address } from "../../api/client";
import css from "./MessageView.module.css";

interface Props {
  /** Where the page lies, below the API. */
  path: string;
  query?: Record<string, number | undefined>;
}

/**
 * Foreign HTML, in a frame that runs no script and has a policy of its own (see the server's frame operation). It is as tall as its content;
 * same-origin is allowed so that its height can be measured, which without scripts gives it nothing.
 */
export function Frame({ path, query }: Props) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme("light");
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(60);
  const src = address(path, { ...query, theme: scheme });

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let watch: ResizeObserver | undefined;
    const measure = () => {
      const root = element.contentDocument?.documentElement;
      const body = element.contentDocument?.body;
      if (!root || !body) return;
      // A page in quirks or with a height of its own may tell more than it fills.
      setHeight(Math.min(Math.max(body.scrollHeight, body.getBoundingClientRect().height + 2, 24), 20_000));
    };
    const loaded = () => {
      watch?.disconnect();
      const body = element.contentDocument?.body;
      if (!body) return;
      measure();
      watch = new ResizeObserver(measure);
      watch.observe(body);
      // What is marked in it can be quoted: the composer listens on the desk's own document, to that and to the key for it.
      element.contentDocument?.addEventListener("keydown", (e) => {
        if (e.key === "q" && !e.ctrlKey && !e.metaKey && !e.altKey)
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "q", code: e.code, bubbles: true }));
      });
      element.contentDocument?.addEventListener("selectionchange", () =>
        document.dispatchEvent(new Event("selectionchange")),
      );
    };
    element.addEventListener("load", loaded);
    loaded();
    return () => {
      element.removeEventListener("load", loaded);
      watch?.disconnect();
    };
  }, []);

  return (
    <iframe
      ref={frame}
      src={src}
      title={t("message.frame")}
      className={css.frame}
      style={{ height, colorScheme: scheme }}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
    />
  );
}
