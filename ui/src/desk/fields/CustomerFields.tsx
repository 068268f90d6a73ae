import { useTranslation } from "react-i18next";
import type { Customer } from "../../api/types";
import { toast } from "../../parts/toast";
import { inWords } from "../../parts/trouble";
import { useCustomerChange } from "../customer/change";
import { OwnFields } from "./Facts";

/** The custom fields of a customer on his card. */
export default function CustomerFields({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const save = useCustomerChange();
  return (
    <OwnFields
      target="customer"
      values={customer.fields}
      save={(id, value) =>
        void save(customer, { fields: { [id]: value } } as Parameters<typeof save>[1]).catch((err) =>
          toast(inWords(t, err), { tone: "bad" }),
        )
      }
    />
  );
}
