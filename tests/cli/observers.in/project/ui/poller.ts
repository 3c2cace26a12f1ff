import Redis from "ioredis";

const redis = new Redis("redis://redis:6379");

export async function status(id: string): Promise<string | null> {
  return redis.get(`worker:${id}:status`);
}
