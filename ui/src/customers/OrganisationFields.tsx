import { useQueryClient } from "@tanstack/react-query";
import { use, useState } from "react";
import { useTranslation } from "react-i18next";
import { put } from "../api/client";
import { isProblem } from "../api/problem";
import type { FieldValue, Organisation } from "../api/types";
import { OwnFields } from "../desk/fields/Facts";
import { type Clash, FieldClash } from "../desk/fields/FieldClash";
import { loadWords } from "../i18n/i18n";
import { toast } from "../parts/toast";
import { inWords } from "../parts/trouble";
import { organisationQuery } from "./queries";

const words = loadWords("field");

/** The custom fields of an organisation. Each is saved by itself; what somebody else wrote into the same one meanwhile is shown beside it. */
export default function OrganisationFields({ organisation: o }: { organisation: Organisation }) {
  use(words);
  const { t } = useTranslation();
  const client = useQueryClient();
  const [clash, setClash] = useState<Clash>();
  const save = async (base: Organisation, id: number, value: FieldValue): Promise<void> => {
    setClash(undefined);
    const key = organisationQuery(o.id).queryKey;
    const { name, domains, shared, version } = base;
    try {
      const body = { name, domains, shared, version, note: base.note ?? "", fields: { [id]: value } };
      client.setQueryData(key, await put<Organisation>(`/organisations/${o.id}`, body));
    } catch (err) {
      const now = ((isProblem(err, "conflict") ? err.details : undefined) as { current?: Organisation } | undefined)
        ?.current;
      if (!now) return void toast(inWords(t, err), { tone: "bad" });
      client.setQueryData(key, now);
      const theirs = now.fields[id] ?? null;
      if (JSON.stringify(theirs) === JSON.stringify(base.fields[id] ?? null)) return save(now, id, value);
      if (JSON.stringify(theirs) === JSON.stringify(value)) return;
      setClash({ id, theirs, mine: value, replace: () => void save(now, id, value) });
    }
  };
  return (
    <>
      <OwnFields target="organisation" values={o.fields} save={(id, value) => void save(o, id, value)} />
      {clash && <FieldClash clash={clash} close={() => setClash(undefined)} />}
    </>
  );
}
