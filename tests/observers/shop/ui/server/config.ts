import "dotenv/config";

function need(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

export const config = {
  ordersUrl: process.env.ORDERS_URL ?? "http://orders:8080",
  dispatcherUrl: process.env.DISPATCHER_URL ?? "http://dispatcher:8000",
  inventoryUrl: process.env.INVENTORY_URL ?? "http://inventory:8081",
  redisUrl: need("REDIS_URL"),
  amqpUrl: need("AMQP_URL"),
  databaseUrl: need("DATABASE_URL"),
  brokers: (process.env.KAFKA_BROKERS ?? "localhost:9092").split(","),
  title: process.env.PAGE_TITLE ?? "Shop",
  port: Number(process.env.PORT ?? 3000),
};
