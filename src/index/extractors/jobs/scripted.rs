//! Jobs of Python, Ruby, Node and Elixir.

use crate::index::extractors::clients::At::{Handle, Key, Nth, Receiver, Target};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Kind::Job;
use crate::index::model::Role::{Consumes, Declares, Reads, Writes};

pub(crate) const CELERY: Library = Library {
    words: &["*celery*"],
    rows: &[
        Row::annotation(Consumes, &["task", "sharedtask", "periodictask"], &[Key("name"), Target]).with(&[Key("queue")]).kind(Job),
        Row::call(Writes, &["sendtask"], &[Key("name"), Nth(0)]).with(&[Key("queue")]).kind(Job).texts(),
        Row::call(Declares, &["addperiodictask"], &[Key("name"), Nth(1)]).kind(Job),
    ],
};

pub(crate) const PYTHON: Library = Library {
    words: &["dramatiq", "rq", "django_rq", "huey", "taskiq", "arq", "procrastinate", "apscheduler*", "schedule", "flask_apscheduler", "rq_scheduler"],
    rows: &[
        Row::annotation(Consumes, &["actor"], &[Key("actorname"), Target]).with(&[Key("queuename")]).kind(Job),
        Row::annotation(Consumes, &["job", "task", "periodictask", "dbtask"], &[Key("name"), Key("taskname"), Target])
            .with(&[Key("queue"), Key("queuename")])
            .kind(Job),
        Row::annotation(Consumes, &["job"], &[Target]).with(&[Nth(0)]).only(&["python"]).kind(Job).hinted(),
        Row::annotation(Declares, &["scheduledjob"], &[Key("id"), Target]).with(&[Nth(0)]).kind(Job),
        Row::call(Writes, &["enqueue", "enqueuein", "enqueueat", "enqueuejob"], &[Key("func"), Nth(0)])
            .on(&["queue", "q", "redis", "scheduler", "pool", "arq", "rq"])
            .kind(Job),
        Row::call(Declares, &["addjob"], &[Key("id"), Nth(0)]).with(&[Key("trigger"), Nth(1)]).on(&["sched"]).kind(Job),
        Row::call(Declares, &["do"], &[Nth(0)]).on(&["schedule"]).kind(Job),
        // arq's own word; what enqueues is often handed to a file that does not import it.
        Row::call(Writes, &["enqueuejob"], &[Nth(0)]).only(&["python"]).kind(Job).texts().alone(),
    ],
};

pub(crate) const RUBY: Library = Library {
    words: &["sidekiq", "activejob", "resque", "faktory", "whenever", "good_job", "delayed"],
    rows: &[
        Row::call(Writes, &["performasync", "performin", "performat", "performlater", "performbulk"], &[Receiver]).only(&["ruby"]).kind(Job).alone(),
        Row::call(Writes, &["enqueue", "enqueueto", "enqueuein", "enqueueat"], &[Nth(0)]).on(&["resque"]).kind(Job).alone(),
        Row::call(Writes, &["push"], &[Key("class")]).on(&["sidekiq"]).kind(Job),
        Row::call(Declares, &["runner"], &[Nth(0)]).rooted().only(&["ruby"]).kind(Job).likely(),
    ],
};

pub(crate) const NODE: Library = Library {
    words: &[
        "bull",
        "bullmq",
        "agenda",
        "*node-cron*",
        "cron",
        "bree",
        "pg-boss",
        "*nestjs/schedule*",
        "*nestjs/bull*",
        "graphile-worker",
        "bee-queue",
        "croner",
        "node-schedule",
        "toad-scheduler",
    ],
    rows: &[
        // A queue is the job's name where its jobs have none.
        Row::call(Consumes, &["worker"], &[Nth(0)]).rooted().only(&["javascript", "typescript"]).kind(Job).texts(),
        Row::call(Writes, &["queue", "bull"], &[Nth(0)]).rooted().only(&["javascript", "typescript"]).kind(Job).texts().idle(),
        Row::call(Consumes, &["process"], &[Nth(0)]).on(&["queue"]).only(&["javascript", "typescript"]).kind(Job).texts(),
        Row::call(Consumes, &["process"], &[Handle]).kind(Job).texts(),
        // Where the queue is known it is the job, and what is added its name within.
        Row::call(Writes, &["add", "createjob"], &[Handle]).with(&[Nth(0)]).kind(Job).texts(),
        Row::call(Writes, &["add", "addbulk"], &[Nth(0)]).on(&["queue"]).only(&["javascript", "typescript"]).kind(Job).texts(),
        Row::annotation(Consumes, &["processor"], &[Key("name"), Nth(0)]).kind(Job).texts(),
        Row::annotation(Consumes, &["process"], &[Key("name"), Nth(0)]).kind(Job).texts(),
        Row::annotation(Writes, &["injectqueue"], &[Key("name"), Nth(0)]).kind(Job).texts().idle(),
        Row::call(Declares, &["registerqueue", "registerqueueasync"], &[Key("name")]).kind(Job).texts(),
        Row::annotation(Declares, &["cron", "interval"], &[Key("name"), Target]).with(&[Nth(0)]).kind(Job),
        Row::call(Consumes, &["define"], &[Nth(0)]).on(&["agenda"]).kind(Job).texts(),
        Row::call(Declares, &["every"], &[Nth(1)]).with(&[Nth(0)]).on(&["agenda"]).kind(Job).texts(),
        Row::call(Writes, &["schedule"], &[Nth(1)]).on(&["agenda"]).kind(Job).texts(),
        Row::call(Writes, &["now"], &[Nth(0)]).on(&["agenda"]).kind(Job).texts(),
        Row::call(Consumes, &["work"], &[Nth(0)]).on(&["boss"]).kind(Job).texts(),
        Row::call(Writes, &["send", "sendafter", "insert"], &[Nth(0)]).on(&["boss"]).kind(Job).texts(),
        Row::call(Declares, &["schedule"], &[Nth(0)]).with(&[Nth(1)]).on(&["boss"]).kind(Job).texts(),
        Row::call(Writes, &["addjob"], &[Nth(0)]).kind(Job).texts(),
        Row::call(Declares, &["schedule"], &[Nth(1)]).with(&[Nth(0)]).on(&["cron"]).kind(Job),
        Row::call(Declares, &["schedulejob"], &[Nth(1)]).with(&[Nth(0)]).kind(Job),
    ],
};

pub(crate) const ELIXIR: Library = Library {
    words: &["oban", "exq", "quantum", "verk"],
    rows: &[
        Row::call(Writes, &["new"], &[Receiver]).on(&["worker", "job"]).only(&["elixir"]).kind(Job),
        Row::call(Writes, &["enqueue", "enqueuein", "enqueueat"], &[Nth(2)]).on(&["exq"]).kind(Job),
    ],
};

pub(crate) const AIRFLOW: Library = Library {
    words: &["airflow*"],
    rows: &[
        Row::call(Declares, &["dag"], &[Key("dagid"), Nth(0)]).with(&[Key("schedule"), Key("scheduleinterval"), Key("timetable")]).rooted().kind(Job),
        Row::annotation(Declares, &["dag"], &[Key("dagid"), Target]).with(&[Key("schedule"), Key("scheduleinterval")]).kind(Job),
        Row::call(Writes, &["triggerdagrunoperator"], &[Key("triggerdagid")]).kind(Job),
        Row::call(Reads, &["externaltasksensor"], &[Key("externaldagid")]).kind(Job),
    ],
};
