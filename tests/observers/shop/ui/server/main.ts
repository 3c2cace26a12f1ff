import express from "express";
import session from "express-session";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

import { config } from "./config";
import { carts } from "./carts";
import { serveLive } from "./live";
import { orderRoutes } from "./orders";
import { workerRoutes } from "./workers";
import { Poller } from "../poller";

const app = express();
app.set("title", config.title);
app.use(express.json());
app.use(session({ secret: process.env.SESSION_SECRET ?? "", resave: false, saveUninitialized: true }));

const poller = new Poller((process.env.WORKER_IDS ?? "").split(","));
poller.start();

app.use("/bff/orders", orderRoutes);
app.use("/bff/workers", workerRoutes(poller));

app.put("/bff/cart/:sku", async (req, res) => {
  await carts.add(req.sessionID, req.params.sku);
  res.sendStatus(204);
});

const server = createServer(app);
void serveLive(new WebSocketServer({ server, path: "/bff/live" }));

setInterval(() => {
  carts.abandoned().then((n) => console.log(`update saved_carts: ${n} set to abandoned`));
}, 60_000);

server.listen(config.port);
