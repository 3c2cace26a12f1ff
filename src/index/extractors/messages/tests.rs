use crate::index::extractors::clients::says_each;
use crate::index::model::Kind::Field;

#[test]
fn schemas_declare() {
    says_each(
        &[Field],
        &[
            (
                "o.proto",
                "message Order {\n  string customer_id = 1;\n  repeated Item items = 2 [packed = true];\n  map<string, int64> totals = 5;\n  oneof by {\n    string card = 6;\n  }\n  enum State { NEW = 0; }\n  message Item { string sku = 1; }\n  reserved 3, 4;\n  reserved \"old_name\";\n}\n",
                &[
                    "sure field declares Order.customer_id = =1 @2",
                    "sure field declares Order.items = =2 @3",
                    "sure field declares Order.totals = =5 @4",
                    "sure field declares Order.card = =6 @6",
                    "sure field declares Item.sku = =1 @9",
                    "sure field declares Order.old_name = reserved @11",
                ],
            ),
            (
                "o.avsc",
                "{\"type\": \"record\", \"name\": \"shop.OrderCreated\", \"fields\": [\n {\"name\": \"customer_id\", \"type\": \"string\"}]}",
                &["sure field declares OrderCreated.customer_id @2"],
            ),
            (
                "o.thrift",
                "struct Order {\n  1: required string customer_id,\n  2: optional i64 total\n}\n",
                &["sure field declares Order.customer_id = =1 @2", "sure field declares Order.total = =2 @3"],
            ),
            (
                "api.yaml",
                "openapi: 3.0.0\ncomponents:\n  schemas:\n    Order:\n      type: object\n      properties:\n        customerId: {type: string}\n",
                &["sure field declares Order.customerId @7"],
            ),
            ("values.yaml", "properties:\n  a: 1\ndefinitions:\n  X:\n    properties:\n      y: 1\n", &[]),
        ],
    );
}

#[test]
fn types_on_the_wire() {
    says_each(
        &[Field],
        &[
            (
                "events/order.go",
                "package events\n\ntype OrderCreated struct {\n\tCustomerID string `json:\"customer_id\"`\n\tTotal      int64  `json:\"total,omitempty\"`\n\tnote       string\n}\n",
                &["sure field declares OrderCreated.customer_id @4", "sure field declares OrderCreated.total @5"],
            ),
            (
                "src/contracts/order.rs",
                "#[derive(Serialize)]\n#[serde(rename_all = \"camelCase\")]\nstruct OrderCreated {\n    customer_id: String,\n    #[serde(rename = \"sum\")]\n    total: i64,\n}\n",
                &["sure field declares OrderCreated.customerId @4", "sure field declares OrderCreated.sum @6"],
            ),
            (
                "schemas.py",
                "from pydantic import BaseModel, Field\nclass OrderCreated(BaseModel):\n    customer_id: str\n    total: int = Field(alias='sum')\n",
                &["sure field declares OrderCreated.customer_id @3", "sure field declares OrderCreated.sum @4"],
            ),
            (
                "dto/OrderDto.java",
                "class OrderDto {\n  @JsonProperty(\"customer_id\")\n  private String customerId;\n  private long total;\n}\n",
                &["sure field declares OrderDto.customer_id @3", "sure field declares OrderDto.total @4"],
            ),
            (
                "Contracts/OrderCreated.cs",
                "public class OrderCreatedEvent {\n  public string CustomerId { get; set; }\n  public static int Version { get; set; }\n}\n",
                &["likely field declares OrderCreatedEvent.CustomerId @2"],
            ),
            (
                "events/order.ts",
                "export interface OrderCreatedEvent {\n  customerId: string;\n  total?: number;\n}\n",
                &["likely field declares OrderCreatedEvent.customerId @2", "likely field declares OrderCreatedEvent.total @3"],
            ),
            ("models.go", "package x\n\ntype OrderCreated struct {\n\tID string `json:\"order_id\"`\n}\n", &["sure field declares OrderCreated.order_id @4"]),
            (
                "Contracts/CreateOrderCommand.cs",
                "public class CreateOrderCommand {\n  private readonly IOrderRepository _orders;\n  public DateTime At => DateTime.Now;\n  public string Sku { get; set; }\n}\n",
                &["likely field declares CreateOrderCommand.Sku @4"],
            ),
            // A type that nothing sends
            ("db_schema/message.rs", "#[derive(Serialize)]\nstruct PrivateMessage {\n    body: String,\n}\n", &[]),
            ("domain/order.ts", "export interface Order {\n  customerId: string;\n}\n", &[]),
            ("model.go", "package x\n\ntype Config struct {\n\tPort int `json:\"port\"`\n}\n", &[]),
        ],
    );
}

