use crate::index::extractors::testing::says;
use crate::index::model::Kind;

#[test]
fn enumerations_have_members_and_places() {
    for (path, text, expected) in [
        (
            "A.java",
            "enum OrderStatus { NEW, PAID(\"p\"); }\nclass A { void f() { if (o.getStatus() == OrderStatus.NEW) { o.setStatus(OrderStatus.PAID); } } }",
            &[
                "sure state declares OrderStatus = NEW @1",
                "sure state declares OrderStatus = PAID @1",
                "sure state reads OrderStatus = NEW @2",
                "sure state writes OrderStatus = PAID @2",
            ][..],
        ),
        (
            "a.py",
            "class JobState(str, Enum):\n    QUEUED = \"queued\"\n    DONE = \"done\"\n\ndef f(j):\n    if j.state == JobState.QUEUED:\n        j.state = JobState.DONE.value",
            &[
                "sure state declares JobState = queued @2",
                "sure state declares JobState = done @3",
                "sure state reads JobState = queued @6",
                "sure state writes JobState = done @7",
            ],
        ),
        (
            "a.ts",
            "export type WorkerStatus = 'idle' | 'busy';\nenum Phase { Open = 'open', Closed = 'closed' }\nswitch (p) { case Phase.Open: break; }",
            &[
                "sure state declares WorkerStatus = idle @1",
                "sure state declares WorkerStatus = busy @1",
                "sure state declares Phase = open @2",
                "sure state declares Phase = closed @2",
                "sure state reads Phase = open @3",
            ],
        ),
        (
            "a.go",
            "type Status string\n\nconst (\n\tStatusIdle Status = \"idle\"\n\tStatusBusy Status = \"busy\"\n)\n\nfunc f(w *W) {\n\tif w.Status == StatusIdle {\n\t\tw.Status = StatusBusy\n\t}\n}",
            &[
                "sure state declares Status = idle @4",
                "sure state declares Status = busy @5",
                "sure state reads Status = idle @9",
                "sure state writes Status = busy @10",
            ],
        ),
        (
            "a.rs",
            "enum TaskState { Ready, Gone }\nfn f(t: &mut T) { match t.state { TaskState::Ready => t.state = TaskState::Gone, _ => {} } }",
            &[
                "sure state declares TaskState = Ready @1",
                "sure state declares TaskState = Gone @1",
                "sure state reads TaskState = Ready @2",
                "sure state writes TaskState = Gone @2",
            ],
        ),
        ("A.cs", "class A { void F() { if (o.Status == OrderStatus.Paid) { } } }", &["likely state reads OrderStatus = Paid @1"]),
        (
            "a.php",
            "<?php\nenum OrderState: string { case Open = 'open'; case Shut = 'shut'; }",
            &["sure state declares OrderState = open @2", "sure state declares OrderState = shut @2"],
        ),
    ] {
        says(path, text, &[Kind::State], expected);
    }
}

