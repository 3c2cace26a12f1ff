//! What single frameworks say in forms of their own.

use super::KINDS;
use crate::index::extractors::testing::says;

#[test]
fn what_kotlin_keeps_in_heads_is_declared() {
    for (text, expected) in [
        (
            "@Entity\n@Table(name = \"bills\")\nclass Bill(\n  @Id\n  val id: UUID = UUID.randomUUID(),\n  @Column(name = \"due_on\", nullable = false) val due: LocalDate,\n  @Enumerated(EnumType.STRING) var state: BillState = BillState.OPEN,\n  note: String,\n)\n\nclass Other(val x: Int)\n",
            &[
                "sure column declares bills @3",
                "sure column declares bills.id @5",
                "sure column declares bills.due_on @6",
                "sure column declares bills.state @7",
            ][..],
        ),
        (
            "@Entity\ndata class Bill(@Id val id: Long) {\n  @Column(name = \"paid_at\") var paid: Instant? = null\n}\n",
            &["sure column declares bill @2", "sure column declares bill.id @2", "sure column declares bill.paid_at @3"],
        ),
        // A body that follows is another's.
        (
            "@Entity\nclass Bill(@Id val id: Long)\n\nclass Service(private val bills: Bills) {\n  val seen: Int = 0\n}\n",
            &["sure column declares bill @2", "sure column declares bill.id @2"],
        ),
    ] {
        says("A.kt", text, KINDS, expected);
    }
}

