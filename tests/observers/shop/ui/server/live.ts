import { OpenFeature } from "@openfeature/server-sdk";
import Redis from "ioredis";
import { Kafka } from "kafkajs";
import { WebSocket, WebSocketServer } from "ws";

import { config } from "./config";
import { CHANNEL_WORKERS, FLAG_LIVE, ServerMessage, TOPIC_STOCK_RESERVED } from "../shared/names";

const flags = OpenFeature.getClient();
const watchers = new Map<string, Set<WebSocket>>();

interface StockReserved {
  order_id: string;
  reservation_id: string;
}

function tell(socket: WebSocket, message: ServerMessage): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

export async function serveLive(server: WebSocketServer): Promise<void> {
  server.on("connection", (socket) => {
    socket.on("message", (raw) => {
      const message = JSON.parse(raw.toString());
      if (message.type === "order.watch") {
        const set = watchers.get(message.orderId) ?? new Set<WebSocket>();
        watchers.set(message.orderId, set.add(socket));
      }
    });
  });

  const subscriber = new Redis(config.redisUrl);
  await subscriber.subscribe(CHANNEL_WORKERS);
  subscriber.on("message", (_channel, text) => {
    for (const socket of server.clients) tell(socket, { type: "worker.changed", text });
  });

  const consumer = new Kafka({ brokers: config.brokers }).consumer({ groupId: "ui" });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC_STOCK_RESERVED] });
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (!(await flags.getBooleanValue(FLAG_LIVE, false))) return;
      const event: StockReserved = JSON.parse(String(message.value));
      for (const socket of watchers.get(event.order_id) ?? []) {
        tell(socket, { type: "order.updated", orderId: event.order_id, status: "reserved" });
      }
    },
  });
}
