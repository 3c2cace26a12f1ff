//! Jobs of Go and Rust, and workflows of Temporal and Cadence in every language.

use crate::index::extractors::clients::At::{Handle, Key, Nth, Target, TypeArgument, TypeOf};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Kind::Job;
use crate::index::model::Role::{Consumes, Declares, Writes};

pub(crate) const GO: Library = Library {
    words: &["asynq", "machinery", "river", "*riverqueue*", "*robfig/cron*", "*gocron*", "faktory_worker_go", "*gocraft/work*"],
    rows: &[
        Row::call(Writes, &["newtask"], &[Nth(0)]).on(&["asynq"]).kind(Job).texts(),
        Row::call(Consumes, &["handlefunc", "handle"], &[Nth(0)]).on(&["mux"]).only(&["go"]).kind(Job).texts(),
        Row::call(Consumes, &["registertask"], &[Nth(0)]).kind(Job).texts(),
        Row::call(Writes, &["enqueue", "enqueuein"], &[Nth(0)]).on(&["enqueuer", "work"]).only(&["go"]).kind(Job).texts(),
        Row::call(Consumes, &["register", "job"], &[Nth(0)]).on(&["mgr", "manager", "pool"]).only(&["go"]).kind(Job).texts(),
        Row::literal(Writes, &["signature"], &[Key("name")]).on(&["tasks"]).kind(Job).texts(),
        Row::call(Consumes, &["addworker", "addworkersafely"], &[TypeOf(1)]).on(&["river"]).kind(Job),
        Row::call(Writes, &["insert"], &[TypeOf(1)]).on(&["river", "client"]).only(&["go"]).kind(Job),
        Row::call(Writes, &["inserttx"], &[TypeOf(2)]).on(&["river", "client"]).only(&["go"]).kind(Job),
        Row::call(Declares, &["addfunc", "addjob"], &[Nth(1)]).with(&[Nth(0)]).on(&["cron", "c", "sched"]).only(&["go"]).kind(Job),
        Row::call(Declares, &["do"], &[Nth(0)]).on(&["every", "cron"]).only(&["go"]).kind(Job),
    ],
};

pub(crate) const TEMPORAL: Library = Library {
    words: &["*temporal*", "*cadence*"],
    rows: &[
        Row::call(Consumes, &["registerworkflow", "registeractivity"], &[Nth(0)]).only(&["go"]).kind(Job),
        Row::call(Consumes, &["registerworkflowwithoptions", "registeractivitywithoptions"], &[Key("name"), Nth(0)]).only(&["go"]).kind(Job),
        Row::call(Writes, &["executeactivity", "executelocalactivity"], &[Nth(1), Nth(0)]).only(&["go"]).kind(Job),
        Row::call(Writes, &["executechildworkflow"], &[Nth(1)]).only(&["go"]).kind(Job),
        Row::call(Writes, &["executeworkflow", "signalwithstartworkflow"], &[Nth(2)]).only(&["go"]).kind(Job),
        Row::annotation(Consumes, &["defn"], &[Key("name"), Target]).on(&["workflow", "activity"]).kind(Job),
        Row::call(Writes, &["executeactivity", "startactivity", "executelocalactivity"], &[Nth(0)]).on(&["workflow"]).only(&["python"]).kind(Job),
        Row::call(Writes, &["executeworkflow", "startworkflow", "executechildworkflow"], &[Nth(0)]).only(&["python"]).kind(Job),
        Row::annotation(Consumes, &["workflowinterface", "activityinterface"], &[Target]).kind(Job),
        Row::call(Writes, &["newworkflowstub", "newactivitystub", "newchildworkflowstub"], &[TypeOf(0)]).kind(Job),
        Row::call(Writes, &["start", "execute"], &[Nth(0)]).on(&["workflow"]).only(&["javascript", "typescript"]).kind(Job),
    ],
};

pub(crate) const RUST: Library = Library {
    words: &["*tokio_cron_scheduler*", "apalis*", "fang"],
    rows: &[
        Row::call(Declares, &["worker"], &[TypeArgument, Handle]).only(&["rust"]).kind(Job),
        Row::call(Consumes, &["workerbuilder"], &[Nth(0)]).only(&["rust"]).kind(Job),
    ],
};
