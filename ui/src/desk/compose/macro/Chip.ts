import { InputRule, mergeAttributes, Node } from "@tiptap/core";
import i18next from "i18next";
import { loadWords } from "../../../i18n/i18n";
import type { CustomField } from "../../fields/types";
import css from "./Chip.module.css";
import { placeholderTyped, placeholderWords } from "./placeholder";

interface ChipOptions {
  /** Custom fields, by whose names chips are called. */
  fields: () => Promise<readonly CustomField[]>;
}

function words(name: string, fallback: string | null, fields: readonly CustomField[]): string {
  const known = placeholderWords(name, (key) => (i18next.exists(key) ? i18next.t(key) : name), fields);
  return fallback ? `${known} | ${fallback}` : known;
}

/** A placeholder in the text: one piece, that goes with one press of backspace and that typing replaces where it is marked. */
export const Chip = Node.create<ChipOptions>({
  name: "macroPlaceholder", // "placeholder" is the editor's own hint in an empty text
  addOptions: () => ({ fields: () => Promise.resolve([]) }),
  group: "inline",
  inline: true,
  atom: true,
  selectable: true,
  addAttributes() {
    return {
      name: {
        default: "",
        parseHTML: (el) => el.getAttribute("data-placeholder"),
        renderHTML: (a) => ({ "data-placeholder": a.name }),
      },
      fallback: {
        default: null,
        parseHTML: (el) => el.getAttribute("data-fallback"),
        renderHTML: (a) => (a.fallback === null ? {} : { "data-fallback": a.fallback }),
      },
    };
  },
  parseHTML: () => [{ tag: "span[data-placeholder]" }],
  renderHTML({ node, HTMLAttributes }) {
    return ["span", mergeAttributes(HTMLAttributes), written(node.attrs)];
  },
  renderText: ({ node }) => written(node.attrs),
  addNodeView() {
    return ({ node }) => {
      const dom = document.createElement("span");
      dom.className = css.chip!;
      dom.dataset.placeholder = node.attrs.name;
      const draw = (fields: readonly CustomField[]) => {
        dom.textContent = words(node.attrs.name, node.attrs.fallback, fields);
      };
      draw([]);
      const own = node.attrs.name.includes(".field.") ? this.options.fields() : Promise.resolve([]);
      void Promise.all([own, loadWords("macro")]).then(
        ([fields]) => draw(fields),
        () => undefined,
      );
      return { dom };
    };
  },
  addInputRules() {
    return [
      new InputRule({
        find: placeholderTyped,
        handler: ({ range, match, chain }) => {
          chain()
            .deleteRange(range)
            .insertContent({ type: this.name, attrs: { name: match[1], fallback: match[2]?.trim() ?? null } })
            .run();
        },
      }),
    ];
  },
});

function written(attrs: Record<string, unknown>): string {
  return `{{${String(attrs.name)}${attrs.fallback === null ? "" : `|${String(attrs.fallback)}`}}}`;
}
