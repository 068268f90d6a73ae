import { useQueryClient } from "@tanstack/react-query";
import { Extension, type JSONContent, type Editor as TipTap } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import Mention from "@tiptap/extension-mention";
import { Placeholder } from "@tiptap/extensions";
import { EditorContent, useEditor, useEditorState } from "@tiptap/react";
import StarterKit from "@tiptap/starter-kit";
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDirectory } from "../../api/queries";
import { Icon, type IconName } from "../../parts/Icon";
import { fieldsQuery } from "../fields/queries";
import css from "./Editor.module.css";
import { MentionList, type MentionState, mentionSuggestion } from "./MentionList";
import { Chip } from "./macro/Chip";
import { MacroPicker, type MacroUse } from "./macro/MacroPicker";
import { withChips } from "./macro/placeholder";
import { type MacroChoice, MacroSuggestion } from "./macro/suggestion";
import type { ListedMacro } from "./macro/types";

export interface EditorHandle {
  focus: () => void;
  picture: (url: string, alt: string) => void;
  html: () => string;
  mentions: () => number[];
  /** Puts text at the cursor. */
  insert: (html: string) => void;
  /** Opens the list of macros. */
  macro: () => void;
}

interface Props {
  ref: Ref<EditorHandle>;
  html: string;
  label: string;
  placeholder: string;
  note: boolean;
  /** Which the words will be in, for the browser's spell-check; the desk's own where it is missing. */
  lang?: string;
  focus: boolean;
  /** The words stand as they are: they are on their way. */
  locked?: boolean;
  changed: (html: string) => void;
  files: (files: File[]) => void;
  /** Ctrl/⌘-Enter, with Shift for the second way. */
  send: (resolve: boolean) => void;
  tools?: React.ReactNode;
  /** What "/" offers; nothing where it is missing. */
  macros?: MacroUse;
}

/** Rich text as a mail can carry it. Loaded when somebody begins to write. */
export default function Editor(props: Props) {
  const { t } = useTranslation();
  const latest = useRef(props);
  latest.current = props;
  const directory = useDirectory();
  const people = useRef(directory.agents);
  people.current = directory.agents;
  const client = useQueryClient();
  const [mention, setMention] = useState<MentionState>();
  const [choice, setChoice] = useState<MacroChoice>();
  const offered = useRef<() => Promise<readonly ListedMacro[]>>(() => Promise.resolve([]));
  const pickedMacro = useRef<(macro: ListedMacro) => void>(() => undefined);

  const editor = useEditor({
    extensions: [
      StarterKit.configure({
        heading: false,
        codeBlock: false,
        horizontalRule: false,
        link: { openOnClick: false, defaultProtocol: "https" },
      }),
      Image.configure({ inline: true }),
      Placeholder.configure({ placeholder: props.placeholder }),
      Keys.configure({ send: (resolve: boolean) => latest.current.send(resolve) }),
      Chip.configure({ fields: () => client.ensureQueryData(fieldsQuery) }),
      ...(props.macros
        ? [
            MacroSuggestion.configure({
              all: () => offered.current(),
              show: setChoice,
              picked: (m) => pickedMacro.current(m),
            }),
          ]
        : []),
      ...(props.note
        ? [
            Mention.configure({
              HTMLAttributes: { class: "mention" },
              suggestion: mentionSuggestion(() => people.current.filter((a) => a.active), setMention),
            }),
          ]
        : []),
    ],
    content: withChips(props.html),
    parseOptions: { preserveWhitespace: true },
    editorProps: {
      attributes: {
        class: css.text!,
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": props.label,
        spellcheck: "true",
        ...(props.lang ? { lang: props.lang } : {}),
      },
      handlePaste: (_view, e) => takeFiles(e.clipboardData, latest.current.files),
      handleDrop: (_view, e) => takeFiles(e.dataTransfer, latest.current.files),
    },
    onUpdate: ({ editor: e }) => latest.current.changed(e.isEmpty ? "" : e.getHTML()),
  });

  // At once, not in the next frame as TipTap's own autofocus: the keys of that frame would be lost.
  const focusNow = props.focus;
  useLayoutEffect(() => {
    if (!focusNow || editor.isDestroyed) return;
    editor.commands.setTextSelection(editor.state.doc.content.size);
    editor.view.focus(); // not that of its element, which puts the caret before what is written
  }, [editor, focusNow]);

  const locked = props.locked ?? false;
  useLayoutEffect(() => {
    if (editor.isDestroyed || editor.isEditable === !locked) return;
    const held = document.activeElement === editor.view.dom;
    editor.setEditable(!locked, false);
    if (held && !locked) editor.view.focus();
  }, [editor, locked]);

  useImperativeHandle(
    props.ref,
    () => ({
      focus: () => void editor.commands.focus("end"),
      picture: (src, alt) => void editor.chain().focus().setImage({ src, alt }).run(),
      html: () => (editor.isEmpty ? "" : editor.getHTML()),
      mentions: () => mentionsIn(editor.getJSON()),
      insert: (html) => void editor.chain().focus().insertContent(withChips(html)).run(),
      macro: () => openMacros(editor),
    }),
    [editor],
  );
  const opensMacros = Boolean(props.macros?.open);
  useEffect(() => {
    if (opensMacros && !editor.isDestroyed) openMacros(editor);
  }, [editor, opensMacros]);

  const on = useEditorState({
    editor,
    selector: ({ editor: e }) => ({
      bold: e.isActive("bold"),
      italic: e.isActive("italic"),
      bulletList: e.isActive("bulletList"),
      blockquote: e.isActive("blockquote"),
      link: e.isActive("link"),
    }),
  });
  const [linking, setLinking] = useState(false);

  return (
    <div className={css.editor}>
      <EditorContent editor={editor} className={css.content} />
      {linking && (
        <LinkField
          first={(editor.getAttributes("link").href as string | undefined) ?? ""}
          done={(href) => {
            setLinking(false);
            const chain = editor.chain().focus().extendMarkRange("link");
            if (href === undefined) chain.run();
            else if (href === "") chain.unsetLink().run();
            else if (editor.state.selection.empty && !on.link)
              chain.insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
            else chain.setLink({ href }).run();
          }}
        />
      )}
      <div className={css.tools} role="toolbar" aria-label={t("compose.tools")}>
        {props.tools}
        <Tool
          on={on.bold}
          label={t("compose.bold")}
          text="B"
          strong
          run={() => editor.chain().focus().toggleBold().run()}
        />
        <Tool
          on={on.italic}
          label={t("compose.italic")}
          text="I"
          slanted
          run={() => editor.chain().focus().toggleItalic().run()}
        />
        <Tool
          on={on.bulletList}
          label={t("compose.list")}
          icon="list"
          run={() => editor.chain().focus().toggleBulletList().run()}
        />
        <Tool on={on.link} label={t("compose.link")} icon="link" run={() => setLinking(true)} />
        <Tool
          on={on.blockquote}
          label={t("compose.quote")}
          icon="quote"
          run={() => editor.chain().focus().toggleBlockquote().run()}
        />
        {props.macros && (
          <Tool on={Boolean(choice)} label={t("compose.macro")} text="/" run={() => openMacros(editor)} />
        )}
      </div>
      {mention && <MentionList state={mention} />}
      {props.macros && (
        <MacroPicker
          use={props.macros}
          choice={choice}
          editor={editor}
          offered={offered}
          picked={pickedMacro}
          insert={(html) => void editor.chain().focus().insertContent(withChips(html)).run()}
        />
      )}
    </div>
  );
}

