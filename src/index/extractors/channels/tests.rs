use crate::index::extractors::clients::says_each;
use crate::index::model::Kind::{Channel, Message};

const KINDS: &[crate::index::model::Kind] = &[Channel, Message];

#[test]
fn kafka_in_every_client() {
    says_each(
        KINDS,
        &[
            (
                "A.java",
                "import org.springframework.kafka.core.KafkaTemplate;\nclass A {\n private final KafkaTemplate<String, Order> template;\n void f(Order o) {\n  template.send(\"orders\", o.id(), o);\n }\n}",
                &["sure channel publishes orders @5"],
            ),
            (
                "B.java",
                "class B {\n @KafkaListener(topics = {\"orders\", Topics.PAID}, groupId = \"billing\")\n public void on(Order o, Acknowledgment ack) { work(o); ack.acknowledge(); }\n}",
                &["sure channel consumes orders = group=billing @2", "sure channel consumes <Topics.PAID> = group=billing @2"],
            ),
            ("C.java", "class C { void f() { producer.send(new ProducerRecord<>(\"orders\", key, value)); } }", &["sure channel publishes orders @1"]),
            (
                "a.py",
                "from kafka import KafkaProducer, KafkaConsumer\np = KafkaProducer(bootstrap_servers=b)\np.send('orders', value=x)\nc = KafkaConsumer('paid', group_id='billing')\n",
                &["sure channel publishes orders @3", "sure channel consumes paid = group=billing @4"],
            ),
            (
                "b.py",
                "from confluent_kafka import Consumer, Producer\nTOPIC = 'orders'\nc = Consumer({'bootstrap.servers': b, 'group.id': 'ship'})\nc.subscribe([TOPIC])\nmsg = c.poll(1)\nc.commit(msg)\np = Producer(conf)\np.produce(TOPIC, key=k, value=v)\n",
                &["sure channel consumes orders = group=ship @4", "sure channel publishes orders @8"],
            ),
            (
                "k.ts",
                "import { Kafka } from 'kafkajs';\nconst consumer = kafka.consumer({ groupId: 'ship' });\nawait consumer.subscribe({ topics: ['orders', 'paid'], fromBeginning: true });\nawait producer.send({ topic: 'shipped', messages: [{ value: JSON.stringify(x) }] });\n",
                &["sure channel consumes orders = group=ship @3", "sure channel consumes paid = group=ship @3", "sure channel publishes shipped @4"],
            ),
            (
                "k.go",
                "package x\n\nimport \"github.com/segmentio/kafka-go\"\n\nfunc f() {\n\tr := kafka.NewReader(kafka.ReaderConfig{Brokers: b, Topic: \"orders\", GroupID: \"ship\"})\n\tm, _ := r.FetchMessage(ctx)\n\tr.CommitMessages(ctx, m)\n\tw.WriteMessages(ctx, kafka.Message{Topic: \"shipped\", Value: v})\n}\n",
                &["sure channel consumes orders = group=ship @6", "likely channel acknowledges orders @8", "sure channel publishes shipped @9"],
            ),
            (
                "s.go",
                "package x\n\nimport \"github.com/IBM/sarama\"\n\nfunc f() {\n\tmsg := &sarama.ProducerMessage{Topic: OrdersTopic, Value: sarama.ByteEncoder(b)}\n\tgroup.Consume(ctx, []string{\"paid\"}, h)\n}\n",
                &["sure channel publishes <OrdersTopic> @6", "sure channel consumes paid @7"],
            ),
            (
                "k.rs",
                "use rdkafka::producer::FutureRecord;\nfn f() { p.send(FutureRecord::to(\"orders\").payload(&b), t); consumer.subscribe(&[\"paid\"]); }",
                &["sure channel publishes orders @2", "sure channel consumes paid @2"],
            ),
            (
                "K.cs",
                "using Confluent.Kafka;\nclass K { async Task F() { await _producer.ProduceAsync(\"orders\", new Message<string, string> { Value = v }); _consumer.Subscribe(\"paid\"); } }",
                &["sure channel publishes orders @2", "sure channel consumes paid @2"],
            ),
            (
                "karafka.rb",
                "class KarafkaApp < Karafka::App\n  routes.draw do\n    topic :orders do\n      consumer OrdersConsumer\n    end\n  end\nend\n",
                &["sure channel consumes orders @3"],
            ),
            ("p.rb", "Karafka.producer.produce_async(topic: 'orders', payload: o.to_json)\n", &["sure channel publishes orders @1"]),
            (
                "S.java",
                "import org.apache.kafka.streams.StreamsBuilder;\nclass S { void f(StreamsBuilder builder) { builder.stream(\"orders\").filter(p).to(\"big-orders\"); } }",
                &["sure channel consumes orders @2", "sure channel publishes big-orders @2"],
            ),
            ("k.ex", "KafkaEx.produce(\"orders\", 0, payload)\n", &["sure channel publishes orders @1"]),
        ],
    );
}

