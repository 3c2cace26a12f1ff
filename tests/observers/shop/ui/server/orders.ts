import axios from "axios";
import axiosRetry from "axios-retry";
import { Router } from "express";

import { config } from "./config";
import { carts } from "./carts";
import { sendReceipt } from "./receipts";

const http = axios.create({ baseURL: config.ordersUrl, timeout: 3000 });
axiosRetry(http, { retries: 3, retryDelay: axiosRetry.exponentialDelay });

export const orderRoutes = Router();

orderRoutes.post("/", async (req, res) => {
  const lines = await carts.lines(req.sessionID);
  const { data } = await http.post("/api/orders", { ...req.body, quantity: lines.length });
  await carts.close(req.sessionID);
  await sendReceipt({ order_id: data.id, email: req.body.email, total_cents: data.totalCents });
  res.status(201).json({ id: data.id, status: data.status });
});

orderRoutes.get("/:id", async (req, res) => {
  const { data } = await http.get(`/api/orders/${req.params.id}`);
  const status = data.status === "PAID" ? "on its way soon" : "received";
  res.json({ ...data, text: status });
});

orderRoutes.get("/:id/stock", async (req, res) => {
  const sku = String(req.query.sku);
  const answer = await fetch(`${config.inventoryUrl}/stock/${sku}`, { signal: AbortSignal.timeout(1500) });
  res.status(answer.status).json(await answer.json());
});

orderRoutes.post("/:id/invoice", async (req, res) => {
  const body = { kind: "invoice", payload: { order_id: req.params.id } };
  const { data } = await axios.post(`${config.dispatcherUrl}/dispatch/jobs`, body, { timeout: 2000 });
  res.status(202).json(data);
});
