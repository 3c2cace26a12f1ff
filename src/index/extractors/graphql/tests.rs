use crate::index::extractors::testing::says;
use crate::index::model::Kind;

#[test]
fn schemas_resolvers_and_documents() {
    for (path, text, expected) in [
        ("s.graphqls", "type Query { orders: [Order] }", &["declares query orders @1"][..]),
        (
            "s.graphql",
            "type Order { id: ID! }\ntype Query {\n  \"\"\"All: of them\"\"\"\n  orders(first: Int = 10): [Order!]!\n  order(id: ID!): Order @auth\n}\nextend type Mutation { createOrder(input: New!): Order }",
            &["declares query orders @4", "declares query order @5", "declares mutation createOrder @7"][..],
        ),
        (
            "q.graphql",
            "query List($n: Int) {\n  all: orders(first: $n) { id items { sku } }\n  me { ...F }\n}",
            &["calls query orders @2", "calls query me @3"],
        ),
        ("a.ts", "const Q = gql`\n  mutation Create($i: New!) {\n    createOrder(input: $i) { id }\n  }\n`;", &["calls mutation createOrder @3"]),
        ("a.ts", "const t = 'query the {thing}';\nclient.query(`select {x}`);", &[]),
        (
            "a.ts",
            "import { Query, Resolver } from '@nestjs/graphql';\n@Resolver()\nexport class R {\n  @Query(() => [Order])\n  async orders() { return []; }\n}",
            &["serves query orders @4"],
        ),
        ("a.ts", "import { Query } from '@nestjs/common';\nclass C { list(@Query('page') page: number) { } }", &[]),
        (
            "a.js",
            "const resolvers = {\n  Query: {\n    orders: () => [],\n    async order(_, { id }) { return 1; },\n  },\n};",
            &["serves query orders @3", "serves query order @4"],
        ),
        ("A.java", "class A {\n  @QueryMapping\n  public List<Order> orders() { return x; }\n}", &["serves query orders @2"]),
        ("a.go", "func (r *queryResolver) Orders(ctx context.Context) ([]*Order, error) { return nil, nil }", &["serves query orders @1"]),
        ("a.py", "import graphene\nclass Query(graphene.ObjectType):\n    def resolve_all_orders(self, info):\n        pass", &["serves query allOrders @3"]),
        ("a.rb", "class QueryType < BaseObject\n  field :all_orders, [OrderType], null: false\nend", &["serves query allOrders @2"]),
    ] {
        let lines: Vec<String> = expected.iter().map(|e| format!("sure operation {e}")).collect();
        says(path, text, &[Kind::Operation], &lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
