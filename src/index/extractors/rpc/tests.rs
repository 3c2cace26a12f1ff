use crate::index::extractors::testing::says;
use crate::index::model::Kind;

#[track_caller]
fn rpc(path: &str, text: &str, expected: &[&str]) {
    let lines: Vec<String> = expected.iter().map(|e| format!("sure rpc {e}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    says(path, text, &[Kind::Rpc], &lines);
}

#[test]
fn definitions_have_their_package() {
    rpc(
        "shop.proto",
        "syntax = \"proto3\";\npackage shop.v1;\nservice Inventory {\n  rpc Reserve (ReserveRequest) returns (Reply) {}\n  // rpc Old (A) returns (B)\n  rpc Watch(A) returns (stream B) { option (x) = { get: \"/y\" }; }\n}",
        &["declares shop.v1.Inventory @3", "declares shop.v1.Inventory/Reserve @4", "declares shop.v1.Inventory/Watch @6"],
    );
    rpc(
        "shop.thrift",
        "service Inventory {\n  i32 reserve(1: string sku, 2: i32 n) throws (1: Gone g),\n}",
        &["declares Inventory @1", "declares Inventory/reserve @2"],
    );
}

#[test]
fn handlers_of_connect_serve_what_another_file_registers() {
    const HEAD: &str = "import (\n\t\"connectrpc.com/connect\"\n)\n";
    let handler = |method: &str| format!("{HEAD}{method}");
    for (text, expected) in [
        (
            "func (s *Depot) Reserve(ctx context.Context, req *connect.Request[v1.ReserveRequest]) (*connect.Response[v1.Reply], error) { return nil, nil }",
            &["serves ${connect service of Depot}/Reserve @4"][..],
        ),
        (
            "func (d Depot) Upload(ctx context.Context, s *connect.ClientStream[v1.Part]) (*connect.Response[v1.Reply], error) { return nil, nil }",
            &["serves ${connect service of Depot}/Upload @4"],
        ),
        // Not of a type, not for others, and one that calls.
        ("func Reserve(ctx context.Context, req *connect.Request[v1.ReserveRequest]) error { return nil }", &[]),
        ("func (s *Depot) reserve(ctx context.Context, req *connect.Request[v1.ReserveRequest]) error { return nil }", &[]),
        ("func (c *Client) Reserve(ctx context.Context, id string) (*connect.Response[v1.Reply], error) { return nil, nil }", &[]),
    ] {
        rpc("a.go", &handler(text), expected);
    }
    let given = |text: &str| {
        let facts = crate::index::extractors::facts(&crate::index::file::File::new("main.go", text));
        facts.given.iter().map(|g| format!("{} = {}", g.key, g.value)).collect::<Vec<_>>()
    };
    for (made, expected) in [
        ("depot.NewDepot(db)", &["connect service of Depot = Stock"][..]),
        ("&depot.Depot{DB: db}", &["connect service of Depot = Stock"]),
        ("d", &["connect service of Depot = Stock"]),
        ("depots[0]", &[]),
    ] {
        let text = format!(
            "import \"x/stockv1connect\"\nfunc main() {{\n\td := depot.NewDepot(db)\n\tp, h := stockv1connect.NewStockHandler({made})\n\tuse(p, h, d)\n}}"
        );
        assert_eq!(given(&text), expected, "{made}");
    }
}

#[test]
fn servers() {
    for (path, text, expected) in [
        (
            "a.go",
            "type server struct {\n\tpb.UnimplementedInventoryServer\n}\nfunc (s *server) Reserve(ctx context.Context, r *pb.Req) (*pb.Rep, error) { return nil, nil }\nfunc (s *server) helper() {}\nfunc main() { pb.RegisterInventoryServer(g, &server{}) }",
            &["serves Inventory/Reserve @4", "serves Inventory @6"][..],
        ),
        (
            "a.py",
            "import inventory_pb2_grpc\nclass Inventory(inventory_pb2_grpc.InventoryServicer):\n    def Reserve(self, request, context):\n        pass\n    def _helper(self):\n        pass\ninventory_pb2_grpc.add_InventoryServicer_to_server(Inventory(), server)",
            &["serves Inventory/Reserve @3", "serves Inventory @7"],
        ),
        (
            "A.java",
            "import io.grpc.stub.StreamObserver;\nclass A extends InventoryGrpc.InventoryImplBase {\n  @Override public void reserve(Req r, StreamObserver<Rep> o) { }\n  private void log() { }\n}",
            &["serves Inventory @2", "serves Inventory/Reserve @3"],
        ),
        (
            "a.cs",
            "using Grpc.Core;\npublic class InventoryService : Inventory.InventoryBase {\n  public override Task<Rep> Reserve(Req r, ServerCallContext c) { return x; }\n}\npublic class Other : ControllerBase { }",
            &["serves Inventory @2", "serves Inventory/Reserve @3"],
        ),
        (
            "a.js",
            "const grpc = require('@grpc/grpc-js');\nserver.addService(shop.Inventory.service, { reserve: reserve, get });",
            &["serves Inventory @2", "serves Inventory/Reserve @2", "serves Inventory/Get @2"],
        ),
        (
            "a.rs",
            "use tonic::Request;\n#[tonic::async_trait]\nimpl Inventory for Svc {\n  async fn get_stock(&self, r: Request<Req>) -> R { x }\n}\nfn f() { InventoryServer::new(s) }",
            &["serves Inventory/GetStock @4", "serves Inventory @6"],
        ),
        (
            "a.rb",
            "require 'grpc'\nclass Server < Shop::Inventory::Service\n  def get_stock(req, call)\n    x\n  end\nend",
            &["serves Inventory @2", "serves Inventory/GetStock @3"],
        ),
        (
            "A.java",
            "@DubboService\nclass A implements StockService {\n  public int left(String sku) { return 1; }\n}",
            &["serves StockService @2", "serves StockService/left @3"],
        ),
    ] {
        rpc(path, text, expected);
    }
}

#[test]
fn callers() {
    for (path, text, expected) in [
        (
            "a.go",
            "import \"google.golang.org/grpc\"\nfunc f() {\n\tconn, err := grpc.Dial(os.Getenv(\"STOCK_ADDR\"))\n\tc := pb.NewInventoryClient(conn)\n\tc.Reserve(ctx, r)\n}",
            &["calls Inventory @4", "calls Inventory/Reserve @5"][..],
        ),
        ("a.go", "type S struct {\n\tstock pb.InventoryClient\n}\nfunc (s *S) F() { s.stock.Reserve(ctx, r) }", &["calls Inventory/Reserve @4"]),
        ("a.go", "func f() { c := redis.NewClient(o); h := api.NewHTTPClient(x); h.Get(u) }\n// grpc", &[]),
        (
            "a.py",
            "import stock_pb2_grpc\nstub = stock_pb2_grpc.InventoryStub(grpc.insecure_channel('stock:50051'))\ndef f():\n    stub.Reserve(r, timeout=3)",
            &["calls Inventory @2", "calls Inventory/Reserve @4"],
        ),
        (
            "A.java",
            "class A {\n  private final InventoryGrpc.InventoryBlockingStub stock;\n  void f() { stock.withDeadlineAfter(2, SECONDS).reserve(r); }\n}",
            &["calls Inventory/Reserve @3"],
        ),
        ("A.java", "class A {\n  void f() { InventoryGrpc.newBlockingStub(ch).reserve(r); }\n}", &["calls Inventory @2", "calls Inventory/Reserve @2"]),
        (
            "a.cs",
            "using Grpc.Net.Client;\nclass A {\n  Inventory.InventoryClient _stock;\n  Task F() { return _stock.ReserveAsync(r); }\n}",
            &["calls Inventory/Reserve @4"],
        ),
        (
            "a.js",
            "const grpc = require('@grpc/grpc-js');\nconst stock = new shop.Inventory(process.env.STOCK, grpc.credentials.createInsecure());\nfunction f() { stock.getStock(r, (e, x) => {}); }",
            &["calls Inventory @2", "calls Inventory/GetStock @3"],
        ),
        (
            "a.rs",
            "use shop::inventory_client::InventoryClient;\nasync fn f() {\n  let mut c = InventoryClient::connect(\"http://stock:50051\").await?;\n  c.get_stock(r).await?;\n}",
            &["calls Inventory @3", "calls Inventory/GetStock @4"],
        ),
        (
            "a.rb",
            "require 'grpc'\nstub = Shop::Inventory::Stub.new('stock:50051', :this_channel_is_insecure)\nstub.get_stock(r)",
            &["calls Inventory @2", "calls Inventory/GetStock @3"],
        ),
        ("A.java", "class A {\n  @DubboReference\n  private StockService stock;\n  void f() { stock.left(x); }\n}", &["calls StockService/left @4"]),
    ] {
        rpc(path, text, expected);
    }
}

#[test]
fn stubs_say_what_they_dial() {
    let text = "import \"google.golang.org/grpc\"\nfunc f() {\n\tconn, err := grpc.Dial(os.Getenv(\"STOCK_ADDR\"))\n\tc := pb.NewInventoryClient(conn)\n}";
    let facts = crate::index::extractors::facts(&crate::index::file::File::new("a.go", text));
    let note = facts.uses.iter().find(|u| u.kind == Kind::Rpc).and_then(|u| u.note.clone());
    assert_eq!(note.as_deref(), Some("dials ${STOCK_ADDR}"));
}
