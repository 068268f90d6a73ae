import { useEffect, useRef } from "react";
import { sayTyping } from "../../live/live";

/** Tells colleagues while words are coming, and a moment after the last. */
export function useTypingSign(conversation: number, text: string) {
  const first = useRef(text);
  const on = useRef(false);
  useEffect(() => {
    if (text === first.current) return;
    first.current = text;
    if (!on.current) sayTyping(conversation, true);
    on.current = true;
    const timer = setTimeout(() => {
      on.current = false;
      sayTyping(conversation, false);
    }, 4000);
    return () => clearTimeout(timer);
  }, [conversation, text]);
  useEffect(
    () => () => {
      if (on.current) sayTyping(conversation, false);
    },
    [conversation],
  );
}
