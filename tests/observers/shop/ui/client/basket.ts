import { EventEmitter } from "node:events";

type Line = { sku: string; count: number };

/** The basket as the page shows it. All of it is gone with the page. */
export class Basket extends EventEmitter {
  private readonly lines = new Map<string, Line>();
  private status = "open";

  add(sku: string): void {
    const line = this.lines.get(sku) ?? { sku, count: 0 };
    this.lines.set(sku, { ...line, count: line.count + 1 });
    this.status = "open";
    this.emit("orders.created", sku);
  }

  get(key: string): Line | undefined {
    return this.lines.get(key);
  }

  finish(): void {
    if (this.status === "ordered") return;
    this.status = "ordered";
    this.lines.clear();
    this.emit("receipts", { order_id: "none" });
    console.info("orders.created");
  }
}

export function remember(basket: Basket): void {
  const seen = new Map<string, string>();
  basket.on("orders.created", (sku: string) => {
    seen.set(`cart:${sku}:lines`, "seen");
    // A real publish("orders.created") is the business of the server.
    console.log(`insert into basket values ${sku}, status = 'open'`);
  });
  basket.once("receipts", () => seen.delete("receipts"));
}