#[test]
fn carried_types_are_read_and_written() {
    says_each(
        &[Field],
        &[
            (
                "a.go",
                "package x\n\ntype OrderCreated struct {\n\tCustomerID string `json:\"customer_id\"`\n}\n\nfunc on(b []byte) {\n\tvar evt OrderCreated\n\tjson.Unmarshal(b, &evt)\n\tbill(evt.CustomerID)\n}\n\nfunc send(id string) {\n\tb, _ := json.Marshal(OrderCreated{CustomerID: id})\n}\n",
                &[
                    "sure field declares OrderCreated.customer_id @4",
                    "sure field reads OrderCreated.customer_id @10",
                    "sure field writes OrderCreated.customer_id @14",
                ],
            ),
            (
                "L.java",
                "class L {\n @KafkaListener(topics = \"orders\")\n void on(OrderCreated event) {\n  bill(event.getCustomerId());\n  log.info(event.getTotal());\n }\n}\n",
                &["sure field reads OrderCreated.customerId @4"],
            ),
            (
                "C.cs",
                "class C : IConsumer<OrderCreated> {\n Task Consume(ConsumeContext<OrderCreated> context) {\n  Bill(context.Message.CustomerId);\n }\n}\n",
                &["sure field reads OrderCreated.CustomerId @3"],
            ),
            (
                "p.py",
                "def on(b):\n    event = OrderCreated.model_validate_json(b)\n    bill(event.customer_id)\n",
                &["sure field reads OrderCreated.customer_id @3"],
            ),
            (
                "s.ts",
                "interface StockReserved {\n  order_id: string;\n}\nfunction tell(event: Told, socket: WebSocket) {\n  socket.readyState;\n}\nfunction on(raw: string) {\n  const event: StockReserved = JSON.parse(raw);\n  f(event.order_id);\n  const other = JSON.parse(raw);\n  f(other.order_id);\n}\n",
                &["sure field declares StockReserved.order_id @2", "sure field reads StockReserved.order_id @9"],
            ),
            (
                "P.cs",
                "class P { void F(Body body) {\n var message = body.Adapt<OrderCreated>();\n JsonSerializer.Serialize(message);\n Log(message.UserName);\n } }\n",
                &["sure field reads OrderCreated.UserName @4"],
            ),
            ("e.ts", "const order = new Order();\nrender(order.customerId);\n", &[]),
        ],
    );
}

#[test]
fn generated_types_of_go_are_messages() {
    let file = |body: &str| {
        format!("import (\n\t\"connectrpc.com/connect\"\n\t\"google.golang.org/grpc\"\n)\ntype srv struct {{ pb.UnimplementedStockServer }}\n{body}")
    };
    for (body, expected) in [
        (
            "func (s *Depot) Reserve(ctx context.Context, req *connect.Request[v1.ReserveRequest]) (*connect.Response[v1.Reply], error) {\n\tlog(req.Msg.OrderId, req.Header)\n\treturn connect.NewResponse(&v1.Reply{HoldId: id, Lines: []*v1.Line{{Sku: x}}}), nil\n}",
            &["sure field reads ReserveRequest.OrderId @7", "sure field writes Reply.HoldId @8", "sure field writes Reply.Lines @8"][..],
        ),
        (
            "func (s *srv) Reserve(ctx context.Context, in *pb.ReserveRequest) (*pb.Reply, error) {\n\tuse(in.GetOrderId(), in.ProtoReflect(), in.Sku)\n\treturn &pb.Reply{HoldId: id}, nil\n}",
            &["sure field reads ReserveRequest.OrderId @7", "sure field reads ReserveRequest.Sku @7", "sure field writes Reply.HoldId @8"],
        ),
        // No procedure, and types of other packages.
        ("func (s *Depot) Reserve(in *v1.ReserveRequest) *v1.Reply {\n\treturn &v1.Reply{HoldId: in.OrderId}\n}", &[]),
        ("func (s *srv) Reserve(ctx context.Context, in *pb.ReserveRequest) (*pb.Reply, error) {\n\tdb.Save(store.Hold{Id: 1})\n\treturn nil, nil\n}", &[]),
    ] {
        says_each(&[Field], &[("a.go", &file(body), expected)]);
    }
}

