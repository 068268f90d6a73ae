import { render } from "preact";
import type { Config } from "./config";
import { keptDraft } from "./draft";
import { Form } from "./Form";
import "./form.css";

// The page works as the server drew it. This script takes over what was typed by then, and makes sending smoother.
const root = document.getElementById("root");
const source = document.getElementById("config")?.textContent;
if (root && source) {
  const config = JSON.parse(source) as Config;
  const written = keptDraft(config.home);
  for (const field of ["name", "email", "subject", "message"] as const) {
    const typed = root.querySelector<HTMLInputElement | HTMLTextAreaElement>(`#${field}`)?.value;
    if (typed) written[field] = typed;
  }
  root.replaceChildren();
  render(<Form config={config} begin={written} />, root);
}
