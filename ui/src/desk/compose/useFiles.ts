import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { del } from "../../api/client";
import type { Attachment } from "../../api/types";
import { upload } from "../../api/upload";
import { inWords } from "../../parts/trouble";

/** A file on its way up. */
export interface Uploading {
  key: number;
  name: string;
  size: number;
  /** 0 to 1. */
  share: number;
  problem?: string;
  stop: () => void;
}

/** Uploads files for a draft; `ready` hears of each that has arrived, `gone` of each that was taken away. */
export function useFiles(ready: (file: Attachment) => void, gone: (file: Attachment) => void) {
  const { t } = useTranslation();
  const [uploading, setUploading] = useState<Uploading[]>([]);
  const last = useRef(0);
  const latest = useRef(ready);
  latest.current = ready;
  const patch = (key: number, change: Partial<Uploading>) =>
    setUploading((all) => all.map((u) => (u.key === key ? { ...u, ...change } : u)));
  const drop = (key: number) => setUploading((all) => all.filter((u) => u.key !== key));

  async function add(file: File, inline = false): Promise<Attachment | undefined> {
    const key = ++last.current;
    const abort = new AbortController();
    const stop = () => {
      abort.abort();
      drop(key);
    };
    setUploading((all) => [...all, { key, name: file.name, size: file.size, share: 0, stop }]);
    try {
      const done = await upload(file, inline, (share) => patch(key, { share }), abort.signal);
      drop(key);
      latest.current(done);
      return done;
    } catch (err) {
      if (!abort.signal.aborted) patch(key, { problem: inWords(t, err) });
      return undefined;
    }
  }

  function remove(file: Attachment) {
    gone(file);
    // What stays behind unsent is swept by the server.
    del(`/attachments/${file.id}`).catch(() => undefined);
  }

  return { uploading, add, remove };
}