#[test]
fn queues_exchanges_and_keys() {
    says_each(
        KINDS,
        &[
            (
                "a.py",
                "import pika\nchannel.queue_declare(queue='orders', durable=True)\nchannel.basic_publish(exchange='', routing_key='orders', body=b)\nchannel.basic_publish(exchange='shop', routing_key='order.created', body=b)\n",
                &["sure channel declares orders @2", "sure channel publishes orders @3", "sure channel publishes shop = key=order.created @4"],
            ),
            (
                "c.py",
                "import pika\ndef on(ch, method, p, body):\n    ch.basic_ack(delivery_tag=method.delivery_tag)\n\nchannel.basic_consume(queue='orders', on_message_callback=on)\n",
                &["likely channel acknowledges orders @3", "sure channel consumes orders @5"],
            ),
            (
                "a.js",
                "const amqp = require('amqplib');\nawait ch.assertQueue('orders');\nch.sendToQueue('orders', Buffer.from(x));\nch.consume('orders', m => { ch.ack(m); });\n",
                &[
                    "sure channel declares orders @2",
                    "sure channel publishes orders @3",
                    "sure channel consumes orders @4",
                    "likely channel acknowledges orders @4",
                ],
            ),
            (
                "a.go",
                "package x\n\nimport amqp \"github.com/rabbitmq/amqp091-go\"\n\nfunc f() {\n\tq, err := ch.QueueDeclare(\"orders\", true, false, false, false, nil)\n\terr = ch.PublishWithContext(ctx, \"\", q.Name, false, false, amqp.Publishing{Body: b})\n\tmsgs, err := ch.Consume(q.Name, \"\", false, false, false, false, nil)\n\td.Ack(false)\n}\n",
                &[
                    "sure channel declares orders @6",
                    "sure channel publishes orders @7",
                    "sure channel consumes orders @8",
                    "likely channel acknowledges orders @9",
                ],
            ),
            (
                "A.java",
                "class A {\n @RabbitListener(queues = \"orders\")\n public void on(Order o) { rabbitTemplate.convertAndSend(\"shop\", \"order.paid\", o); }\n}",
                &["sure channel consumes orders @2", "likely channel publishes shop = key=order.paid @3"],
            ),
            (
                "b.rb",
                "require 'bunny'\nch = conn.create_channel\nq = ch.queue('orders', durable: true)\nq.subscribe { |d, p, b| work(b) }\nx = ch.topic('shop')\nx.publish(b, routing_key: 'order.created')\n",
                &[
                    "sure channel declares orders @3",
                    "sure channel consumes orders @4",
                    "sure channel declares shop @5",
                    "sure channel publishes shop = key=order.created @6",
                ],
            ),
            ("a.ex", "AMQP.Basic.publish(chan, \"shop\", \"order.created\", payload)\n", &["sure channel publishes shop = key=order.created @1"]),
            (
                "l.rs",
                "use lapin::Channel;\nasync fn f() { channel.basic_publish(\"\", \"orders\", opts, b, p).await; channel.basic_consume(\"orders\", \"me\", o, t).await; }",
                &["sure channel publishes orders @2", "sure channel consumes orders @2"],
            ),
        ],
    );
}

