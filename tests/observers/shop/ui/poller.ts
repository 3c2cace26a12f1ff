import Redis from "ioredis";

import { config } from "./server/config";
import { WorkerView } from "./server/workers";

const redis = new Redis(config.redisUrl);
const POLL_MS = Number(process.env.POLL_SECONDS ?? 2) * 1000;

/** Looks every two seconds at what the workers do, for the page of the operators. */
export class Poller {
  private readonly views = new Map<string, WorkerView>();
  private timer?: NodeJS.Timeout;

  constructor(private readonly ids: string[]) {}

  start(): void {
    this.timer = setInterval(() => void this.poll(), POLL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  view(id: string): WorkerView | undefined {
    return this.views.get(id);
  }

  private async poll(): Promise<void> {
    for (const id of this.ids) {
      const status = await redis.get(`worker:${id}:status`);
      const beat = await redis.get(`worker:${id}:heartbeat`);
      this.views.set(id, { id, beat: Number(beat ?? 0), colour: colour(status) });
    }
  }
}

function colour(status: string | null): string {
  switch (status) {
    case "idle":
      return "green";
    case "busy":
      return "orange";
    default:
      return "grey";
  }
}
