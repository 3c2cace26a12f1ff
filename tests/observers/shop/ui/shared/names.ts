// Names that the page's server and the page share.
export const QUEUE_RECEIPTS = "receipts";
export const TOPIC_STOCK_RESERVED = "stock.reserved";
export const CHANNEL_WORKERS = "workers.events";

export const cartKey = (session: string) => `cart:${session}:lines`;

export const FLAG_LIVE = "live-updates";

export enum CartState {
  Open = "open",
  Ordered = "ordered",
  Abandoned = "abandoned",
}

export interface OrderUpdated {
  type: "order.updated";
  orderId: string;
  status: string;
}

export interface WorkerChanged {
  type: "worker.changed";
  text: string;
}

export interface WatchOrder {
  type: "order.watch";
  orderId: string;
}

export type ServerMessage = OrderUpdated | WorkerChanged;