#[test]
fn exposed_sets_in_blocks_with_and_without_brackets() {
    let head = "import org.jetbrains.exposed.sql.*\nobject Bills : Table(\"bills\") {\n  val state = varchar(\"state\", 9)\n}\n";
    for (text, expected) in [
        ("fun f() { Bills.insert { it[state] = \"open\" } }", &["sure column writes bills @5", "sure column writes bills.state = open @5"][..]),
        ("fun f() { Bills.insert { row -> row[state] = \"open\" } }", &["sure column writes bills @5", "sure column writes bills.state = open @5"]),
        (
            "fun f() = Bills.update({ Bills.state eq \"open\" }) { it[Bills.state] = \"shut\" }",
            &["sure column reads bills.state = open @5", "sure column writes bills @5", "sure column writes bills.state = shut @5"],
        ),
        ("fun f() = Bills.selectAll().where { Bills.state neq \"open\" }", &["sure column reads bills.state = open @5", "sure column reads bills @5"]),
        ("fun f() { list.insert { other[state] = \"open\" } }", &[]),
    ] {
        let found: Vec<String> =
            crate::index::extractors::testing::uses("A.kt", &format!("{head}{text}\n"), KINDS).into_iter().filter(|u| u.ends_with("@5")).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn entity_framework_maps_makes_and_sets() {
    let context = "using Microsoft.EntityFrameworkCore;\nclass Ctx : DbContext {\n public DbSet<Bill> Bills => Set<Bill>();\n protected override void OnModelCreating(ModelBuilder b) {\n  b.Entity<Bill>(e => {\n   e.ToTable(\"bill\");\n   e.Property(x => x.State).HasColumnName(\"bill_state\");\n  });\n  b.Entity<Line>().ToTable(\"bill_line\");\n }\n}";
    let configuration = "class BillMap : IEntityTypeConfiguration<Bill> {\n public void Configure(EntityTypeBuilder<Bill> builder) {\n  builder.ToTable(\"bill\");\n  builder.Property(x => x.DueOn).HasColumnName(\"due_on\");\n }\n}";
    let rows = "using Microsoft.EntityFrameworkCore;\nclass A {\n async Task F(BillDbContext db) {\n  var bill = new Bill { State = BillState.Open, Note = note };\n  db.Bills.Add(bill);\n  bill.State = BillState.Sent;\n  db.Lines.Add(new Line { Kind = \"fee\" });\n  await db.SaveChangesAsync();\n  await db.Bills.Where(b => b.Id == id).ExecuteUpdateAsync(s => s.SetProperty(b => b.State, BillState.Paid).SetProperty(b => b.At, now));\n }\n}";
    for (text, expected) in [
        (context, &["sure column declares bill @6", "sure column declares bill.bill_state @7", "sure column declares bill_line @9"][..]),
        (configuration, &["sure column declares bill @3", "sure column declares bill.due_on @4"]),
        (
            rows,
            &[
                "sure column writes ${table.of.Bills:Bills}.State = Open @4",
                "sure column writes ${table.of.Bills:Bills} @5",
                "sure column writes ${table.of.Bills:Bills}.State = Sent @6",
                "sure column writes ${table.of.Lines:Lines} @7",
                "sure column writes ${table.of.Lines:Lines}.Kind = fee @7",
                "sure column reads ${table.of.Bills:Bills} @9",
                "sure column reads ${table.of.Bills:Bills}.Id @9",
                "sure column writes ${table.of.Bills:Bills} @9",
                "sure column writes ${table.of.Bills:Bills}.State = Paid @9",
                "sure column writes ${table.of.Bills:Bills}.At @9",
            ],
        ),
        // What is added to a list, and what is only made.
        (
            "using Microsoft.EntityFrameworkCore;\nclass A { void F() { var bill = new Bill { State = BillState.Open }; list.Add(bill); items.Add(new Bill { State = BillState.Open }); db.SaveChanges(); } }",
            &[],
        ),
    ] {
        says("A.cs", text, KINDS, expected);
    }
    let facts = crate::index::extractors::facts(&crate::index::file::File::new("A.cs", context));
    let given: Vec<String> = facts.given.iter().map(|g| format!("{}={}", g.key, g.value)).collect();
    assert_eq!(given, ["table.of.Bill=bill", "table.of.Line=bill_line", "table.of.Bills=bill"]);
}

#[test]
fn migrations_say_what_columns_begin_with() {
    for (path, text, expected) in [
        (
            "A.cs",
            "class M : Migration {\n protected override void Up(MigrationBuilder m) {\n  m.CreateTable(name: \"bills\", columns: table => new {\n   id = table.Column<Guid>(nullable: false),\n   state = table.Column<string>(maxLength: 9, defaultValue: \"open\")\n  }, constraints: table => table.PrimaryKey(\"pk\", x => x.id));\n  m.AddColumn<string>(name: \"kind\", table: \"bills\", defaultValue: \"fee\");\n }\n}",
            &[
                "sure column declares bills @3",
                "sure column declares bills.id @4",
                "sure column declares bills.state = open @5",
                "sure column declares bills.kind = fee @7",
            ][..],
        ),
        (
            "a.js",
            "exports.up = (knex) => knex.schema.createTable('bills', (t) => {\n  t.string('state', 9).notNullable().defaultTo('open');\n  t.boolean('paid').defaultTo(false);\n});",
            &["sure column declares bills @1", "sure column declares bills.state = open @2", "sure column declares bills.paid @3"],
        ),
        (
            "a.php",
            "<?php\nSchema::create('bills', function (Blueprint $table) {\n  $table->string('state')->default('open');\n});",
            &["sure column declares bills @2", "sure column declares bills.state = open @3"],
        ),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn djangos_operations_and_shortcuts() {
    for (path, text, expected) in [
        (
            "shop/bills/migrations/0001_initial.py",
            "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.CreateModel(\n            name=\"Bill\",\n            fields=[\n                (\"state\", models.CharField(default=\"open\", max_length=9)),\n                (\"buyer\", models.ForeignKey(to=\"x.Buyer\")),\n                (\"tags\", models.ManyToManyField(to=\"x.Tag\")),\n            ],\n            options={\"db_table\": \"bill\"},\n        ),\n        migrations.AddField(model_name=\"bill\", name=\"kind\", field=models.CharField(default=\"fee\")),\n    ]\n",
            &[
                "sure column declares bill.state = open @8",
                "sure column declares bill.buyer_id @9",
                "sure column declares bill @12",
                "sure column declares ${table.of.bill:bills_bill}.kind = fee @14",
            ][..],
        ),
        (
            "views.py",
            "from django.shortcuts import get_object_or_404\nfrom bills.models import Bill\n\ndef f(pk):\n    return get_object_or_404(Bill, pk=pk)\n",
            &["sure column reads ${table.of.Bill:bill} @5"],
        ),
        (
            "Bill.php",
            "<?php\nuse Illuminate\\Database\\Eloquent\\Model;\nclass Bill extends Model {\n  public function scopeOpen($query) { return $query->where('state', 'open'); }\n  public function other($query) { return $query->where('kind', 'fee'); }\n}\n",
            &["sure column declares bills @3", "sure column reads bills @4", "sure column reads bills.state = open @4"],
        ),
    ] {
        says(path, text, KINDS, expected);
    }
}

#[test]
fn sequel_of_ruby() {
    for (path, text, expected) in [
        (
            "a.rb",
            "class Loan < Sequel::Model(:loans)\n  dataset_module do\n    def late = where(state: \"late\")\n  end\n  def close\n    update(state: \"closed\")\n  end\nend",
            &[
                "sure column declares loans @1",
                "sure column reads loans @3",
                "sure column reads loans.state = late @3",
                "sure column writes loans @6",
                "sure column writes loans.state = closed @6",
            ][..],
        ),
        (
            "a.rb",
            "class Loan < Sequel::Model(DB[:old_loans])\nend\nclass Fee < Sequel::Model\nend",
            &["sure column declares old_loans @1", "sure column declares fees @3"],
        ),
        (
            "a.rb",
            "DB[:loans].where(state: \"late\").where { due < day }.update(state: \"closed\")\nDB[:loans].where { due < day }.delete\nputs 1",
            &[
                "sure column reads loans @1",
                "sure column reads loans.state = late @1",
                "sure column writes loans @1",
                "sure column writes loans.state = closed @1",
                "sure column reads loans @2",
                "sure column deletes loans @2",
            ],
        ),
        (
            "db/001.rb",
            "Sequel.migration do\n  change do\n    create_table(:loans) do\n      primary_key :id\n      String :state, default: \"open\"\n      foreign_key :reader_id, :readers\n      index :state\n    end\n  end\nend",
            &[
                // A question to other files, which nobody answers.
                "sure column reads ${enum column of Sequel migration} = migration @1",
                "sure column declares loans @3",
                "sure column declares loans.id @4",
                "sure column declares loans.state = open @5",
                "sure column declares loans.reader_id @6",
            ],
        ),
        (
            "a.rb",
            "class Loan < Sequel::Model\n  LATE = \"late\"\n  def label\n    case state\n    when LATE then 1\n    when \"open\" then 2\n    end\n  end\n  def of(phase)\n    case phase\n    when LATE then 1\n    end\n  end\nend",
            &["sure column declares loans @1", "sure column reads loans.state = late @5", "sure column reads loans.state = open @6"],
        ),
        (
            "a.rb",
            "LoanRequest.where(state: \"late\").count\nputs 1",
            &["likely column reads ${table.of.LoanRequest} @1", "likely column reads ${table.of.LoanRequest}.state = late @1"],
        ),
        // Blocks of lists, and calls that are no columns.
        ("a.rb", "rows.select { |r| r.late }.update(state: \"closed\")\ncreate_list(:loans) do\n  String :state\nend", &[]),
    ] {
        says(path, text, KINDS, expected);
    }
}