#[test]
fn an_entry_is_what_the_call_around_it_makes_of_it() {
    let enumeration = "const JobState = { OPEN: 'open', SHUT: 'shut' };\n";
    for (path, text, expected) in [
        (
            "a.js",
            format!("{enumeration}q('jobs').where({{ state: JobState.OPEN }}).update({{ state: JobState.SHUT }});"),
            &["sure state reads JobState = open @2", "sure state writes JobState = shut @2"][..],
        ),
        (
            "a.js",
            format!("{enumeration}Job.updateMany({{ state: JobState.OPEN }}, {{ $set: {{ state: JobState.SHUT }} }});"),
            &["sure state reads JobState = open @2", "sure state writes JobState = shut @2"],
        ),
        (
            "a.js",
            format!("{enumeration}Job.findAll({{ where: {{ state: [JobState.OPEN, JobState.SHUT] }} }});"),
            &["sure state reads JobState = open @2", "sure state reads JobState = shut @2"],
        ),
        ("a.js", format!("{enumeration}const busy = new Set([JobState.OPEN, JobState.SHUT]);\nawait Promise.all([run(JobState.OPEN), JobState.SHUT]);"), &[]),
        ("a.js", format!("{enumeration}const made = {{ state: JobState.OPEN }};"), &["sure state writes JobState = open @2"]),
        (
            "a.php",
            "<?php\nJob::where(['state' => JobState::Open->value])->update(['state' => JobState::Shut->value]);".to_owned(),
            &["likely state reads JobState = JobState.Open @2", "likely state writes JobState = JobState.Shut @2"],
        ),
        (
            "a.php",
            "<?php\n$x = ['state' => JobState::Open];\n$names = [JobState::Open->value => 'x'];".to_owned(),
            &["likely state writes JobState = JobState.Open @2", "likely state reads JobState = JobState.Open @3"],
        ),
    ] {
        let found: Vec<String> = crate::index::extractors::testing::uses(path, &text, &[Kind::State]).into_iter().filter(|u| !u.contains("declares")).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn only_cases_are_members_where_there_are_cases() {
    for (path, text) in [
        (
            "a.php",
            "<?php\nenum JobState: string implements A, B {\n  use Named, Listed;\n  case Open = 'open';\n  case Shut = 'shut';\n  const FIRST = self::Open, LAST = self::Shut;\n  public static function of(int $x): self { return self::Open; }\n}",
        ),
        ("a.swift", "enum JobState: String {\n  case Open = \"open\"\n  case Shut = \"shut\"\n  var label: String { \"x\" }\n  func f(a: Int, b: Int) {}\n}"),
    ] {
        let found: Vec<String> = crate::index::extractors::testing::uses(path, text, &[Kind::State]).into_iter().filter(|u| u.contains("declares")).collect();
        assert_eq!(found.iter().map(|u| u.rsplit(" = ").next().unwrap_or("").split(' ').next().unwrap_or("")).collect::<Vec<_>>(), ["open", "shut"], "{text}");
    }
}

#[test]
fn what_is_stored_is_a_state_by_any_name() {
    for (path, text, expected) in [
        (
            "a.ts",
            "export enum BoxKind { Small = 'small', Big = 'big' }\n@Entity() class B { @Column({ type: 'varchar' }) kind!: BoxKind; }\nfunction f(k) { switch (k) { case BoxKind.Big: return 1; } b.kind = BoxKind.Small; }",
            &[
                "sure state declares BoxKind = small @1",
                "sure state declares BoxKind = big @1",
                "sure state reads BoxKind = big @3",
                "sure state writes BoxKind = small @3",
            ][..],
        ),
        (
            "a.py",
            "class Carrier(str, Enum):\n    ROAD = \"road\"\n    SEA = \"sea\"\n\nclass Box(Base):\n    carrier: Mapped[Carrier]\n",
            &["sure state declares Carrier = road @2", "sure state declares Carrier = sea @3"],
        ),
        (
            "a.rs",
            "#[derive(Debug, sqlx::Type)]\nenum Lane { Fast, Slow }\nfn f(l: Lane) -> u8 { match l { Lane::Fast => 1, Lane::Slow => 2 } }",
            &["sure state declares Lane = Fast @2", "sure state declares Lane = Slow @2", "sure state reads Lane = Fast @3", "sure state reads Lane = Slow @3"],
        ),
        // Of another file: told when the repository is put together, if that one says so.
        ("b.ts", "switch (k) { case BoxKind.Big: return 1; }", &["sure state reads ${closed enum BoxKind} = BoxKind.Big @1"]),
        // Numbers, colours of a page, and what nobody stores.
        (
            "c.ts",
            "enum Shade { Red = 'red', Blue = 'blue' }\nconst x = Shade.Red;\nenum Num { A = 1, B = 2 }\nswitch (n) { case Num.A: break; }",
            &["sure state reads ${closed enum Num} = Num.A @4"],
        ),
    ] {
        says(path, text, &[Kind::State], expected);
    }
}

#[test]
fn a_function_says_what_it_does_with_a_member() {
    for (path, text, expected) in [
        (
            "a.rs",
            "use super::m::LoanState;\nfn f() { decide(&db, id, LoanState::Lent).await; show(LoanState::Back); assert_eq!(x, LoanState::Lost); }",
            &["likely state writes LoanState = Lent @2"][..],
        ),
        (
            "a.py",
            "loans.find_by(LoanState.LENT)\nmark_loan(loan, LoanState.BACK)\nprint(LoanState.LOST)\nsettings(LoanState.LOST)",
            &["likely state reads LoanState = LoanState.LENT @1", "likely state writes LoanState = LoanState.BACK @2"],
        ),
        (
            "A.java",
            "class A { void f() { loans.listAll(page, LoanState.LENT); loans.updateState(id, LoanState.BACK); new Row(id, LoanState.LOST); } }",
            &["likely state reads LoanState = LENT @1", "likely state writes LoanState = BACK @1"],
        ),
    ] {
        says(path, text, &[Kind::State], expected);
    }
}

#[test]
fn other_names_are_no_states() {
    for (path, text) in [
        ("A.java", "enum Color { RED, BLUE }\nclass A { int f() { return HttpStatus.OK == s ? 1 : 2; } }"),
        ("a.ts", "const [state, setState] = useState(0);\nclass AppState { a = 1; b = 2; }"),
        ("a.go", "import \"google.golang.org/grpc/status\"\n\nfunc f() error { return status.Error(codes.NotFound, \"x\") }"),
        ("a.py", "class AppState:\n    def __init__(self):\n        self.a = 1\n        self.b = 2"),
    ] {
        says(path, text, &[Kind::State], &[]);
    }
}
