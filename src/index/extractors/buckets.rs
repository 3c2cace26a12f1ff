//! Objects in buckets: S3 and its relatives, Google Cloud Storage, Azure Blob Storage, MinIO. The name is `bucket/key`, as far as it is known.

use crate::index::file::File;
use crate::index::model::{Certainty, Facts, Kind, Name, Part, Role, Use};
use crate::index::reading::tokens::Kind as Token;
use crate::index::reading::{Call, Reading, Span};

/// Commands of S3 clients, by the called name or the type of the request, lower case without `_`, `Command`, `Request` and `Input`.
const COMMANDS: &[(Role, &[&str])] = &[
    (
        Role::Reads,
        &[
            "getobject",
            "downloadfile",
            "downloadfileobj",
            "fgetobject",
            "headobject",
            "statobject",
            "listobjects",
            "listobjectsv2",
            "selectobjectcontent",
            "getpresignedurl",
            "presignedgetobject",
            "getobjectasync",
            "statobjectasync",
            "downloadobject",
        ],
    ),
    (
        Role::Writes,
        &[
            "putobject",
            "uploadfile",
            "uploadfileobj",
            "fputobject",
            "copyobject",
            "createmultipartupload",
            "uploadobject",
            "presignedputobject",
            "putobjectasync",
            "copyobjectasync",
        ],
    ),
    (Role::Deletes, &["deleteobject", "deleteobjects", "removeobject", "removeobjects", "removeobjectasync", "deleteobjectasync"]),
];

/// What proves a client of an object store.
const IMPORTS: [&str; 12] =
    ["boto", "s3", "aws-sdk", "amazonaws", "awssdk", "amazon.s3", "minio", "cloud.google.com/go/storage", "google.cloud", "storage", "blob", "aws"];

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    for call in reading.calls.iter().filter(|c| !c.in_log) {
        let mut name = plain(call.name);
        // `generate_presigned_url("get_object", Params={..})`, `getSignedUrl("getObject", {..})`
        if matches!(&*name, "generatepresignedurl" | "getsignedurl" | "getsignedurlpromise")
            && let Some(asked) = call.positional(0).and_then(|a| reading.literal(&a.span))
        {
            name = plain(&asked);
        }
        if let Some((role, _)) = COMMANDS.iter().find(|(_, names)| names.contains(&&*name)) {
            s3(reading, call, &name, *role, facts);
        } else {
            handles(reading, call, &name, facts);
        }
    }
    named(reading, facts);
}

/// Variables that name a bucket, with what they are without anybody giving them: `os.environ.get("REPORTS_BUCKET", "reports")`.
fn named(reading: &Reading<'_>, facts: &mut Facts) {
    for at in 1..reading.tokens.len() {
        let Some(key) = reading.string(at).filter(|t| t.ends_with("_BUCKET") || t.ends_with("_BUCKET_NAME")) else { continue };
        if !key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') || !reading.is(at - 1, "(") {
            continue;
        }
        let Some(call) = reading.calls.iter().find(|c| c.open == at - 1 && !c.in_log) else { continue };
        let name = reading.name(&(call.begins..call.close + 1));
        if matches!(&*name.0, [Part::Setting(..)]) {
            facts.push(Use::new(Kind::Bucket, Role::Declares, name, reading.line(at)));
        }
    }
}

fn plain(name: &str) -> String {
    let name: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    for ending in ["command", "request", "input", "args"] {
        if let Some(stem) = name.strip_suffix(ending).filter(|s| s.len() > 8) {
            return stem.to_owned();
        }
    }
    name
}

