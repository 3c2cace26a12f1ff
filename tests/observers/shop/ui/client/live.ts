import { ServerMessage } from "../shared/names";

type Listener = (text: string) => void;

/** Follows one order while its page is open. */
export function follow(orderId: string, show: Listener): () => void {
  const socket = new WebSocket(`wss://${location.host}/bff/live`);

  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "order.watch", orderId }));
  });

  socket.addEventListener("message", (event) => {
    const message: ServerMessage = JSON.parse(event.data);
    switch (message.type) {
      case "order.updated":
        show(`Your order is ${message.status}.`);
        break;
      case "worker.changed":
        console.debug(message.text);
        break;
    }
  });

  return () => socket.close();
}
