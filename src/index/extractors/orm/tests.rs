use crate::index::extractors::testing::says;
use crate::index::model::Kind;

mod frameworks;

const KINDS: &[Kind] = &[Kind::Column];

#[test]
fn mapped_types_declare_tables_and_columns() {
    for (path, text, expected) in [
        (
            "shop/models.py",
            "from django.db import models\n\nclass Order(models.Model):\n    status = models.CharField(max_length=9, default=\"new\")\n    buyer = models.ForeignKey(User, on_delete=models.CASCADE)\n",
            &["sure column declares shop_order @3", "sure column declares shop_order.status = new @4", "sure column declares shop_order.buyer_id @5"][..],
        ),
        (
            "a.py",
            "class Worker(Base):\n    __tablename__ = \"workers\"\n    id = Column(Integer, primary_key=True)\n    status: Mapped[str] = mapped_column(String(20))\n",
            &["sure column declares workers @1", "sure column declares workers.id @3", "sure column declares workers.status @4"],
        ),
        (
            "A.java",
            "@Entity\n@Table(name = \"orders\")\npublic class Order {\n  @Id private Long id;\n  @Column(name = \"state\") private String status;\n  private String shipTo;\n  private static final long X = 1;\n}",
            &[
                "sure column declares orders @3",
                "sure column declares orders.id @4",
                "sure column declares orders.state @5",
                "sure column declares orders.ship_to @6",
            ],
        ),
        (
            "a.ts",
            "@Entity('orders')\nexport class Order {\n  @PrimaryGeneratedColumn() id: number;\n  @Column({ type: 'enum', enum: ['new', 'paid'] }) status: string;\n}",
            &[
                "sure column declares orders @2",
                "sure column declares orders.id @3",
                "sure column declares orders.status = new @4",
                "sure column declares orders.status = paid @4",
            ],
        ),
        (
            "a.go",
            "type Order struct {\n\tID uint `gorm:\"primaryKey\"`\n\tStatus string `gorm:\"column:state;default:new\"`\n}",
            &["sure column declares orders @1", "sure column declares orders.id @2", "sure column declares orders.state = new @3"],
        ),
        (
            "order.rb",
            "class Order < ApplicationRecord\n  enum status: { open: 0, paid: 1 }\nend",
            &["sure column declares orders @1", "sure column declares orders.status = open @2", "sure column declares orders.status = paid @2"],
        ),
        (
            "a.js",
            "const mongoose = require('mongoose');\nconst s = new mongoose.Schema({ status: { type: String, enum: ['new', 'paid'] } });\nmodule.exports = mongoose.model('Order', s);",
            &["sure column declares orders.status = new @2", "sure column declares orders.status = paid @2", "sure column declares orders @3"],
        ),
        (
            "a.ts",
            "export const orders = pgTable('orders', { id: serial('id'), state: text('order_state') });",
            &["sure column declares orders @1", "sure column declares orders.id @1", "sure column declares orders.order_state @1"],
        ),
        (
            "a.ex",
            "defmodule Shop.Order do\n  schema \"orders\" do\n    field :status, :string\n  end\nend",
            &["sure column declares orders @2", "sure column declares orders.status @3"],
        ),
        (
            "db/migrate/1_x.rb",
            "class X < ActiveRecord::Migration[7.0]\n  def change\n    create_table :orders do |t|\n      t.string :status, default: \"new\"\n      t.references :buyer\n    end\n    remove_column :orders, :note\n  end\nend",
            &[
                "sure column declares orders @3",
                "sure column declares orders.status = new @4",
                "sure column declares orders.buyer_id @5",
                "sure column deletes orders.note @7",
            ],
        ),
        (
            "a.php",
            "<?php\nSchema::create('orders', function (Blueprint $table) {\n    $table->string('status');\n});",
            &["sure column declares orders @2", "sure column declares orders.status @3"],
        ),
        (
            "a.py",
            "def upgrade():\n    op.create_table('orders', sa.Column('status', sa.String()))\n    op.add_column('orders', sa.Column('note', sa.Text()))\n\ndef downgrade():\n    op.drop_table('orders')",
            &["sure column declares orders @2", "sure column declares orders.status @2", "sure column declares orders.note @3"],
        ),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn calls_filter_and_set() {
    for (path, text, expected) in [
        (
            "a.py",
            "from shop.models import Order\nOrder.objects.filter(status=\"new\", total__gt=5).update(status=\"paid\")",
            &[
                "sure column reads ${table.of.Order:order} @2",
                "sure column reads ${table.of.Order:order}.status = new @2",
                "sure column reads ${table.of.Order:order}.total @2",
                "sure column writes ${table.of.Order:order} @2",
                "sure column writes ${table.of.Order:order}.status = paid @2",
            ][..],
        ),
        (
            "a.py",
            "from models import Worker\n\ndef f(session):\n    w = session.query(Worker).filter(Worker.status == \"idle\").first()\n    w.status = \"busy\"\n    session.commit()",
            &[
                "sure column reads ${table.of.Worker:worker} @4",
                "sure column reads ${table.of.Worker:worker}.status = idle @4",
                "sure column writes ${table.of.Worker:worker}.status = busy @5",
            ],
        ),
        (
            "app/a.rb",
            "class A\n  def f\n    Order.where(status: :open).update_all(status: \"shut\")\n  end\nend",
            &[
                "sure column reads ${table.of.Order:orders} @3",
                "sure column reads ${table.of.Order:orders}.status = open @3",
                "sure column writes ${table.of.Order:orders} @3",
                "sure column writes ${table.of.Order:orders}.status = shut @3",
            ],
        ),
        (
            "app/a.rb",
            "class A\n  def f(id)\n    order = Order.find(id)\n    return if order.status == \"shut\"\n    order.update!(status: \"paid\")\n    order.increment!(:tries)\n  end\nend",
            &[
                "sure column reads ${table.of.Order:orders} @3",
                "sure column reads ${table.of.Order:orders}.status = shut @4",
                "sure column writes ${table.of.Order:orders} @5",
                "sure column writes ${table.of.Order:orders}.status = paid @5",
                "sure column writes ${table.of.Order:orders} @6",
                "sure column writes ${table.of.Order:orders}.tries @6",
            ],
        ),
        (
            "app/models/order.rb",
            "class Order < ApplicationRecord\n  def self.give_up(id)\n    where(buyer: id, status: \"open\").update_all(status: \"lost\")\n  end\nend",
            &[
                "sure column declares orders @1",
                "sure column reads orders @3",
                "sure column reads orders.buyer @3",
                "sure column reads orders.status = open @3",
                "sure column writes orders @3",
                "sure column writes orders.status = lost @3",
            ],
        ),
        (
            "a.py",
            "from models import Job\n\ndef f(session):\n    job = session.get(Job, 1)\n    session.add(Job(kind=k, state=\"new\"))\n    session.commit()",
            &[
                "sure column reads ${table.of.Job:job} @4",
                "sure column writes ${table.of.Job:job} @5",
                "sure column writes ${table.of.Job:job}.kind @5",
                "sure column writes ${table.of.Job:job}.state = new @5",
            ],
        ),
        (
            "A.java",
            "class A { A(OrderRepository rows) { } void f() { rows.findByStatus(OrderStatus.NEW); } }",
            &["sure column reads ${table.of.Order:order}.status = NEW @1", "sure column reads ${table.of.Order:order} @1"],
        ),
        (
            "a.go",
            "import \"gorm.io/gorm\"\n\nfunc f(db *gorm.DB) {\n\tvar o Order\n\tdb.Where(\"sku = ? AND state = ?\", sku, \"held\").First(&o)\n}",
            &[
                "sure column reads ${table.of.Order:orders} @5",
                "sure column reads ${table.of.Order:orders}.sku @5",
                "sure column reads ${table.of.Order:orders}.state = held @5",
            ],
        ),
        (
            "a.ts",
            "class A { private rows = source.getRepository(Cart); async f() { const open = await this.rows.find({ where: { state: 'open' } }); for (const cart of open) { cart.state = 'left'; await this.rows.save(cart); } } }",
            &[
                "sure column reads ${table.of.Cart:carts} @1",
                "sure column reads ${table.of.Cart:carts}.state = open @1",
                "sure column writes ${table.of.Cart:carts} @1",
                "sure column writes ${table.of.Cart:carts}.state = left @1",
            ],
        ),
        (
            "a.ts",
            "await prisma.order.updateMany({ where: { status: 'new' }, data: { status: 'paid' } });",
            &[
                "sure column writes ${table.of.Order:Order} @1",
                "sure column reads ${table.of.Order:Order}.status = new @1",
                "sure column writes ${table.of.Order:Order}.status = paid @1",
            ],
        ),
        (
            "a.js",
            "await knex('orders').where({ status: 'new' }).update({ status: 'paid' });",
            &[
                "sure column reads orders @1",
                "sure column reads orders.status = new @1",
                "sure column writes orders @1",
                "sure column writes orders.status = paid @1",
            ],
        ),
        (
            "a.js",
            "const { MongoClient } = require('mongodb');\ndb.collection('orders').updateOne({ status: 'new' }, { $set: { status: 'paid' } });",
            &["sure column writes orders @2", "sure column reads orders.status = new @2", "sure column writes orders.status = paid @2"],
        ),
        (
            "a.go",
            "import \"go.mongodb.org/mongo-driver/mongo\"\n\nfunc f() {\n\tc := db.Collection(\"orders\")\n\tc.UpdateOne(ctx, bson.M{\"status\": \"new\"}, bson.M{\"$set\": bson.M{\"status\": \"paid\"}})\n}",
            &["sure column writes orders @5", "sure column reads orders.status = new @5", "sure column writes orders.status = paid @5"],
        ),
        (
            "a.go",
            "import \"gorm.io/gorm\"\n\nfunc f(db *gorm.DB) {\n\tdb.Model(&Order{}).Where(\"status = ?\", \"new\").Update(\"status\", \"paid\")\n}",
            &[
                "sure column reads ${table.of.Order:orders} @4",
                "sure column reads ${table.of.Order:orders}.status = new @4",
                "sure column writes ${table.of.Order:orders} @4",
                "sure column writes ${table.of.Order:orders}.status = paid @4",
            ],
        ),
        (
            "A.cs",
            "using Microsoft.EntityFrameworkCore;\nclass A { void F() { var o = _context.Orders.Where(x => x.Status == OrderStatus.Paid).ToList(); } }",
            &["sure column reads ${table.of.Orders:Orders} @2", "sure column reads ${table.of.Orders:Orders}.Status = Paid @2"],
        ),
        (
            "a.php",
            "<?php\nuse App\\Models\\Order;\nOrder::where('status', 'new')->update(['status' => 'paid']);\nDB::table('carts')->where('state', '=', 'open')->delete();",
            &[
                "sure column reads ${table.of.Order:orders} @3",
                "sure column reads ${table.of.Order:orders}.status = new @3",
                "sure column writes ${table.of.Order:orders} @3",
                "sure column writes ${table.of.Order:orders}.status = paid @3",
                "sure column reads carts @4",
                "sure column reads carts.state = open @4",
                "sure column deletes carts @4",
            ],
        ),
        (
            "A.java",
            "interface OrderRepository extends JpaRepository<Order, Long> {\n  List<Order> findByStatusAndShipToIn(String s, List<String> t);\n}",
            &[
                "sure column reads ${table.of.Order:order} @2",
                "sure column reads ${table.of.Order:order}.status @2",
                "sure column reads ${table.of.Order:order}.ship_to @2",
            ],
        ),
        (
            "A.java",
            "class A { private final OrderRepository orderRepository; void f(Order order) { order.setStatus(OrderStatus.PAID); orderRepository.save(order); } }",
            &["sure column writes ${table.of.Order:order} @1", "sure column writes ${table.of.Order:order}.status = PAID @1"],
        ),
        (
            "a.ex",
            "defmodule A do\n  import Ecto.Query\n  def f do\n    from(o in Order, where: o.status == \"new\")\n  end\nend",
            &["sure column reads ${table.of.Order:orders} @4", "sure column reads ${table.of.Order:orders}.status = new @4"],
        ),
        (
            "a.rs",
            "use diesel::prelude::*;\nfn f() { diesel::update(orders::table.filter(orders::status.eq(\"new\"))).set(orders::status.eq(\"paid\")).execute(c); }",
            &["sure column reads orders.status = new @2", "sure column writes orders.status = paid @2"],
        ),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn lists_and_maps_are_no_tables() {
    for (path, text) in [
        ("a.ts", "const x = items.filter(i => i.status === 'new');\nconst m = new Map(); m.set('status', 'x'); arr.find(o => o.id === 1);"),
        ("a.py", "d.update(status=\"x\")\nfilter(status=\"a\")\nobj.status = \"paid\"\nfoo.save()"),
        ("A.java", "class A { void f() { list.stream().filter(o -> o.getStatus() == Status.NEW).findFirst(); map.remove(\"x\"); } }"),
        ("A.cs", "class A { void F() { var q = items.Where(x => x.Status == Status.Paid); } }"),
        ("a.rb", "class A\n  def f\n    list.find { |o| o.status == :open }\n    hash.update(status: 1)\n  end\nend"),
        ("a.go", "func f() { m.Update(\"status\", \"x\"); cfg.Set(\"a\", \"b\") }"),
    ] {
        says(path, text, KINDS, &[]);
    }
}

#[test]
fn rows_are_switched_on_and_removed() {
    for (path, text, expected) in [
        (
            "app/models/parcel.rb",
            "class Parcel < ApplicationRecord\n  enum :stage, { packed: \"packed\", gone: \"gone\" }\n  def icon\n    case stage\n    when \"packed\" then 1\n    when :gone, \"lost\" then \"x\"\n    end\n  end\nend",
            &[
                "sure column declares parcels @1",
                "sure column declares parcels.stage = packed @2",
                "sure column declares parcels.stage = gone @2",
                "sure column reads parcels.stage = packed @5",
                "sure column reads parcels.stage = gone @6",
                "sure column reads parcels.stage = lost @6",
            ][..],
        ),
        (
            "a.py",
            "class Parcel(Base):\n    __tablename__ = \"parcels\"\n    stage: Mapped[str]\n    note: Mapped[str | None]\n    box: Mapped[\"Box\"]\n\ndef f(session, parcel: Parcel):\n    match parcel.stage:\n        case \"packed\" | \"sealed\":\n            x = \"other\"\n    session.delete(parcel)",
            &[
                "sure column declares parcels @1",
                "sure column declares parcels.stage @3",
                "sure column declares parcels.note @4",
                "sure column reads parcels.stage = packed @9",
                "sure column reads parcels.stage = sealed @9",
                "sure column deletes parcels @11",
            ],
        ),
        (
            "A.java",
            "@Entity class Parcel { String stage; }\nclass A { int f(Parcel p) { switch (p.getStage()) { case \"packed\": log(\"x\"); return 1; case \"gone\": String s = \"y\"; } em.remove(p); list.remove(p); } }",
            &[
                "sure column declares parcel @1",
                "sure column declares parcel.stage @1",
                "sure column reads parcel.stage = packed @2",
                "sure column reads parcel.stage = gone @2",
                "sure column deletes parcel @2",
            ],
        ),
        (
            "a.go",
            "type Parcel struct {\n\tStage string `gorm:\"column:stage\"`\n}\n\nfunc f(p *Parcel) {\n\tswitch p.Stage {\n\tcase \"packed\", \"sealed\":\n\t\tx := \"y\"\n\t}\n}",
            &[
                "sure column declares parcels @1",
                "sure column declares parcels.stage @2",
                "sure column reads parcels.stage = packed @7",
                "sure column reads parcels.stage = sealed @7",
            ],
        ),
        // Another thing's member, and a local variable.
        (
            "app/models/a.rb",
            "class Parcel < ApplicationRecord\n  def f\n    case params[:x]\n    when \"packed\" then 1\n    end\n    case kind\n    when \"a\" then 2\n    end\n  end\nend",
            &["sure column declares parcels @1"],
        ),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn methods_of_enumerations_ask_their_model() {
    let text = "class A\n  def f(parcel)\n    parcel.packed!\n    return if box.parcel&.gone?\n    Parcel.packed.find_each { |p| p.touch }\n    x = parcel.gone != y\n    parcel.save!\n    value.zero? ? 1 : 2\n    File.open(path)\n  end\nend";
    let expected = [
        "likely column writes ${enum column of Parcel packed} = packed @3",
        "likely column reads ${enum column of Parcel gone} = gone @4",
        "sure column reads ${enum column of Parcel packed} = packed @5",
    ];
    let found: Vec<String> = crate::index::extractors::testing::uses("app/jobs/a.rb", text, KINDS).into_iter().filter(|u| u.contains("enum column")).collect();
    assert_eq!(found, expected);
    let model = "class Parcel < ApplicationRecord\n  enum :stage, { packed: 0, gone: \"away\" }, prefix: true\n  enum kind: %i[small big]\nend";
    let facts = crate::index::extractors::facts(&crate::index::file::File::new("app/models/parcel.rb", model));
    let given: Vec<String> = facts.given.iter().filter(|g| g.key.contains(' ')).map(|g| format!("{} = {}", g.key, g.value)).collect();
    assert_eq!(
        given,
        [
            "enum column of Parcel stage_packed = parcels.stage",
            "enum column of Parcel stage_gone = parcels.stage",
            "enum column of Parcel small = parcels.kind",
            "enum column of Parcel big = parcels.kind"
        ]
    );
}

#[test]
fn conditions_in_words_and_associations() {
    for (path, text, expected) in [
        (
            "a.ts",
            "import { Repository } from 'typeorm';\nclass A { constructor(private readonly boxes: Repository<Box>) {}\n f() { return this.boxes.createQueryBuilder('b').where('b.stage = :wanted', { wanted: 'packed' }).getMany(); } }",
            &["sure column reads ${table.of.Box:boxes} @3", "sure column reads ${table.of.Box:boxes}.stage = packed @3"][..],
        ),
        (
            "app/jobs/b.rb",
            "class B\n  def f\n    Box.late.in_batches do |batch|\n      batch.update_all(\"stage = 'lost', seen_at = now()\")\n    end\n    box.parcels.create!(stage: \"packed\")\n    stripe.charges.create(stage: \"x\")\n  end\nend",
            &[
                "sure column writes ${table.of.Box:boxes} @4",
                "sure column writes ${table.of.Box:boxes}.stage = lost @4",
                "sure column writes ${table.of.Box:boxes}.seen_at @4",
                "likely column writes ${table.of.Parcel} @6",
                "likely column writes ${table.of.Parcel}.stage = packed @6",
            ],
        ),
        (
            "m.ts",
            "class M { async up(q: QueryRunner) { await q.createTable(new Table({\n name: 'boxes',\n columns: [\n  { name: 'stage', type: 'varchar', default: \"'new'\" },\n  { name: 'at', default: 'now()' } ] }), true); } }",
            &["sure column declares boxes @2", "sure column declares boxes.stage = new @4", "sure column declares boxes.at @5"],
        ),
    ] {
        let found: Vec<String> = crate::index::extractors::testing::uses(path, text, KINDS).into_iter().filter(|u| !u.contains("enum column")).collect();
        assert_eq!(found, expected, "{path}");
    }
}

#[test]
fn a_builder_of_another_file_is_asked() {
    for (text, expected) in [
        (
            "const db = require('../db');\nawait db('carts').where({ state: 'open' }).whereNot('kind', 'gift').update({ state: 'shut' });\nawait db('lines').where('id', i).update('state', 'sent');\nawait db('seen').insert({ cart_id: c }).onConflict('cart_id').merge();",
            &[
                "sure column reads carts @2",
                "sure column reads carts.state = open @2",
                "sure column reads carts.kind = gift @2",
                "sure column writes carts @2",
                "sure column writes carts.state = shut @2",
                "sure column reads lines @3",
                "sure column reads lines.id @3",
                "sure column writes lines @3",
                "sure column writes lines.state = sent @3",
                "sure column writes seen @4",
                "sure column writes seen.cart_id @4",
            ][..],
        ),
        ("import { knex } from '@/store/knex';\nexport const f = () => knex('carts').select('id');", &["sure column reads carts @2"]),
        // Not the project's own, not called so, not asked so.
        ("const db = require('lowdb');\ndb('carts').insert({ a: 1 });", &[]),
        ("import $ from './jquery';\n$('carts').first();", &[]),
        ("import db from './db';\ndb('carts').close();\ndb(name).where({ a: 1 });", &[]),
    ] {
        let found: Vec<String> = crate::index::extractors::testing::uses("a.js", text, KINDS)
            .into_iter()
            .filter(|u| expected.is_empty() || !u.contains("reads carts @2 ="))
            .collect();
        let wanted: Vec<String> = expected.iter().map(|e| (*e).to_owned()).collect();
        if expected == ["sure column reads carts @2"] {
            assert!(found.iter().all(|u| u.starts_with("sure column reads carts")), "{text}: {found:?}");
        } else {
            assert_eq!(found, wanted, "{text}");
        }
    }
}
