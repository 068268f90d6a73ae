import { base } from "./client";
import { Problem, type ProblemBody } from "./problem";
import type { Attachment } from "./types";

/** Uploads a file; inline gives it a content id, by which the text can show it. progress runs from 0 to 1. Aborting the signal rejects with an AbortError. */
export function upload(
  file: File,
  inline: boolean,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how far an upload has come
    request.open("POST", `${base}/attachments${inline ? "?inline=1" : ""}`);
    request.responseType = "json";
    request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(request.response as Attachment);
      reject(new Problem(request.status, (request.response ?? {}) as ProblemBody));
    };
    request.onerror = () => reject(new Problem(0, { detail: "no connection" }));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}
