import amqp, { Channel } from "amqplib";

import { config } from "./config";
import { QUEUE_RECEIPTS } from "../shared/names";

export interface ReceiptWanted {
  order_id: string;
  email: string;
  total_cents: number;
}

let channel: Channel | undefined;

async function open(): Promise<Channel> {
  if (channel !== undefined) return channel;
  const connection = await amqp.connect(config.amqpUrl);
  channel = await connection.createChannel();
  await channel.assertQueue(QUEUE_RECEIPTS, { durable: true });
  return channel;
}

export async function sendReceipt(receipt: ReceiptWanted): Promise<void> {
  const opened = await open();
  const body = Buffer.from(JSON.stringify(receipt));
  if (!opened.sendToQueue(QUEUE_RECEIPTS, body, { persistent: true })) {
    console.warn("receipts: the queue is full, consume faster");
  }
}
