import type { SuggestionKeyDownProps, SuggestionOptions, SuggestionProps } from "@tiptap/suggestion";
import { useTranslation } from "react-i18next";
import type { Agent } from "../../api/types";
import { fold } from "../../i18n/fold";
import { Avatar } from "../../parts/Avatar";
import { Standing } from "../../parts/Standing";
import css from "./MentionList.module.css";

export interface MentionState {
  items: Agent[];
  at: number;
  left: number;
  top: number;
  pick: (agent: Agent) => void;
}

/** Joins TipTap's suggestion to the list below; the editor keeps the focus and the keys. */
export function mentionSuggestion(
  people: () => Agent[],
  show: (state: MentionState | undefined) => void,
): Omit<SuggestionOptions<Agent>, "editor"> {
  let state: MentionState | undefined;
  const set = (next: MentionState | undefined) => {
    state = next;
    show(next);
  };
  const from = (props: SuggestionProps<Agent>, at: number): MentionState | undefined => {
    const place = props.clientRect?.();
    if (props.items.length === 0 || !place) return undefined;
    const pick = (a: Agent) => props.command({ id: String(a.id), label: a.name } as never);
    return { items: props.items, at: Math.min(at, props.items.length - 1), left: place.left, top: place.top, pick };
  };
  return {
    char: "@",
    items: ({ query }) => {
      const wanted = fold(query);
      return people()
        .filter(
          (a) =>
            fold(a.name)
              .split(/\s+/)
              .some((w) => w.startsWith(wanted)) || fold(a.name).startsWith(wanted),
        )
        .slice(0, 6);
    },
    render: () => ({
      onStart: (props) => set(from(props, 0)),
      onUpdate: (props) => set(from(props, state?.at ?? 0)),
      onExit: () => set(undefined),
      onKeyDown: ({ event }: SuggestionKeyDownProps) => {
        if (!state) return false;
        const n = state.items.length;
        if (event.key === "ArrowDown") set({ ...state, at: (state.at + 1) % n });
        else if (event.key === "ArrowUp") set({ ...state, at: (state.at + n - 1) % n });
        else if (event.key === "Enter" || event.key === "Tab") state.pick(state.items[state.at]!);
        else if (event.key === "Escape") set(undefined);
        else return false;
        return true;
      },
    }),
  };
}

/** Colleagues to choose from, above the cursor. */
export function MentionList({ state }: { state: MentionState }) {
  const { t } = useTranslation();
  return (
    <div
      className={css.list}
      role="listbox"
      aria-label={t("compose.mention")}
      style={{ left: Math.min(state.left, window.innerWidth - 250), bottom: window.innerHeight - state.top + 6 }}
    >
      {state.items.map((a, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the editor, which has the focus
        <div
          key={a.id}
          role="option"
          tabIndex={-1}
          aria-selected={i === state.at}
          className={css.person}
          onMouseDown={(e) => e.preventDefault()}
          onClick={() => state.pick(a)}
        >
          <Avatar name={a.name} seed={`agent:${a.id}`} size={20} />
          <span className="cut">{a.name}</span>
          <Standing agent={a.id} />
        </div>
      ))}
    </div>
  );
}
