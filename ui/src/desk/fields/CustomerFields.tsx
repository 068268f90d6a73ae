import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer, FieldValue } from "../../api/types";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { type Against, useCustomerChange } from "../customer/change";
import { OwnFields } from "./Facts";
import { type Clash, FieldClash } from "./FieldClash";

/** The custom fields of a customer on his card. What somebody else wrote meanwhile is shown beside what was to be written, and replaced only when asked. */
export default function CustomerFields({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const change = useCustomerChange();
  const [clash, setClash] = useState<Clash>();
  const save = async (base: Customer, id: number, value: FieldValue) => {
    setClash(undefined);
    const against: Against | undefined = await change(base, { fields: { [id]: value } }).catch((err) => {
      toast(inWords(t, err), { tone: "bad" });
      return undefined;
    });
    if (!against?.own.includes(id)) return;
    setClash({
      id,
      theirs: against.theirs.fields[id] ?? null,
      mine: value,
      replace: () => void save(against.theirs, id, value),
    });
  };
  return (
    <>
      <OwnFields target="customer" values={customer.fields} save={(id, value) => void save(customer, id, value)} />
      {clash && <FieldClash clash={clash} close={() => setClash(undefined)} />}
    </>
  );
}
