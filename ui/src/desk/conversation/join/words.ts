import { useEffect, useState } from "react";
import { loadWords } from "../../../i18n/i18n";

/** Whether the words of what is done with several conversations are loaded. */
export function useWords(): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void Promise.all(["join", "views", "form"].map(loadWords)).then(() => setReady(true));
  }, []);
  return ready;
}