#[test]
fn cloud_queues_by_their_last_part() {
    says_each(
        KINDS,
        &[
            (
                "a.py",
                "import boto3\nsqs = boto3.client('sqs')\nsqs.send_message(QueueUrl='https://sqs.eu-west-1.amazonaws.com/1/orders', MessageBody=b)\nsqs.receive_message(QueueUrl=os.environ['ORDERS_QUEUE_URL'])\n",
                &["sure channel publishes orders @3", "sure channel consumes ${ORDERS_QUEUE_URL} @4"],
            ),
            (
                "a.ts",
                "import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';\nawait client.send(new SendMessageCommand({ QueueUrl: url('x'), MessageBody: b }));\nawait sns.send(new PublishCommand({ TopicArn: 'arn:aws:sns:eu-west-1:1:orders', Message: m }));\n",
                &["sure channel publishes orders @3"],
            ),
            (
                "a.go",
                "package x\n\nimport \"cloud.google.com/go/pubsub\"\n\nfunc f() {\n\tt := client.Topic(\"orders\")\n\tt.Publish(ctx, &pubsub.Message{Data: b})\n\tsub := client.Subscription(\"orders-ship\")\n\tsub.Receive(ctx, h)\n}\n",
                &["sure channel publishes orders @7", "sure channel consumes orders-ship @9"],
            ),
            (
                "g.py",
                "from google.cloud import pubsub_v1\npath = publisher.topic_path(PROJECT, 'orders')\npublisher.publish(path, data)\n",
                &["sure channel publishes orders @3"],
            ),
            (
                "S.cs",
                "using Azure.Messaging.ServiceBus;\nclass S {\n S(ServiceBusClient c) { _sender = c.CreateSender(\"orders\"); }\n Task F() => _sender.SendMessageAsync(m);\n}",
                &["sure channel publishes orders @4"],
            ),
            ("F.cs", "class F { void Run([ServiceBusTrigger(\"orders\", Connection = \"c\")] string m) { } }", &["sure channel consumes orders @1"]),
            ("L.java", "class L { @SqsListener(\"orders\") void on(Order o) { } }", &["sure channel consumes orders @1"]),
            (
                "d.py",
                "from dapr.clients import DaprClient\nclient.publish_event(pubsub_name='pubsub', topic_name='orders', data=d)\n",
                &["sure channel publishes orders @2"],
            ),
            ("D.cs", "using Dapr;\nclass D { [Topic(\"pubsub\", \"orders\")] public void On(Order o) { } }", &["sure channel consumes orders @2"]),
        ],
    );
}

#[test]
fn subjects_destinations_and_topics() {
    says_each(
        KINDS,
        &[
            (
                "n.go",
                "package x\n\nimport \"github.com/nats-io/nats.go\"\n\nfunc f() {\n\tnc.Publish(\"orders.created\", b)\n\tnc.QueueSubscribe(\"orders.*\", \"ship\", h)\n}\n",
                &["sure channel publishes orders.created @6", "sure channel consumes orders.* = group=ship @7"],
            ),
            (
                "m.py",
                "import paho.mqtt.client as mqtt\nclient.publish(f\"sensors/{id}/temp\", v)\nclient.subscribe(\"sensors/+/temp\")\n",
                &["sure channel publishes sensors/{}/temp @2", "sure channel consumes sensors/+/temp @3"],
            ),
            (
                "J.java",
                "class J { @JmsListener(destination = \"orders\") void on(Order o) { jmsTemplate.convertAndSend(\"paid\", o); } }",
                &["sure channel consumes orders @1", "likely channel publishes paid @1"],
            ),
            (
                "P.java",
                "import org.apache.pulsar.client.api.*;\nclass P { void f() { p = client.newProducer(Schema.STRING).topic(\"orders\").create(); client.newConsumer().topic(\"paid\").subscriptionName(\"ship\").subscribe(); } }",
                &["sure channel publishes orders @2", "sure channel consumes paid @2"],
            ),
            (
                "n.ts",
                "import { ClientProxy, EventPattern } from '@nestjs/microservices';\nclass A {\n constructor(private readonly client: ClientProxy) {}\n f() { this.client.emit('order.created', o); }\n @EventPattern('order.paid') on(o) { }\n}",
                &["sure channel publishes order.created @4", "sure channel consumes order.paid @5"],
            ),
        ],
    );
}

#[test]
fn messages_by_type() {
    says_each(
        KINDS,
        &[
            (
                "C.cs",
                "using MassTransit;\npublic class C : IConsumer<OrderCreated> { public async Task Consume(ConsumeContext<OrderCreated> context) { await context.Publish(new OrderShipped { Id = 1 }); await context.Publish<OrderBilled>(new { }); } }",
                &["sure message consumes OrderCreated @2", "sure message publishes OrderShipped @2", "sure message publishes OrderBilled @2"],
            ),
            (
                "I.cs",
                "class I { async Task F() { var paid = new OrderPaidIntegrationEvent(1); await _service.AddAndSaveEventAsync(paid); Log.Send(new Order()); } }",
                &["sure message publishes OrderPaidIntegrationEvent @1"],
            ),
            (
                "H.java",
                "import org.axonframework.eventhandling.EventHandler;\nclass H { @EventHandler public void on(OrderCreatedEvent event) { commandGateway.send(new ShipOrderCommand(event.id())); } }",
                &["sure message consumes OrderCreatedEvent @2", "sure message publishes ShipOrderCommand @2"],
            ),
        ],
    );
}

