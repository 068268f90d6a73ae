/** The form as the server describes it within its page: Go's type config in internal/web/widget/page.go. */
export interface Config {
  action: string;
  home: string;
  ticket: string;
  house: string;
  greeting: string;
  /** Whether somebody is there, in words. */
  hours?: { open: boolean; text: string };
  privacy?: string;
  name: Asked;
  subject: Asked;
  files: boolean;
  frame: boolean;
  /** Name of a field that people never see. */
  trap: string;
  most: Record<"name" | "email" | "subject" | "message" | "files" | "bytes", number>;
  words: Record<string, string>;
}

export type Asked = "off" | "optional" | "required";

export type Field = "name" | "email" | "subject" | "message" | "files";

export interface Fault {
  field: Field;
  code: string;
}

/** What the server says to a message. */
export interface Answer {
  sent?: boolean;
  faults?: Fault[];
  notice?: string;
  ticket?: string;
}

/** What a visitor has written. */
export interface Written {
  name: string;
  email: string;
  subject: string;
  message: string;
  files: File[];
}

export const nothing: Written = { name: "", email: "", subject: "", message: "", files: [] };

/** What the visitor has to mend before anything is sent, in the order of the fields. The server looks again, and more closely. */
export function faultsOf(w: Written, config: Config): Fault[] {
  const faults: Fault[] = [];
  const needed = (field: Exclude<Field, "files">, asked: Asked) => {
    if (asked === "required" && !w[field].trim()) faults.push({ field, code: "needed" });
  };
  needed("name", config.name);
  needed("email", "required");
  if (w.email.trim() && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(w.email.trim()))
    faults.push({ field: "email", code: "not_an_address" });
  needed("subject", config.subject);
  needed("message", "required");
  if (w.files.length > config.most.files) faults.push({ field: "files", code: "too_many" });
  else if (w.files.reduce((sum, f) => sum + f.size, 0) > config.most.bytes)
    faults.push({ field: "files", code: "too_large" });
  return faults;
}
