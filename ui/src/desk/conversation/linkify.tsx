import type { ReactNode } from "react";

// Bounded, without nested repetition: linear on any text.
const target = /\bhttps?:\/\/[^\s<>"'“”„]{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;

/** Plain text with addresses that can be followed. */
export function linkify(text: string): ReactNode[] {
  const out: ReactNode[] = [];
  let from = 0;
  for (const found of text.matchAll(target)) {
    const words = found[0].replace(/[.,;:!?)\]]+$/, "");
    out.push(text.slice(from, found.index));
    const href = words.startsWith("http") ? words : `mailto:${words}`;
    out.push(
      <a key={found.index} href={href} target="_blank" rel="noopener noreferrer">
        {words}
      </a>,
    );
    from = found.index + words.length;
  }
  out.push(text.slice(from));
  return out;
}
