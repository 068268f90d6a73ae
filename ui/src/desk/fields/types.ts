import type { TagColour, Time } from "../../api/types";

export type FieldKind = "text" | "number" | "money" | "date" | "choice" | "tree" | "yes_no" | "people";
export type FieldTarget = "conversation" | "customer" | "organisation";

export interface FieldOption {
  id: number;
  name: string;
  parent?: number;
  archived?: boolean;
  /** It was merged into this one: values that name it mean that one. */
  into?: number;
}

export interface FieldForm {
  lines?: boolean;
  most?: number;
  decimals?: number;
  min?: number;
  max?: number;
  unit?: string;
  currency?: string;
  several?: boolean;
}

/** A custom field. */
export interface CustomField {
  id: number;
  target: FieldTarget;
  key: string;
  name: string;
  hint?: string;
  kind: FieldKind;
  form: FieldForm;
  options: FieldOption[];
  types: number[];
  inboxes: number[];
  required?: boolean;
  personal?: boolean;
  position: number;
  archivedAt?: Time;
  version: number;
}

export type TypeKind = "question" | "order" | "complaint" | "compliment" | "suggestion" | "other";

/** What a conversation is by its nature. */
export interface ConversationType {
  id: number;
  name: string;
  kind: TypeKind;
  icon: string;
  colour: TagColour;
  inboxes: number[];
  position: number;
  archivedAt?: Time;
  version: number;
}

export interface ChecklistTemplate {
  id: number;
  name: string;
  items: { words: string; required?: boolean }[];
  types: number[];
  archivedAt?: Time;
  version: number;
}

export interface Checklist {
  id: number;
  name: string;
  template?: number;
  items: { id: number; words: string; required?: boolean; doneAt?: Time; doneBy?: number }[];
}

/** Time that an agent spent on a conversation. */
export interface TimeEntry {
  id: number;
  agent: number;
  seconds: number;
  day: string;
  note?: string;
  version: number;
}

/** The one timer of an agent; it pauses where since is missing. */
export interface Timer {
  conversation: number;
  number: number;
  since?: Time;
  seconds: number;
}
