use crate::index::extractors::clients::says_each;
use crate::index::model::Kind::{Channel, Flag, Job};

#[test]
fn configuration_declares_and_binds() {
    says_each(
        &[Channel, Job, Flag],
        &[
            (
                "application.yml",
                "spring:\n  cloud:\n    stream:\n      bindings:\n        billing-in-0:\n          destination: orders\n          group: billing\n        shipped-out-0:\n          destination: ${SHIPPED_TOPIC:shipped}\n",
                &["sure channel consumes orders = group=billing @6", "sure channel publishes ${SHIPPED_TOPIC:shipped} @9"],
            ),
            (
                "application.properties",
                "spring.cloud.stream.bindings.a-in-0.destination=orders\nspring.cloud.stream.bindings.a-in-0.group=ship\nmp.messaging.outgoing.x.topic=paid\n",
                &["sure channel consumes orders = group=ship @1", "sure channel publishes paid @3"],
            ),
            ("topic.yaml", "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: orders\n", &["sure channel declares orders @4"]),
            (
                "cron.yaml",
                "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: report\nspec:\n  schedule: \"0 3 * * *\"\n",
                &["sure job declares report = 0 3 * * * @4"],
            ),
            ("schedule.yml", "report:\n  cron: \"0 3 * * *\"\n  class: ReportJob\n", &["sure job declares ReportJob = 0 3 * * * @1"]),
            (
                "main.tf",
                "resource \"aws_sqs_queue\" \"q\" {\n  name = \"${var.env}-orders\"\n  tags = {\n    name = \"x\"\n  }\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n}\n",
                &["sure channel declares {}-orders @2"],
            ),
            (
                "template.yaml",
                "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: orders\n",
                &["sure channel declares orders @5"],
            ),
            ("topics.sh", "kafka-topics --create --topic orders --partitions 3\nkafka-topics --list\n", &["sure channel declares orders @1"]),
            (
                "compose.yml",
                "services:\n  kafka:\n    environment:\n      KAFKA_CREATE_TOPICS: \"orders:1:1,paid:1:1\"\n",
                &["sure channel declares orders @4", "sure channel declares paid @4"],
            ),
            (
                "flags.json",
                "{\"flags\": {\n \"newCheckout\": {\"state\": \"ENABLED\", \"variants\": {\"on\": true}, \"defaultVariant\": \"on\"}}}",
                &["sure flag declares newCheckout @2"],
            ),
            (
                "sub.yaml",
                "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata:\n  name: s\nspec:\n  topic: orders\n  pubsubname: p\n",
                &["sure channel consumes orders @6"],
            ),
            ("values.yaml", "bindings:\n  a: b\nqueue:\n  name: x\nflags:\n  - a\n", &[]),
        ],
    );
}
