use crate::index::extractors::clients::says_each;
use crate::index::model::Kind::Message;

#[test]
fn messages_on_open_connections() {
    says_each(
        &[Message],
        &[
            (
                "s.ts",
                "import { Server } from 'socket.io';\nio.to(room).emit('order.created', o);\nsocket.on('order.cancel', f);\nsocket.on('disconnect', g);\n",
                &["sure message publishes order.created @2", "sure message consumes order.cancel @3"],
            ),
            (
                "w.js",
                "const WebSocket = require('ws');\nws.send(JSON.stringify({ type: 'order.created', data }));\nws.on('message', raw => {\n  const msg = JSON.parse(raw);\n  switch (msg.type) {\n    case 'order.cancel': break;\n  }\n});\n",
                &["sure message publishes order.created @2", "likely message consumes order.cancel @6"],
            ),
            (
                "t.ts",
                "import { WebSocket } from 'ws';\nfunction tell(socket: WebSocket, message: Told): void {\n  socket.send(JSON.stringify(message));\n}\nfunction f() {\n  tell(socket, { type: 'order.updated', id });\n}\n",
                &["sure message publishes order.updated @6"],
            ),
            (
                "handlers.js",
                "module.exports = (socket) => {\n  socket.on('order.cancel', f);\n  socket.on('data', g);\n};\n",
                &["likely message consumes order.cancel @2"],
            ),
            ("e.ts", "const source = new EventSource('/events');\nsource.addEventListener('order.created', f);\n", &["sure message consumes order.created @2"]),
            (
                "H.cs",
                "using Microsoft.AspNetCore.SignalR;\nclass H : Hub { Task F() => Clients.All.SendAsync(\"OrderCreated\", o); }",
                &["sure message publishes OrderCreated @2"],
            ),
            ("h.ts", "import * as signalR from '@microsoft/signalr';\nconnection.on('OrderCreated', f);\n", &["sure message consumes OrderCreated @2"]),
            (
                "s.py",
                "import socketio\nsio.emit('order_created', d)\n@sio.on('order_cancel')\ndef f(sid, d):\n    pass\n",
                &["sure message publishes order_created @2", "sure message consumes order_cancel @3"],
            ),
            (
                "c.ex",
                "defmodule Shop.OrderChannel do\n  use Phoenix.Channel\n  def f(socket), do: broadcast!(socket, \"order_created\", %{id: 1})\nend\n",
                &["sure message publishes order_created @3"],
            ),
            (
                "c.rb",
                "class OrdersChannel < ApplicationCable::Channel\n  def subscribed\n    stream_from \"orders\"\n  end\nend\n",
                &["sure message consumes orders @3"],
            ),
            (
                "g.go",
                "package x\n\nimport \"github.com/gorilla/websocket\"\n\nfunc f(conn *websocket.Conn) {\n\tconn.WriteJSON(Envelope{Type: \"order.created\"})\n}\n",
                &["sure message publishes order.created @6"],
            ),
            // Within the process
            (
                "x.ts",
                "import { EventEmitter } from 'events';\nbus.emit('order.created');\nbus.on('order.created', f);\nwindow.addEventListener('resize', f);\nsocket.setTimeout(3);\n",
                &[],
            ),
            ("y.ts", "button.addEventListener('click', f);\nprocess.on('exit', g);\nstream.on('data', h);\n", &[]),
        ],
    );
}

#[test]
fn events_of_streams_by_hand_and_by_decorator() {
    crate::index::extractors::clients::says_each(
        &[crate::index::model::Kind::Message],
        &[
            (
                "a.go",
                "package x\n\nfunc f(w http.ResponseWriter) {\n\tw.Header().Set(\"Content-Type\", \"text/event-stream\")\n\tfmt.Fprintf(w, \"event: moved\\ndata: %s\\n\\n\", x)\n\tfmt.Fprintf(w, \"event: %s\\ndata: x\\n\\n\", kind)\n}\n",
                &["sure message publishes moved @5"],
            ),
            (
                "a.ts",
                "import { Sse } from '@nestjs/common';\n@Controller()\nclass A {\n  @Sse('live')\n  live(): Observable<{ type: string; data: object }> {\n    return of({ type: 'moved', data });\n  }\n  @Get('x')\n  x() {\n    return { type: 'plain', data };\n  }\n}\n",
                &["sure message publishes moved @6"],
            ),
        ],
    );
}

#[test]
fn hubs_and_layers() {
    says_each(
        &[Message, crate::index::model::Kind::Channel],
        &[
            (
                "H.cs",
                "using Microsoft.AspNetCore.SignalR;\npublic class CartHub : Hub<ICart> {\n public async Task Follow(string id) { await Groups.AddToGroupAsync(x, id); }\n public override async Task OnConnectedAsync() { await base.OnConnectedAsync(); }\n private void Log(string a) { b(); }\n}\nclass Other { public void Stop() { c(); } }",
                &["sure message consumes Follow @3"],
            ),
            (
                "c.py",
                "from channels.generic.websocket import AsyncJsonWebsocketConsumer\n\nclass CartConsumer(AsyncJsonWebsocketConsumer):\n    async def connect(self):\n        self.room = f\"cart-{self.id}\"\n        await self.channel_layer.group_add(self.room, self.channel_name)\n\n    async def receive_json(self, content):\n        if content.get(\"type\") == \"follow\":\n            await self.send_json({\"type\": \"followed\"})\n\n    async def cart_moved(self, event):\n        pass\n\n    async def disconnect(self, code):\n        pass\n\n    def _quiet(self, event):\n        pass\n",
                &[
                    "sure channel consumes cart-{} @6",
                    "sure message consumes follow @9",
                    "sure message publishes followed @10",
                    "sure message consumes cart.moved @12",
                ],
            ),
            (
                "t.py",
                "from channels.layers import get_channel_layer\nlayer = get_channel_layer()\nasync_to_sync(layer.group_send)(f\"cart-{id}\", {\"type\": \"cart.moved\"})\nasync def f():\n    await layer.group_send(\"carts\", {\"type\": \"cart_gone\", \"id\": 1})\n",
                &[
                    "sure channel publishes cart-{} @3",
                    "sure message publishes cart.moved @3",
                    "sure channel publishes carts @5",
                    "sure message publishes cart.gone @5",
                ],
            ),
            ("o.py", "# channel_layer\nclass BillConsumer(Thread):\n    def bill_paid(self, event):\n        pass\n", &[]),
        ],
    );
}

#[test]
fn laravels_events_are_broadcast() {
    says_each(
        &[Message, crate::index::model::Kind::Channel],
        &[
            (
                "BillPaid.php",
                "<?php\nclass BillPaid implements ShouldBroadcast {\n  public function broadcastOn(): array { return [new PrivateChannel(\"bills.{$this->id}\"), new Channel('bills')]; }\n  public function broadcastAs(): string { return 'bill.paid'; }\n}",
                &["sure channel publishes bills.{} @3", "sure channel publishes bills @3", "sure message publishes bill.paid @4"],
            ),
            (
                "BillSent.php",
                "<?php\nclass BillSent implements ShouldBroadcastNow {\n  public function broadcastOn() { return new Channel('bills'); }\n}\nclass BillLost { function f() { return new Channel('x'); } }",
                &["sure message publishes BillSent @2", "sure channel publishes bills @3"],
            ),
        ],
    );
}