/// Bucket and key of a request.
fn s3(reading: &Reading<'_>, call: &Call<'_>, name: &str, role: Role, facts: &mut Facts) {
    let inside = call.open + 1..call.close.max(call.open + 1);
    let keyed = |words: &[&str]| {
        call.keyword(words).map(|a| a.span.clone()).or_else(|| words.iter().find_map(|w| reading.entry(&inside, w))).or_else(|| {
            // A builder: `.bucket(b).key(k)`, on the request or within it.
            reading
                .calls
                .iter()
                .filter(|c| (c.at > call.open && c.at < call.close || c.begins == call.begins && c.at > call.at) && c.arguments.len() == 1)
                .find(|c| words.contains(&c.name))
                .map(|c| c.arguments[0].span.clone())
        })
    };
    let mut bucket = keyed(&["Bucket", "bucket", "BucketName", "bucketName", "bucket_name", "WithBucket", "withBucketName"]);
    let mut key = keyed(&["Key", "key", "object", "ObjectName", "object_name", "WithObject", "Prefix", "prefix", "withKey", "ExtraArgs"]);
    if bucket.is_none() {
        let positional: Vec<&Span> = call.arguments.iter().filter(|a| a.keyword.is_none()).map(|a| &a.span).filter(|s| !is_context(reading, s)).collect();
        // boto3's `upload_file(file, bucket, key)`; everybody else begins with the bucket.
        let from = usize::from(matches!(name, "uploadfile" | "uploadfileobj"));
        // A method of the file's own has arguments of its own.
        if positional.len() < from + 2 || call.path.len() < 2 {
            return;
        }
        bucket = Some(positional[from].clone());
        key = key.or_else(|| Some(positional[from + 1].clone()));
        if !reading.imports(&IMPORTS) && !call.receiver_holds(&["s3", "minio", "bucket", "storage"]) {
            return;
        }
    }
    let certainty = if reading.imports(&IMPORTS) || call.receiver_holds(&["s3", "minio"]) { Certainty::Sure } else { Certainty::Likely };
    push(reading, bucket.as_ref(), key.as_ref(), role, call, certainty, facts);
}

fn is_context(reading: &Reading<'_>, span: &Span) -> bool {
    reading.word(span.start).ends_with("ctx") || reading.is(span.start, "context")
}

/// `bucket.file("x").save()`, `bucket.blob("x").upload_from_string()`, `client.Bucket("b").Object("x").NewWriter(ctx)`, `container.getBlobClient("x")`.
fn handles(reading: &Reading<'_>, call: &Call<'_>, name: &str, facts: &mut Facts) {
    let role = match name {
        "uploadfromstring" | "uploadfromfile" | "uploadfromfilename" | "save" | "createwritestream" | "newwriter" | "upload" | "uploadblob" | "uploadasync"
        | "uploaddata" | "uploadstream" => Role::Writes,
        "downloadasstring" | "downloadasbytes" | "downloadastext" | "downloadtofile" | "downloadtofilename" | "download" | "createreadstream" | "newreader"
        | "downloadblob" | "downloadasync" | "downloadcontent" | "downloadtobuffer" => Role::Reads,
        "delete" | "deleteblob" | "deleteasync" | "deleteifexists" | "deleteifexistsasync" => Role::Deletes,
        _ => return,
    };
    let made = |c: &Call<'_>| {
        matches!(&*plain(c.name), "file" | "blob" | "object" | "getblobclient" | "getblockblobclient" | "getblob" | "getobjecthandle") && c.arguments.len() == 1
    };
    let on = chain(reading, call);
    let object = on.iter().copied().find(|c| made(c)).or_else(|| {
        let holder = call.receiver()?;
        let a = reading.assignments.iter().rev().find(|a| a.name == holder && a.at < call.at)?;
        reading.calls.iter().find(|c| a.value.contains(&c.at) && made(c))
    });
    let Some(object) = object else { return };
    if !reading.imports(&["storage", "blob", "bucket"]) {
        return;
    }
    let named = |c: &Call<'_>| matches!(&*plain(c.name), "bucket" | "getbucket" | "getcontainerclient" | "getblobcontainerclient") && !c.arguments.is_empty();
    let holder = chain(reading, object).into_iter().find(|c| named(c)).or_else(|| {
        let holder = object.receiver()?;
        let mut found = reading.assignments.iter().filter(|a| a.name == holder);
        let a = found.next().filter(|_| found.next().is_none())?;
        reading.calls.iter().find(|c| a.value.contains(&c.at) && named(c))
    });
    let bucket = holder.map(|c| c.arguments[0].span.clone());
    push(reading, bucket.as_ref(), Some(&object.arguments[0].span.clone()), role, call, Certainty::Sure, facts);
}

/// The calls that a call is made on, nearest first.
fn chain<'r, 'a>(reading: &'r Reading<'a>, call: &Call<'a>) -> Vec<&'r Call<'a>> {
    let mut out = Vec::new();
    let mut on = call.on;
    while let Some(i) = on {
        out.push(&reading.calls[i]);
        on = reading.calls[i].on;
    }
    out
}

