//! A Messages API on loopback: answers from a [`Script`] and keeps every request body.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tiny_http::{Header, Method, Request, Response, Server};

use crate::script::{Asker, Block, Script, Turn};

/// One request as it came in.
#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) json: Value,
    /// Set for `POST /v1/messages` that the script recognised.
    pub(crate) asker: Option<Asker>,
}

#[derive(Default)]
struct Log {
    requests: Vec<Recorded>,
    unanswered: Vec<String>,
}

/// The running server; it stops when dropped.
pub(crate) struct Api {
    server: Arc<Server>,
    log: Arc<Mutex<Log>>,
    workers: Vec<JoinHandle<()>>,
}

/// The main thread, a subagent and a side request can wait for answers at once.
const WORKERS: usize = 4;

impl Api {
    pub(crate) fn serve(script: &Script) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a port on loopback"));
        let log = Arc::new(Mutex::new(Log::default()));
        let workers = (0..WORKERS)
            .map(|_| {
                let (server, log, script) = (Arc::clone(&server), Arc::clone(&log), script.clone());
                std::thread::spawn(move || {
                    while let Ok(request) = server.recv() {
                        respond(request, &script, &log);
                    }
                })
            })
            .collect();
        Self { server, log, workers }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.server_addr())
    }

    /// All requests so far, in order of arrival. Fails when one of them had no answer in the script.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(log.unanswered.is_empty(), "the script has no answer for: {:#?}", log.unanswered);
        log.requests.clone()
    }

    /// The requests of one thread that ask for a message.
    pub(crate) fn of_thread(&self, name: &str) -> Vec<Recorded> {
        let asker = Some(Asker::Thread(name.to_owned()));
        self.requests().into_iter().filter(|request| request.asker == asker).collect()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        for _ in &self.workers {
            self.server.unblock();
        }
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

fn respond(mut request: Request, script: &Script, log: &Mutex<Log>) {
    let mut body = Vec::new();
    let _ = request.as_reader().read_to_end(&mut body);
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let path = request.url().to_owned();
    let method = request.method().clone();
    let mut recorded = Recorded { path: path.clone(), body, json, asker: None };

    let response = match (&method, path.split('?').next().unwrap_or_default()) {
        (Method::Post, "/v1/messages") => {
            let (asker, answer) = script.answer(&recorded.json);
            recorded.asker = asker;
            let turn = answer.unwrap_or_else(|reason| {
                log.lock().unwrap_or_else(PoisonError::into_inner).unanswered.push(reason);
                crate::script::say("The script ends here.")
            });
            let message = message(&turn, &recorded.json);
            if recorded.json["stream"] == true {
                reply(200, "text/event-stream", events(&message))
            } else {
                reply(200, "application/json", message.to_string())
            }
        }
        (Method::Post, "/v1/messages/count_tokens") => reply(200, "application/json", json!({ "input_tokens": 1000 }).to_string()),
        (Method::Head, _) => reply(200, "text/plain", String::new()),
        _ => {
            let error = json!({ "type": "error", "error": { "type": "not_found_error", "message": "not served" } });
            reply(404, "application/json", error.to_string())
        }
    };
    log.lock().unwrap_or_else(PoisonError::into_inner).requests.push(recorded);
    // A client that has gone away is its own business.
    let _ = request.respond(response);
}

fn reply(status: u16, content_type: &str, body: String) -> Response<std::io::Cursor<Vec<u8>>> {
    let header = Header::from_bytes("Content-Type", content_type).expect("a valid header");
    Response::from_string(body).with_status_code(status).with_header(header)
}

/// The whole message. Ids follow from the request, so equal requests get equal answers.
fn message(turn: &Turn, request: &Value) -> Value {
    let turns = request["messages"].as_array().map_or(0, Vec::len);
    let content: Vec<Value> = turn
        .0
        .iter()
        .map(|block| match block {
            Block::Text(text) => json!({ "type": "text", "text": text }),
            Block::Call { id, name, input } => {
                json!({ "type": "tool_use", "id": id, "name": name, "input": input })
            }
        })
        .collect();
    json!({
        "id": format!("msg_{turns:04}"), "type": "message", "role": "assistant", "model": request["model"], "content": content,
        "stop_reason": turn.stop_reason(), "stop_sequence": null, "usage": { "input_tokens": 1000, "output_tokens": 20 },
    })
}

/// The same message as the stream of server-sent events that the API gives.
fn events(message: &Value) -> String {
    let mut start = message.clone();
    start["content"] = json!([]);
    start["stop_reason"] = Value::Null;
    let mut out = String::new();
    let mut emit = |event: Value| {
        let name = event["type"].as_str().unwrap_or_default();
        out.push_str(&format!("event: {name}\ndata: {event}\n\n"));
    };
    emit(json!({ "type": "message_start", "message": start }));
    for (index, block) in message["content"].as_array().into_iter().flatten().enumerate() {
        let mut empty = block.clone();
        let delta = if block["type"] == "text" {
            empty["text"] = json!("");
            json!({ "type": "text_delta", "text": block["text"] })
        } else {
            empty["input"] = json!({});
            json!({ "type": "input_json_delta", "partial_json": block["input"].to_string() })
        };
        emit(json!({ "type": "content_block_start", "index": index, "content_block": empty }));
        emit(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        emit(json!({ "type": "content_block_stop", "index": index }));
    }
    let delta = json!({ "stop_reason": message["stop_reason"], "stop_sequence": null });
    emit(json!({ "type": "message_delta", "delta": delta, "usage": message["usage"] }));
    emit(json!({ "type": "message_stop" }));
    out
}