#[test]
fn payloads_under_their_channel() {
    says_each(
        &[Field],
        &[
            (
                "c.py",
                "from kafka import KafkaConsumer\nconsumer = KafkaConsumer('orders')\nfor m in consumer:\n    event = json.loads(m.value)\n    bill(event['customer_id'], event.get('total'))\n",
                &["likely field reads orders:customer_id @5", "likely field reads orders:total @5"],
            ),
            (
                "p.ts",
                "import { Kafka } from 'kafkajs';\nawait producer.send({ topic: 'orders', messages: [{ value: JSON.stringify({ customerId: id, total }) }] });\n",
                &["likely field writes orders:customerId @2", "likely field writes orders:total @2"],
            ),
            (
                "q.py",
                "import pika\ndef f(o):\n    body = {'customer_id': o.c}\n    channel.basic_publish(exchange='', routing_key='orders', body=json.dumps(body))\n",
                &["likely field writes orders:customer_id @3"],
            ),
            ("h.py", "def f(r):\n    event = json.loads(r.body)\n    return event['customer_id']\n", &[]),
        ],
    );
}

#[test]
fn what_goes_by_place_names_no_field() {
    says_each(
        &[Field],
        &[
            (
                "A.cs",
                "using MassTransit;\nclass A { void F() { bus.Publish(new CartClosed(id, why)); bus.Publish(new CartOpened { CartId = id, Why = why }); } }",
                &["likely field writes CartOpened.CartId @2", "likely field writes CartOpened.Why @2"],
            ),
            ("a.go", "package a\n\nfunc f() {\n\tb, _ := json.Marshal(CartClosedEvent{id, why})\n}\n", &[]),
        ],
    );
}

#[test]
fn an_envelope_is_not_what_it_holds() {
    says_each(
        &[Field, crate::index::model::Kind::Message],
        &[(
            "A.cs",
            "using MassTransit;\nclass A : IConsumer<CartClosed> {\n public Task Consume(ConsumeContext<CartClosed> context) {\n  await endpoint.Send(context.Message);\n  var m = context.Message;\n  if (m.Why == \"late\") { use(context.Message.CartId); }\n }\n}",
            &[
                "sure message consumes CartClosed @2",
                "sure message publishes CartClosed @4",
                "sure field reads CartClosed.Why @6",
                "sure field reads CartClosed.CartId @6",
            ],
        )],
    );
}

#[test]
fn a_field_is_of_the_channel_that_its_message_came_from() {
    says_each(
        &[Field],
        &[
            (
                "a.py",
                "import json\nimport redis\nfrom confluent_kafka import Consumer\n\ndef run():\n    consumer = Consumer({})\n    consumer.subscribe(['carts.closed'])\n    r = redis.Redis()\n    r.xreadgroup('g', 'c', {'audit': '>'})\n    message = consumer.poll(1)\n    event = json.loads(message.value())\n    use(event['cart_id'])\n",
                &["likely field reads carts.closed:cart_id @12"],
            ),
            (
                "a.py",
                "import json\nfrom confluent_kafka import Consumer\n\ndef run():\n    a = Consumer({})\n    a.subscribe(['carts.closed'])\n    b = Consumer({})\n    b.subscribe(['carts.opened'])\n    event = json.loads(other())\n    use(event['cart_id'])\n",
                &[],
            ),
        ],
    );
}