/** Types the "/" that opens the list of macros. */
function openMacros(editor: TipTap) {
  const { $from } = editor.state.selection;
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset, "x", "x");
  editor
    .chain()
    .focus()
    .insertContent(before === "" || /\s/.test(before) ? "/" : " /")
    .run();
}

const Keys = Extension.create<{ send: (resolve: boolean) => void }>({
  name: "sendKeys",
  priority: 1000,
  addOptions: () => ({ send: () => undefined }),
  addKeyboardShortcuts() {
    return {
      "Mod-Enter": () => {
        this.options.send(false);
        return true;
      },
      "Mod-Shift-Enter": () => {
        this.options.send(true);
        return true;
      },
    };
  },
});

function takeFiles(from: DataTransfer | null, take: (files: File[]) => void): boolean {
  const files = [...(from?.files ?? [])];
  // A copied piece of a page carries a picture of itself too; its words are what is meant.
  if (files.length === 0 || from?.types.includes("text/html")) return false;
  take(files);
  return true;
}

function mentionsIn(node: JSONContent): number[] {
  const own = node.type === "mention" ? [Number(node.attrs?.id)] : [];
  return [...new Set([...own, ...(node.content ?? []).flatMap(mentionsIn)])].filter((id) => id > 0);
}

interface ToolProps {
  on: boolean;
  label: string;
  text?: string;
  icon?: IconName;
  strong?: boolean;
  slanted?: boolean;
  run: () => void;
}

function Tool({ on, label, text, icon, strong, slanted, run }: ToolProps) {
  return (
    <button
      type="button"
      className={css.tool}
      aria-pressed={on}
      aria-label={label}
      title={label}
      style={{ fontWeight: strong ? 700 : undefined, fontStyle: slanted ? "italic" : undefined }}
      onMouseDown={(e) => e.preventDefault()}
      onClick={run}
    >
      {icon ? <Icon name={icon} size={16} /> : text}
    </button>
  );
}

function LinkField({ first, done }: { first: string; done: (href: string | undefined) => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const finish = () => {
    const typed = field.current?.value.trim() ?? "";
    done(
      typed && !/^(https?:|mailto:|tel:)/i.test(typed)
        ? typed.includes("@")
          ? `mailto:${typed}`
          : `https://${typed}`
        : typed,
    );
  };
  return (
    <div className={css.link}>
      <input
        ref={field}
        aria-label={t("compose.link_address")}
        placeholder="https://"
        defaultValue={first}
        onKeyDown={(e) => {
          if (e.key === "Enter") finish();
          else if (e.key === "Escape") done(undefined);
          else return;
          e.preventDefault();
          e.stopPropagation();
        }}
      />
      <button type="button" onClick={finish}>
        {t("compose.link_set")}
      </button>
    </div>
  );
}
