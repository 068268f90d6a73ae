import { lazy, Suspense } from "react";
import { loadWords } from "../../i18n/i18n";
import { stopAsking, useAsked } from "./ask";

const ResolveSheet = lazy(() =>
  Promise.all([import("./ResolveSheet"), loadWords("field"), loadWords("promise")]).then(([m]) => m),
);

/** Draws the sheet that asks for what a conversation lacks, where one is asked for. */
export function Missing() {
  const asked = useAsked();
  if (!asked) return null;
  return (
    <Suspense>
      <ResolveSheet key={asked.row.id} {...asked} close={stopAsking} />
    </Suspense>
  );
}
