import { useState } from "react";
import { plainText, toHtml } from "../../desk/compose/html";
import { AreaField } from "../form/fields";

/** A note is written as plain words: formatting in it would be seen by colleagues only. */
export function NoteField({
  label,
  note,
  change,
  error,
}: {
  label: string;
  note: string | undefined;
  change: (note: string) => void;
  error?: string;
}) {
  const [typed, setTyped] = useState(() => plainText(note ?? ""));
  return (
    <AreaField
      label={label}
      rows={3}
      maxLength={5000}
      value={typed}
      error={error}
      change={(text) => {
        setTyped(text);
        change(toHtml(text));
      }}
    />
  );
}