#[test]
fn local_values_are_no_names() {
    says_each(
        KINDS,
        &[
            ("a.py", "import pika\ndef f(queue_name):\n    channel.basic_consume(queue=queue_name)\n", &[]),
            ("A.java", "class A { void f() { kafkaTemplate.send(order.getTopicFor(), o); producer.send(record.make()); } }", &[]),
            (
                "a.ts",
                "import { Kafka } from 'kafkajs';\nimport { ordersTopic } from './topics';\nawait producer.send({ topic: ordersTopic, messages });\n",
                &["sure channel publishes <ordersTopic> @3"],
            ),
            ("M.java", "enum M { QUEUE(\"amqp_queue\"); void f() { channel.basicConsume(eq(name), anyBoolean(), x); } }", &[]),
        ],
    );
}

#[test]
fn constants_of_a_package_of_go_are_names() {
    let file = |body: &str| format!("import \"github.com/twmb/franz-go/pkg/kgo\"\n{body}");
    for (body, expected) in [
        (
            "func f() { kgo.NewClient(kgo.ConsumeTopics(topicBills, \"paid\")) }",
            &["sure channel consumes <topicBills> @2", "sure channel consumes paid @2"][..],
        ),
        ("func f() { c.Produce(ctx, &kgo.Record{Topic: billsTopic, Value: v}, nil) }", &["sure channel publishes <billsTopic> @2"]),
        // Bound in the file, or saying nothing.
        ("func f(billsTopic string) { kgo.ConsumeTopics(billsTopic) }", &[]),
        ("func f() {\n\tfor _, billsTopic := range all() {\n\t\tkgo.ConsumeTopics(billsTopic)\n\t}\n}", &[]),
        ("var billsTopic string\n\nfunc f() { kgo.ConsumeTopics(billsTopic) }", &[]),
        ("func f() { kgo.ConsumeTopics(whatEver) }", &[]),
    ] {
        says_each(KINDS, &[("a.go", &file(body), expected)]);
    }
}

#[test]
fn look_alikes_say_nothing() {
    says_each(
        KINDS,
        &[
            (
                "c.go",
                "package x\n\nimport \"github.com/apache/pulsar-client-go/pulsar\"\n\ntype C interface {\n\tCreateReader(ReaderOptions) (Reader, error)\n}\n",
                &[],
            ),
            (
                "a.ts",
                "import { EventEmitter } from 'events';\nthis.events.emit('order.created', o);\nthis.events.on('order.created', f);\nstore.subscribe(() => render());\n",
                &[],
            ),
            ("A.java", "class A { void f() { publisher.publishEvent(new OrderCreated(o)); queue.add(\"x\"); template.send(\"x\"); } }", &[]),
            ("a.py", "from queue import Queue\nq = Queue()\nq.put('orders')\nobservable.subscribe('x')\nsocket.send('hello')\n", &[]),
            ("M.cs", "using MediatR;\nclass M { Task F() => _mediator.Publish(new OrderCreated()); }", &[]),
            ("a.go", "package x\n\nfunc f() {\n\tch <- msg\n\tbus.Publish(\"x\")\n\tform.Consume(\"x\")\n}\n", &[]),
            ("k.py", "import kafka\nproducer.send(topic, value)\nlog.info('sent to %s', topic)\nproducer.flush()\n", &[]),
            (
                "k.go",
                "package x\n\nimport \"github.com/segmentio/kafka-go\"\n\n// kafka.Message{Topic: \"old\"}\nfunc f(t string) { w.WriteMessages(ctx, kafka.Message{Topic: t}) }\n",
                &[],
            ),
        ],
    );
}

#[test]
fn queues_as_addresses() {
    says_each(
        &[Channel],
        &[(
            "A.cs",
            "using MassTransit;\nclass A { const string Late = \"bills-late\"; async Task F() {\n var a = await p.GetSendEndpoint(new Uri(\"queue:bills-due\"));\n var b = await p.GetSendEndpoint(new Uri($\"queue:{Names.Gone}\"));\n var c = await p.GetSendEndpoint(new Uri(\"rabbitmq://host/x\"));\n var d = await p.GetSendEndpoint(address);\n} }",
            &["sure channel publishes bills-due @3", "sure channel publishes <Names.Gone> @4"],
        )],
    );
}
