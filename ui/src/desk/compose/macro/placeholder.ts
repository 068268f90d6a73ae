import type { CustomField } from "../../fields/types";

// As internal/engine/placeholder reads them. Names that begin with other words than these are somebody's own text.
const grammar =
  "\\{\\{[ \\u00a0]{0,8}((?:customer|agent|conversation|organisation|purchase)\\.[\\w.]{1,50})[ \\u00a0]{0,8}(?:\\|([^{}\\n]{0,500}))?\\}\\}";
export const placeholderPattern = () => new RegExp(grammar, "g");
export const placeholderTyped = new RegExp(`${grammar}$`);

/** Placeholders in the text of HTML, as elements that the editor shows as chips. What stands in code is meant as it is. */
export function withChips(html: string): string {
  if (!html.includes("{{")) return html;
  const doc = new DOMParser().parseFromString(html, "text/html");
  const walk = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walk.nextNode()) texts.push(walk.currentNode as Text);
  for (const text of texts) {
    if (text.parentElement?.closest("code,[data-placeholder]")) continue;
    const parts: (string | Node)[] = [];
    let end = 0;
    for (const found of text.data.matchAll(placeholderPattern())) {
      const chip = doc.createElement("span");
      chip.dataset.placeholder = found[1];
      if (found[2] !== undefined) chip.dataset.fallback = found[2].trim();
      chip.textContent = found[0];
      parts.push(text.data.slice(end, found.index), chip);
      end = found.index + found[0].length;
    }
    if (parts.length > 0) text.replaceWith(...parts, text.data.slice(end));
  }
  return doc.body.innerHTML;
}

/** The names of the placeholders that still wait for a value. */
export function unfilled(html: string): string[] {
  if (!html.includes("{{")) return [];
  const doc = new DOMParser().parseFromString(html.replace(/<\/(p|li|blockquote|div)>|<br>/gi, "$&\n"), "text/html");
  for (const code of doc.querySelectorAll("code")) code.remove();
  return [...new Set([...(doc.body.textContent ?? "").matchAll(placeholderPattern())].map((m) => m[1]!))];
}

const ownField = /^(conversation|customer|organisation)\.field\.(.+)$/;

/** How a custom field is called in placeholders, as internal/engine/placeholder has it. */
export const fieldPlaceholder = (f: CustomField) => `${f.target}.field.${f.key}`;

/** What a placeholder stands for, in words; its own name where nobody knows it. */
export function placeholderWords(name: string, t: (key: string) => string, fields: readonly CustomField[]): string {
  const own = ownField.exec(name);
  if (!own) return t(placeholderKey(name));
  const field = fields.find((f) => fieldPlaceholder(f) === name);
  return field ? `${t(`macro.of.${own[1]}`)}: ${field.name}` : name;
}

/** The key of a placeholder's words: i18next takes the dots of a name for its own. */
export const placeholderKey = (name: string) => `macro.value.${name.replace(".", "_")}`;
