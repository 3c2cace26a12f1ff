import { gql, request } from "graphql-request";

const ENDPOINT = "/graphql";

const ORDER_DETAILS = gql`
  query OrderDetails($id: ID!) {
    order(id: $id) {
      id
      status
      totalCents
    }
  }
`;

const CANCEL = gql`
  mutation Cancel($id: ID!, $reason: String) {
    cancelOrder(id: $id, reason: $reason) {
      id
      status
    }
  }
`;

export interface Details {
  id: string;
  status: "PENDING" | "PAID" | "SHIPPED" | "CANCELLED";
  totalCents: number;
}

export async function details(id: string): Promise<Details> {
  const data = await request<{ order: Details }>(ENDPOINT, ORDER_DETAILS, { id });
  return data.order;
}

export async function cancel(id: string, reason: string): Promise<void> {
  await request(ENDPOINT, CANCEL, { id, reason });
}

/** Another placing of the same order. */
export async function again(sku: string, email: string): Promise<string> {
  const answer = await fetch("/bff/orders", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sku, email }),
  });
  return (await answer.json()).id;
}
