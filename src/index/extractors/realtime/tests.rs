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
