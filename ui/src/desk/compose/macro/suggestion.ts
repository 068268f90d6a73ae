import { Extension } from "@tiptap/core";
import { PluginKey } from "@tiptap/pm/state";
import Suggestion, { type SuggestionProps } from "@tiptap/suggestion";
import { findMacros } from "./find";
import type { ListedMacro } from "./types";

export interface MacroChoice {
  items: ListedMacro[];
  at: number;
  left: number;
  top: number;
  bottom: number;
  move: (at: number) => void;
  pick: (macro: ListedMacro) => void;
}

interface Options {
  /** Waits for the macros where they are still on their way: the slash may be typed before them. */
  all: () => Promise<readonly ListedMacro[]>;
  show: (state: MacroChoice | undefined) => void;
  picked: (macro: ListedMacro) => void;
}

/** "/" at the beginning of a word opens the list of macros; the editor keeps the focus and the keys. */
export const MacroSuggestion = Extension.create<Options>({
  name: "macros",
  addOptions: () => ({ all: () => Promise.resolve([]), show: () => undefined, picked: () => undefined }),
  addProseMirrorPlugins() {
    const { all, show, picked } = this.options;
    let state: MacroChoice | undefined;
    const set = (next: MacroChoice | undefined) => {
      state = next;
      show(next);
    };
    const from = (props: SuggestionProps<ListedMacro>, at: number): MacroChoice | undefined => {
      const place = props.clientRect?.();
      if (props.items.length === 0 || !place) return undefined;
      return {
        items: props.items,
        at: Math.min(at, props.items.length - 1),
        left: place.left,
        top: place.top,
        bottom: place.bottom,
        move: (n) => state && set({ ...state, at: n }),
        pick: (m) => props.command(m),
      };
    };
    return [
      Suggestion<ListedMacro, ListedMacro>({
        editor: this.editor,
        pluginKey: new PluginKey("macros"),
        char: "/",
        allowSpaces: true,
        allowedPrefixes: [" ", "\u00a0"],
        items: async ({ query }) => findMacros(await all(), query),
        command: ({ editor, range, props }) => {
          editor.chain().focus().deleteRange(range).run();
          picked(props);
        },
        render: () => ({
          onStart: (props) => set(from(props, 0)),
          onUpdate: (props) => set(from(props, 0)),
          onExit: () => set(undefined),
          onKeyDown: ({ event }) => {
            if (!state || event.isComposing) return false;
            const n = state.items.length;
            if (event.key === "ArrowDown") set({ ...state, at: (state.at + 1) % n });
            else if (event.key === "ArrowUp") set({ ...state, at: (state.at + n - 1) % n });
            else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab")
              state.pick(state.items[state.at]!);
            else if (event.key === "Escape") set(undefined);
            else return false;
            event.stopPropagation();
            return true;
          },
        }),
      }),
    ];
  },
});
