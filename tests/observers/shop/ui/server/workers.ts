import { Router } from "express";

import { Poller } from "../poller";

export interface WorkerView {
  id: string;
  beat: number;
  colour: string;
}

export function workerRoutes(poller: Poller): Router {
  const router = Router();

  router.get("/:id", (req, res) => {
    const view = poller.view(req.params.id);
    if (view === undefined) {
      res.status(404).json({ error: "no such worker" });
      return;
    }
    res.set("Cache-Control", "no-store");
    res.json(view);
  });

  return router;
}