#[test]
fn bodies_and_what_other_files_know() {
    crate::index::extractors::clients::says_each(
        &[crate::index::model::Kind::Field],
        &[
            (
                "a.go",
                "package x\n\ntype boxForm struct {\n\tKind string `json:\"kind\"`\n}\n\nfunc f(w http.ResponseWriter, r *http.Request) {\n\tvar form boxForm\n\tjson.NewDecoder(r.Body).Decode(&form)\n\thttp.Post(url+\"/boxes\", \"application/json\", b)\n}\n",
                &["sure field declares boxForm.kind @4"],
            ),
            (
                "events/box.ts",
                "export interface BoxMoved {\n  boxId: string;\n}\nexport interface BoxProps {\n  open: boolean;\n}\n",
                &["sure field declares ${carried type BoxMoved}.boxId @2"],
            ),
            (
                "a.rs",
                "use axum::Json;\n#[derive(Deserialize)]\nstruct BoxForm { kind: String }\nasync fn make(Json(form): Json<BoxForm>) -> Json<Value> { keep(form.kind) }\n",
                &["sure field declares BoxForm.kind @3"],
            ),
            // The answer is another type than what was asked with.
            (
                "a.go",
                "package x\n\nimport (\n\t\"google.golang.org/grpc\"\n\tpb \"x/pb\"\n)\n\nfunc f(items []*pb.Item) {\n\tc := pb.NewBoxesClient(conn)\n\tfor _, item := range items {\n\t\tbox, err := c.GetBox(ctx, &pb.GetBoxRequest{Id: item.GetBoxId()})\n\t\tuse(box.Kind)\n\t}\n}\n",
                &["sure field writes GetBoxRequest.Id @11"],
            ),
            ("pages/box.ts", "export interface BoxMoved {\n  boxId: string;\n}\n", &[]),
            (
                "a.ts",
                "@Controller('boxes')\nclass A {\n  @Post()\n  create(@Body() form: BoxForm, @Body('x') x: Other) {\n    return this.boxes.make(form.kind, x.kind);\n  }\n}\n",
                &["sure field reads BoxForm.kind @5"],
            ),
            (
                "a.rb",
                "class BoxConsumer < ApplicationConsumer\n  def consume\n    messages.each do |message|\n      next unless message.payload[\"kind\"] == \"moved\"\n      x = other[\"kind\"]\n    end\n  end\nend\n",
                &["likely field reads ${topic of BoxConsumer}:kind = moved @4"],
            ),
        ],
    );
    let routes = "class App < Karafka::App\n  routes.draw do\n    topic :\"box.moved\" do\n      consumer Shop::BoxConsumer\n    end\n    topic :lost do\n      consumer LostConsumer\n    end\n  end\nend\n";
    let facts = crate::index::extractors::facts(&crate::index::file::File::new("karafka.rb", routes));
    let given: Vec<String> = facts.given.iter().map(|g| format!("{} = {}", g.key, g.value)).collect();
    assert_eq!(given, ["topic of BoxConsumer = box.moved", "topic of LostConsumer = lost"]);
}

#[test]
fn records_of_what_happened_are_messages_where_such_lie() {
    says_each(
        &[Field],
        &[
            (
                "libs/Shop.Contracts/Events.cs",
                "public record CartClosed { public Guid CartId { get; init; } }\npublic record CartMoved(Guid CartId, string Where);",
                &["likely field declares CartClosed.CartId @1", "likely field declares CartMoved.CartId @2", "likely field declares CartMoved.Where @2"],
            ),
            ("src/Domain/Carts.cs", "// event\npublic record CartClosed(Guid CartId);", &[]),
            (
                "Client.cs",
                "class C { HttpClient _http; Task F() => _http.PostAsJsonAsync(\"/carts\", new OpenCart(id)); Task<CartBody> G() => _http.GetFromJsonAsync<CartBody>(\"/carts/1\"); }\nrecord OpenCart(Guid Buyer);\nrecord CartBody(string State);\n// json",
                &["sure field declares OpenCart.Buyer @2", "sure field declares CartBody.State @3"],
            ),
        ],
    );
}

#[test]
fn contracts_declare_routes() {
    says_each(
        &[crate::index::model::Kind::Route],
        &[
            (
                "api.yaml",
                "openapi: 3.0.0\nservers:\n  - url: https://bills.example/v1\npaths:\n  /bills/{id}:\n    parameters: []\n    get:\n      operationId: find\n    delete:\n      operationId: drop\n",
                &["sure route declares GET /v1/bills/{} @7", "sure route declares DELETE /v1/bills/{} @9"],
            ),
            ("api.yaml", "swagger: '2.0'\nbasePath: /v2\npaths:\n  /bills:\n    post:\n      summary: x\n", &["sure route declares POST /v2/bills @5"]),
            ("x.yaml", "# swagger\npaths:\n  /bills:\n    get:\n      a: b\n", &[]),
        ],
    );
}
