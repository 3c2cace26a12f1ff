//! Jobs of Java, Kotlin and .NET.

use crate::index::extractors::clients::At::{Key, Nth, Target, TypeArgument, TypeOf};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Kind::Job;
use crate::index::model::Role::{Consumes, Declares, Writes};

pub(crate) const JVM: Library = Library {
    words: &[
        "*springframework.scheduling*",
        "*quartz*",
        "*jobrunr*",
        "*quarkus.scheduler*",
        "*micronaut.scheduling*",
        "*db-scheduler*",
        "*kagkarlsson*",
        "*ejb*",
    ],
    rows: &[
        Row::annotation(Declares, &["scheduled"], &[Target])
            .with(&[Key("cron"), Key("fixedratestring"), Key("fixeddelaystring"), Key("fixedrate"), Key("fixeddelay"), Key("every"), Nth(0)])
            .kind(Job)
            .alone(),
        Row::annotation(Declares, &["schedule"], &[Target]).with(&[Key("hour")]).kind(Job),
        Row::call(Declares, &["newjob"], &[TypeOf(0)]).kind(Job),
        Row::call(Writes, &["enqueue"], &[TypeOf(0)]).on(&["jobscheduler", "backgroundjob"]).kind(Job),
        Row::annotation(Consumes, &["job"], &[Key("name")]).kind(Job),
        Row::annotation(Consumes, &["recurring"], &[Key("id")]).with(&[Key("cron")]).kind(Job),
    ],
};

pub(crate) const DOTNET: Library = Library {
    words: &["*hangfire*", "*quartz*", "*ncronjob*", "*coravel*"],
    rows: &[
        Row::call(Writes, &["enqueue", "schedule", "continuejobwith"], &[TypeArgument]).on(&["job"]).kind(Job),
        Row::call(Declares, &["addorupdate"], &[Nth(0)]).on(&["job", "recurring"]).with(&[Nth(2)]).kind(Job),
        Row::call(Declares, &["addorupdate"], &[TypeArgument]).on(&["job", "recurring"]).with(&[Nth(1)]).kind(Job),
        Row::call(Declares, &["create"], &[TypeArgument]).on(&["jobbuilder"]).kind(Job),
        Row::call(Declares, &["addjob", "schedulejob"], &[TypeArgument]).kind(Job),
    ],
};
