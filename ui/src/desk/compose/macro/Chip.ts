import { InputRule, mergeAttributes, Node } from "@tiptap/core";
import i18next from "i18next";
import { loadWords } from "../../../i18n/i18n";
import css from "./Chip.module.css";
import { placeholderKey, placeholderTyped } from "./placeholder";

function words(name: string, fallback: string | null): string {
  const key = placeholderKey(name);
  const known = i18next.exists(key) ? i18next.t(key) : name;
  return fallback ? `${known} | ${fallback}` : known;
}

/** A placeholder in the text: one piece, that goes with one press of backspace and that typing replaces where it is marked. */
export const Chip = Node.create({
  name: "macroPlaceholder", // "placeholder" is the editor's own hint in an empty text
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
      const draw = () => {
        dom.textContent = words(node.attrs.name, node.attrs.fallback);
      };
      draw();
      void loadWords("macro").then(draw, () => undefined);
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
