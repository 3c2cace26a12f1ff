import Redis from "ioredis";
import { Column, DataSource, Entity, LessThan, PrimaryColumn, UpdateDateColumn } from "typeorm";

import { config } from "./config";
import { CartState, cartKey } from "../shared/names";

@Entity("saved_carts")
export class SavedCart {
  @PrimaryColumn()
  session!: string;

  @Column({ type: "varchar", length: 12, default: CartState.Open })
  state!: CartState;

  @UpdateDateColumn({ name: "touched_at" })
  touchedAt!: Date;
}

const source = new DataSource({ type: "postgres", url: config.databaseUrl, entities: [SavedCart] });
const redis = new Redis(config.redisUrl);
const DAY = 24 * 60 * 60 * 1000;

class Carts {
  private readonly rows = source.getRepository(SavedCart);

  async add(session: string, sku: string): Promise<void> {
    await redis.rpush(cartKey(session), sku);
    await this.rows.save({ session, state: CartState.Open });
  }

  lines(session: string): Promise<string[]> {
    return redis.lrange(cartKey(session), 0, -1);
  }

  async close(session: string): Promise<void> {
    await this.rows.update({ session }, { state: CartState.Ordered });
    await redis.del(cartKey(session));
  }

  async abandoned(): Promise<number> {
    const before = new Date(Date.now() - DAY);
    const open = await this.rows.find({ where: { state: CartState.Open, touchedAt: LessThan(before) } });
    for (const cart of open) {
      cart.state = CartState.Abandoned;
      await this.rows.save(cart);
    }
    return open.length;
  }
}

export const carts = new Carts();
