//! Queues and topics of cloud providers, and Dapr. A queue's URL, ARN or path is told by its last part.

use crate::index::extractors::clients::At::{Handle, Key, Nth};
use crate::index::extractors::clients::{Library, Row};
use crate::index::model::Kind;
use crate::index::model::Role::{Acknowledges, Consumes, Declares, Publishes};

const SQS: &[&str] = &["sqs", "queue"];

pub(crate) const AWS: Library = Library {
    words: &["*sqs*", "*sns*", "*eventbridge*", "boto3", "aiobotocore", "aioboto3", "*shoryuken*", "*aws-sdk*", "*awsspring*", "*cloudwatchevents*"],
    rows: &[
        // SQS
        Row::handle(&["getqueueurl", "getqueuebyname"], &[Key("queuename"), Nth(0)]),
        Row::call(Publishes, &["sendmessage", "sendmessagebatch"], &[Key("queueurl"), Key("queue"), Handle]).hinted(),
        Row::call(Publishes, &["sendmessagecommand", "sendmessagebatchcommand", "sendmessagerequest"], &[Key("queueurl"), Nth(0)]),
        Row::literal(Publishes, &["sendmessageinput", "sendmessagerequest", "sendmessagebatchinput", "sendmessagebatchrequest"], &[Key("queueurl")]),
        Row::call(Publishes, &["queueurl"], &[Nth(0)]).on(&["sendmessagerequest", "sendmessagebatchrequest"]).alone(),
        Row::call(Consumes, &["receivemessage", "receivemessages"], &[Key("queueurl"), Handle, Nth(0)]).on(SQS),
        Row::call(Consumes, &["receivemessagecommand", "receivemessagerequest"], &[Key("queueurl"), Nth(0)]),
        Row::literal(Consumes, &["receivemessageinput", "receivemessagerequest"], &[Key("queueurl")]),
        Row::call(Consumes, &["queueurl"], &[Nth(0)]).on(&["receivemessagerequest"]).alone(),
        Row::call(Acknowledges, &["deletemessage", "deletemessagecommand", "deletemessagebatch"], &[Key("queueurl")]),
        Row::literal(Acknowledges, &["deletemessageinput", "deletemessagerequest"], &[Key("queueurl")]),
        Row::call(Acknowledges, &["queueurl"], &[Nth(0)]).on(&["deletemessagerequest"]).alone(),
        Row::call(Declares, &["createqueue", "createqueuecommand"], &[Key("queuename")]).makes_handle(),
        Row::literal(Declares, &["createqueueinput", "createqueuerequest"], &[Key("queuename")]),
        Row::annotation(Consumes, &["sqslistener"], &[Key("value"), Key("queuenames"), Nth(0)]).alone(),
        Row::call(Publishes, &["send", "convertandsend", "sendmany"], &[Nth(0)]).on(&["sqstemplate", "queuemessagingtemplate"]).alone(),
        Row::call(Publishes, &["queue"], &[Nth(0)]).on(&["sqstemplate"]),
        Row::call(Consumes, &["shoryukenoptions"], &[Key("queue")]).alone(),
        Row::call(Consumes, &["create"], &[Key("queueurl")]).on(&["consumer"]).only(&["javascript", "typescript"]),
        // SNS
        Row::call(Publishes, &["publish", "publishbatch"], &[Key("topicarn"), Key("targetarn")]),
        Row::call(Publishes, &["publishcommand", "publishbatchcommand"], &[Key("topicarn")]),
        Row::literal(Publishes, &["publishinput", "publishrequest", "publishbatchinput"], &[Key("topicarn")]),
        Row::call(Publishes, &["topicarn"], &[Nth(0)]).on(&["publishrequest"]),
        Row::call(Publishes, &["sendnotification", "convertandsend"], &[Nth(0)])
            .on(&["snstemplate", "notificationmessagingtemplate", "notificationtemplate"])
            .alone(),
        Row::call(Declares, &["createtopic", "createtopiccommand"], &[Key("name")]).on(&["sns"]).makes_handle(),
        // EventBridge: the type of the event is what its rules select
        Row::call(Publishes, &["putevents", "puteventscommand"], &[Key("detailtype")]).kind(Kind::Message),
        Row::literal(Publishes, &["puteventsrequestentry"], &[Key("detailtype")]).kind(Kind::Message),
        Row::call(Publishes, &["detailtype"], &[Nth(0)]).on(&["puteventsrequestentry"]).kind(Kind::Message),
    ],
};

