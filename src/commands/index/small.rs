//! A small index for the tests of these verbs.

use crate::index::linked::{Index, IndexedFile, Place, Resource};
use crate::index::model::{Certainty, Kind, Role};

/// Four components: a worker whose status a dispatcher reads, and orders that billing is told of.
pub(super) fn index() -> Index {
    let paths = ["billing/main.go", "dispatcher/assign.py", "inventory/server.go", "orders/web.py", "ui/poller.ts", "worker/worker.py"];
    let files = paths.map(|path| IndexedFile { path: path.to_owned(), component: path.split('/').next().map(str::to_owned) });
    let at = |file: u32, line: u32, role: Role| Place { file, line, role, value: None, note: None, certainty: Certainty::Sure, written: None };
    let with = |place: Place, value: &str| Place { value: Some(value.to_owned()), ..place };
    let resource = |kind: Kind, name: &str, places: Vec<Place>| Resource { kind, name: name.to_owned(), places };
    let first_idle = Place { note: Some("picks the first whose status is \"idle\"".to_owned()), ..with(at(1, 57, Role::Reads), "idle") };
    Index {
        files: files.into(),
        resources: vec![
            resource(Kind::Column, "orders", vec![at(0, 30, Role::Reads)]),
            resource(Kind::Column, "orders.status", vec![with(at(0, 31, Role::Reads), "PAID"), with(at(3, 9, Role::Writes), "PAID")]),
            resource(
                Kind::Key,
                "worker:{}:status",
                vec![first_idle, at(4, 31, Role::Reads), with(at(5, 35, Role::Writes), "idle"), with(at(5, 61, Role::Writes), "idle")],
            ),
            resource(Kind::Channel, "orders.created", vec![at(0, 12, Role::Consumes), Place { certainty: Certainty::Likely, ..at(3, 11, Role::Publishes) }]),
            resource(Kind::Route, "GET /orders/{}", vec![at(3, 7, Role::Serves), at(4, 40, Role::Calls)]),
            resource(Kind::Rpc, "shop.Inventory/Reserve", vec![at(2, 20, Role::Serves)]),
        ],
    }
}
