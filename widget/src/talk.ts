// How the form in its frame and the loader in the website's page speak to each other. Neither tells the other what a visitor writes.

/** From the form to the page around it. */
export type FromForm = { tellus: "close" } | { tellus: "height"; height: number } | { tellus: "ready" };

/** From the page around it to the form. */
export type ToForm = { tellus: "opened"; page: string; modal: boolean };

export function tell(message: FromForm): void {
  // The page around the frame may be any website that the administrator allows; what is said holds nothing about the visitor.
  if (window.parent !== window) window.parent.postMessage(message, "*");
}

export function isToForm(data: unknown): data is ToForm {
  return typeof data === "object" && data !== null && (data as { tellus?: unknown }).tellus === "opened";
}