pub(crate) const GOOGLE: Library = Library {
    words: &["*pubsub*", "*pub_sub*"],
    rows: &[
        Row::handle(&["topicpath", "subscriptionpath"], &[Nth(1)]),
        Row::handle(&["topic", "subscription", "subscriptioninproject", "topicinproject"], &[Nth(0)]).on(&["client", "pubsub"]),
        Row::handle(&["of", "oftopicname", "fromprojecttopic", "fromprojectsubscription", "oftopic"], &[Nth(1)]).on(&["topicname", "subscriptionname"]),
        Row::call(Publishes, &["newbuilder"], &[Nth(0)]).on(&["publisher"]),
        Row::call(Consumes, &["newbuilder"], &[Nth(0)]).on(&["subscriber"]),
        Row::call(Publishes, &["publish"], &[Nth(0), Key("topic")])
            .on(&["pubsubtemplate", "publisher", "pubsub"])
            .only(&["java", "kotlin", "python", "csharp"]),
        Row::call(Publishes, &["publish", "publishmessage", "publishjson", "asyncpublish"], &[Handle]),
        Row::call(Consumes, &["subscribe", "pull", "subscribeandconvert", "streamingpull"], &[Nth(0), Key("subscription")])
            .on(&["pubsubtemplate", "subscriber"]),
        Row::call(Consumes, &["receive", "on", "listen"], &[Handle]),
        Row::call(Declares, &["createtopic", "createsubscription"], &[Nth(1), Nth(0), Key("name")]).makes_handle(),
    ],
};

pub(crate) const AZURE: Library = Library {
    words: &["*servicebus*", "*service-bus*", "*eventhub*", "*event-hubs*", "azservicebus", "azeventhubs", "*storage.queue*", "*storage-queue*"],
    rows: &[
        Row::call(Publishes, &["createsender", "newsender", "getqueuesender", "gettopicsender"], &[Key("queuename"), Key("topicname"), Nth(0)]).idle(),
        Row::call(
            Consumes,
            &[
                "createprocessor",
                "createreceiver",
                "newreceiverforqueue",
                "newreceiverforsubscription",
                "getqueuereceiver",
                "getsubscriptionreceiver",
                "createsessionprocessor",
            ],
            &[Key("queuename"), Key("topicname"), Nth(0)],
        ),
        Row::call(Publishes, &["sendmessage", "sendmessages", "schedulemessage", "send"], &[Handle]),
        Row::call(Publishes, &["queuename", "topicname"], &[Nth(0)]).on(&["sender"]),
        Row::call(Consumes, &["queuename", "topicname"], &[Nth(0)]).on(&["processor", "receiver"]),
        Row::annotation(
            Consumes,
            &["servicebustrigger", "servicebusqueuetrigger", "servicebustopictrigger", "eventhubtrigger", "queuetrigger"],
            &[Key("queuename"), Key("topicname"), Key("eventhubname"), Key("name"), Nth(0)],
        )
        .alone(),
        Row::call(Declares, &["createqueue", "createtopic"], &[Nth(0)]).on(&["admin"]),
        Row::call(Publishes, &["eventhubproducerclient"], &[Key("eventhubname"), Nth(1)]),
        Row::call(Consumes, &["eventhubconsumerclient"], &[Key("eventhubname"), Nth(2)]),
        Row::call(Publishes, &["queueclient"], &[Nth(1)]).likely(),
    ],
};

pub(crate) const DAPR: Library = Library {
    words: &["*dapr*"],
    rows: &[
        Row::call(Publishes, &["publishevent", "publishbulkevent"], &[Key("topicname"), Key("topic"), Nth(1)]).only(&[
            "csharp",
            "java",
            "kotlin",
            "python",
            "javascript",
            "typescript",
            "php",
        ]),
        Row::call(Publishes, &["publishevent", "publishevents", "publisheventfromcustomcontent"], &[Nth(2)]).only(&["go", "rust"]),
        Row::call(Publishes, &["publish"], &[Nth(1)]).on(&["pubsub"]),
        Row::call(Consumes, &["subscribe"], &[Nth(1)]).on(&["pubsub"]),
        Row::call(Consumes, &["withtopic"], &[Nth(1)]),
        Row::annotation(Consumes, &["topic"], &[Key("name"), Nth(1)]),
        Row::annotation(Consumes, &["subscribe"], &[Key("topic")]),
        Row::literal(Consumes, &["subscription"], &[Key("topic")]).on(&["common"]),
    ],
};
