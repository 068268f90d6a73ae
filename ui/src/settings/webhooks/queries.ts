import { get } from "../../api/client";
import type { components } from "../../api/schema";

export type Webhook = components["schemas"]["Webhook"];
export type Delivery = components["schemas"]["WebhookHookDelivery"];
/** A webhook with its secret, which is told once. */
export interface Told {
  webhook: Webhook;
  secret: string;
}

export const webhooksQuery = {
  queryKey: ["webhooks", "all"],
  queryFn: () => get<{ items: Webhook[] }>("/webhooks").then((l) => l.items),
};

/** While a call waits the list is asked for again soon, so that whoever tries a webhook sees what became of it. */
export const deliveriesQuery = (id: number) => ({
  queryKey: ["webhooks", id, "deliveries"],
  queryFn: () => get<{ items: Delivery[] }>(`/webhooks/${id}/deliveries`).then((l) => l.items),
  refetchInterval: (q: { state: { data?: Delivery[] } }) =>
    q.state.data?.some((d) => d.state === "waiting") ? 2000 : 30_000,
});
