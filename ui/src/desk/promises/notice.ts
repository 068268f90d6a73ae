import { post } from "../../api/client";
import type { components } from "../../api/schema";

export type Noticed = components["schemas"]["CommitmentNoticed"];

/** What in a text is a promise with a time, by the server's reading; nothing where it cannot be asked. */
export const notice = (text: string, conversation: number): Promise<Noticed[]> =>
  post<{ items: Noticed[] }>("/commitments/notice", { text, conversation }).then(
    (l) => l.items,
    () => [],
  );