fn push(reading: &Reading<'_>, bucket: Option<&Span>, key: Option<&Span>, role: Role, call: &Call<'_>, certainty: Certainty, facts: &mut Facts) {
    let bucket = bucket.map_or_else(Name::unknown, |s| pointer(reading, s));
    let key = key.map_or_else(Name::unknown, |s| pointer(reading, s));
    if !(bucket.says_something() || bucket.is_open() || key.says_something()) {
        return;
    }
    let mut name = bucket;
    name.push(Part::Text("/".to_owned()));
    name.append(key);
    facts.push(Use::new(Kind::Bucket, role, name, call.line).certainty(certainty));
}

/// Go's `aws.String(x)` names what x does.
fn pointer(reading: &Reading<'_>, span: &Span) -> Name {
    if reading.is(span.start, "aws") && reading.is(span.start + 3, "(") {
        return reading.name(&(span.start + 4..reading.partner(span.start + 3).max(span.start + 4)));
    }
    let name = reading.name(span);
    // `settings.bucket` of another file.
    let of_settings = span.len() == 3 && reading.is(span.start + 1, ".") && reading.kind(span.start + 2) == Some(Token::Word) && {
        let holder = reading.word(span.start).to_ascii_lowercase();
        ["settings", "config", "cfg", "conf"].iter().any(|w| holder == *w)
    };
    if of_settings && !name.says_something() && !name.is_open() {
        return Name(vec![Part::Constant(format!("{}.{}", reading.word(span.start), reading.word(span.start + 2)))]);
    }
    name
}

#[cfg(test)]
mod tests {
    use crate::index::extractors::testing::says;
    use crate::index::model::Kind;

    #[test]
    fn objects_have_buckets_and_keys() {
        for (path, text, expected) in [
            (
                "a.py",
                "import boto3\ns3 = boto3.client('s3')\ns3.put_object(Bucket='invoices', Key=f\"2026/{oid}.pdf\", Body=b)",
                &["sure bucket writes invoices/2026/{}.pdf @3"][..],
            ),
            ("a.py", "import boto3\ns3 = boto3.client('s3')\ns3.upload_file(path, 'invoices', f\"{oid}.pdf\")", &["sure bucket writes invoices/{}.pdf @3"]),
            (
                "a.ts",
                "import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';\nawait s3.send(new GetObjectCommand({ Bucket: 'invoices', Key: `${id}.pdf` }));",
                &["sure bucket reads invoices/{}.pdf @2"],
            ),
            (
                "a.go",
                "import \"github.com/aws/aws-sdk-go-v2/service/s3\"\n\nfunc f() {\n\tc.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(\"invoices\"), Key: aws.String(\"a/\" + id)})\n}",
                &["sure bucket writes invoices/a/{} @4"],
            ),
            (
                "A.java",
                "import software.amazon.awssdk.services.s3.S3Client;\nclass A { void f() { s3.deleteObject(DeleteObjectRequest.builder().bucket(\"invoices\").key(\"a/\" + id).build()); } }",
                &["sure bucket deletes invoices/a/{} @2"],
            ),
            (
                "a.py",
                "from google.cloud import storage\nbucket = storage.Client().bucket('reports')\nbucket.blob(f\"daily/{day}.csv\").upload_from_string(x)",
                &["sure bucket writes reports/daily/{}.csv @3"],
            ),
            (
                "a.go",
                "import \"cloud.google.com/go/storage\"\n\nfunc f() {\n\tr, err := client.Bucket(\"reports\").Object(\"x.csv\").NewReader(ctx)\n}",
                &["sure bucket reads reports/x.csv @4"],
            ),
            (
                "a.py",
                "import boto3\nc = boto3.client('s3')\nc.put_object(Bucket=settings.bucket, Key=key, Body=b)\nc.generate_presigned_url('get_object', Params={'Bucket': 'bills', 'Key': k})\nc.generate_presigned_url('list_users', Params={'Bucket': 'bills', 'Key': k})",
                &["sure bucket writes <settings.bucket>/{} @3", "sure bucket reads bills/{} @4"],
            ),
            (
                "settings.py",
                "class Settings(BaseSettings):\n    reports: str = os.environ.get('REPORTS_BUCKET', 'reports')\n    size: int = os.environ.get('BUCKET_SIZE', '3')",
                &["sure bucket declares ${REPORTS_BUCKET:reports} @2"],
            ),
        ] {
            says(path, text, &[Kind::Bucket], expected);
        }
    }

    #[test]
    fn other_objects_are_none() {
        for (path, text) in [("a.py", "doc.delete('x')\ncache.get_object('a', 'b')"), ("a.ts", "form.file('x').save();\napi.download('y');")] {
            says(path, text, &[Kind::Bucket], &[]);
        }
    }
}
