//! Shell commands that write files of the project: changes that no edit hook sees.
//!
//! A light reader of the shell's grammar (quotes, here-documents, redirections, command substitution). It knows the common ways to
//! write text; formatters, `cp`, `mv` and version control are not among them.

/// How a command wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// `sed -i`, `perl -i`.
    InPlace,
    /// `cat > file`, `echo ... >> file`, also with a here-document.
    Redirect,
    /// `tee file`.
    Tee,
    /// `git apply`, `patch`, `apply_patch`.
    Patch,
    /// A script given on the command line or as a here-document that writes a file.
    Script,
}

impl Means {
    /// In a few words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InPlace => "sed or perl -i",
            Self::Redirect => "redirection",
            Self::Tee => "tee",
            Self::Patch => "patch",
            Self::Script => "script",
        }
    }
}

fn commands(text: &str) -> Vec<Command> {
    let mut reader = Reader { text: text.as_bytes(), at: 0, depth: 0, number: 0, commands: Vec::new() };
    while reader.at < reader.text.len() {
        reader.list(None);
    }
    reader.commands
}

/// Whether the command hands work on: `git commit`, `git push`.
#[must_use]
pub fn commits(command: &str) -> bool {
    /// Options of git itself that have a value behind them.
    const WITH_VALUE: [&str; 4] = ["-C", "-c", "--git-dir", "--work-tree"];
    command.contains("git")
        && commands(command).iter().any(|c| {
            let words = plain(&c.words);
            let mut rest = words.iter().skip(1);
            let verb = loop {
                match rest.next() {
                    Some(w) if WITH_VALUE.contains(w) => rest.next(),
                    Some(w) if w.starts_with('-') => Some(w),
                    verb => break verb,
                };
            };
            words.first().is_some_and(|w| w.rsplit('/').next() == Some("git"))
                && verb.is_some_and(|v| matches!(*v, "commit" | "push"))
                && !words.contains(&"--dry-run")
        })
}

/// How the command writes a file of the project; `None` if it does not, as far as can be told from its text.
#[must_use]
pub fn writes(command: &str) -> Option<Means> {
    let mut in_scratch = false;
    for command in &commands(command) {
        let words = plain(&command.words);
        let name = words.first().map_or("", |w| w.rsplit('/').next().unwrap_or(w));
        if name == "cd" {
            in_scratch = words.get(1).is_some_and(|to| scratch(to));
            continue;
        }
        let kept = |path: &str| !scratch(path) && (!in_scratch || path.starts_with('/'));
        let means = match name {
            "sed" if words.iter().any(|w| w.starts_with("--in-place") || flag(w, b'i', "nErszu")) => Some(Means::InPlace),
            "perl" if words.iter().any(|w| flag(w, b'i', "pnlaw0123456789")) => Some(Means::InPlace),
            "tee" if words[1..].iter().any(|w| !w.starts_with('-') && kept(w)) => Some(Means::Tee),
            "git" if words.get(1).is_some_and(|w| *w == "apply") && !words.iter().any(|w| matches!(*w, "--check" | "--stat")) => Some(Means::Patch),
            "patch" | "apply_patch" if !words.contains(&"--dry-run") => Some(Means::Patch),
            "python" | "python3" | "node" | "ruby" | "bun" | "deno" if script(&words, &command.document) => Some(Means::Script),
            _ => None,
        };
        if let Some(means) = means {
            let only_scratch = means == Means::InPlace && words.last().is_some_and(|w| !kept(w));
            if !(only_scratch || in_scratch && means != Means::Tee) {
                return Some(means);
            }
        }
        if command.to.iter().any(|to| kept(to)) {
            return Some(Means::Redirect);
        }
    }
    None
}

/// The words from the command's name on: assignments and wrappers before it go.
fn plain(words: &[String]) -> Vec<&str> {
    let assigns = |w: &str| w.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    words
        .iter()
        .map(String::as_str)
        .skip_while(|w| assigns(w) || matches!(*w, "sudo" | "env" | "time" | "command" | "xargs" | "uv" | "run" | "then" | "do" | "else" | "if" | "!" | "{"))
        .collect()
}

/// A cluster of short options that has `wanted` after none but the given others.
fn flag(word: &str, wanted: u8, others: &str) -> bool {
    let Some(cluster) = word.strip_prefix('-').filter(|c| !c.starts_with('-')) else { return false };
    cluster.bytes().find(|b| !others.as_bytes().contains(b)) == Some(wanted)
}

/// Places whose files are nobody's code.
fn scratch(path: &str) -> bool {
    path.is_empty()
        || ["/tmp", "/private/tmp", "/var/tmp", "/dev/", "/proc/", "$TMPDIR", "${TMPDIR", "$(mktemp"].iter().any(|p| path.starts_with(p))
        || path.contains("scratchpad")
        || path.ends_with(".log")
}

fn script(words: &[&str], document: &str) -> bool {
    let inline = words.iter().position(|w| matches!(*w, "-c" | "-e" | "--eval" | "-p")).and_then(|i| words.get(i + 1));
    [inline.copied().unwrap_or(""), document].iter().any(|text| {
        let writes = ["write_text(", "write_bytes(", "writeFileSync(", "writeFile(", "appendFile", "File.write(", "fileinput"].iter().any(|w| text.contains(w))
            || text.match_indices(".write(").any(|(i, _)| !["stdout", "stderr", "buffer"].iter().any(|s| text[..i].ends_with(s)));
        writes && !text.contains("/tmp/") && !text.contains("scratchpad")
    })
}

#[derive(Default)]
struct Command {
    number: usize,
    words: Vec<String>,
    /// Files that its output goes to.
    to: Vec<String>,
    /// Text of its here-documents.
    document: String,
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    number: usize,
    commands: Vec<Command>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Commands up to `until` or the end; the end of the list is passed.
    fn list(&mut self, until: Option<u8>) {
        let mut command = self.start();
        // Their text comes with the line's end, when the command they belong to may be over.
        let mut documents: Vec<(String, bool, usize)> = Vec::new();
        while self.at < self.text.len() {
            let b = self.peek(0);
            if Some(b) == until {
                self.at += 1;
                break;
            }
            match b {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.finish(&mut command);
                    for (end, tabs, of) in documents.drain(..) {
                        let text = self.document(&end, tabs);
                        if let Some(owner) = self.commands.iter_mut().rfind(|c| c.number == of) {
                            owner.document.push_str(&text);
                        }
                    }
                }
                b';' | b'|' | b'(' | b')' => {
                    self.at += 1;
                    self.finish(&mut command);
                }
                b'&' if self.peek(1) == b'>' => {
                    self.at += 1;
                    self.redirect(&mut command);
                }
                b'&' => {
                    self.at += 1;
                    self.finish(&mut command);
                }
                b'#' => {
                    while self.at < self.text.len() && self.peek(0) != b'\n' {
                        self.at += 1;
                    }
                }
                b'>' => self.redirect(&mut command),
                b'<' if self.peek(1) == b'<' && self.peek(2) == b'<' => self.at += 3,
                b'<' if self.peek(1) == b'<' => {
                    self.at += 2;
                    let tabs = self.peek(0) == b'-';
                    self.at += usize::from(tabs);
                    while self.peek(0) == b' ' {
                        self.at += 1;
                    }
                    let end = self.word();
                    if !end.is_empty() {
                        documents.push((end, tabs, command.number));
                    }
                }
                b'<' => self.at += 1,
                b'0'..=b'9' if self.peek(1) == b'>' => self.at += 1,
                _ => {
                    let before = self.at;
                    let word = self.word();
                    if self.at == before {
                        self.at += 1;
                    }
                    command.words.push(word);
                }
            }
        }
        self.finish(&mut command);
    }

    fn start(&mut self) -> Command {
        self.number += 1;
        Command { number: self.number, ..Command::default() }
    }

    fn finish(&mut self, command: &mut Command) {
        let next = self.start();
        let command = std::mem::replace(command, next);
        if !command.words.is_empty() || !command.to.is_empty() {
            self.commands.push(command);
        }
    }

    fn redirect(&mut self, command: &mut Command) {
        while matches!(self.peek(0), b'>' | b'|') {
            self.at += 1;
        }
        if self.peek(0) == b'&' {
            // To another descriptor.
            self.at += 1;
            self.word();
            return;
        }
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        let to = self.word();
        command.to.push(to);
    }

    fn document(&mut self, end: &str, tabs: bool) -> String {
        let mut into = String::new();
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            let line = String::from_utf8_lossy(&rest[..length]);
            self.at += (length + 1).min(rest.len());
            if (if tabs { line.trim_start_matches('\t') } else { &line }).trim_end_matches('\r') == end {
                break;
            }
            into.push_str(&line);
            into.push('\n');
        }
        into
    }

    /// A word with its quotes taken away. Commands substituted in it are read too.
    fn word(&mut self) -> String {
        let mut out = Vec::new();
        while self.at < self.text.len() {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'<' | b'>' | b'(' | b')' => break,
                b'\\' => {
                    self.at += 1;
                    if self.peek(0) != b'\n' && self.at < self.text.len() {
                        out.push(self.peek(0));
                    }
                    self.at += 1;
                }
                b'\'' => {
                    self.at += 1;
                    while self.at < self.text.len() && self.peek(0) != b'\'' {
                        out.push(self.peek(0));
                        self.at += 1;
                    }
                    self.at += 1;
                }
                b'"' => self.quoted(&mut out),
                b'$' if self.peek(1) == b'(' => self.substitution(&mut out),
                b => {
                    out.push(b);
                    self.at += 1;
                }
            }
        }
        self.at = self.at.min(self.text.len());
        String::from_utf8_lossy(&out).into_owned()
    }

    fn quoted(&mut self, out: &mut Vec<u8>) {
        self.at += 1;
        while self.at < self.text.len() {
            match self.peek(0) {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    out.push(self.peek(1));
                    self.at += 2;
                }
                b'$' if self.peek(1) == b'(' => self.substitution(out),
                b => {
                    out.push(b);
                    self.at += 1;
                }
            }
        }
    }

    fn substitution(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"$(");
        self.at += 2;
        if self.depth > 32 {
            // Nobody nests so deep by hand; the stack must not be at the mercy of a record.
            self.at = self.text.len();
            return;
        }
        self.depth += 1;
        self.list(Some(b')'));
        self.depth -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Means, commits, writes};

    #[test]
    fn writers() {
        for (command, means) in [
            ("sed -i 's/a/b/' src/main.go", Means::InPlace),
            ("sed -i.bak -e 's/a/b/' x && rm x.bak", Means::InPlace),
            ("find . -name '*.go' | xargs sed -i '' 's/a/b/'", Means::InPlace),
            ("perl -0pi -e 's/a\\nb/c/' lib.rs", Means::InPlace),
            ("cd api && cat > src/x.py <<'EOF'\nprint(\"a > b\")\nEOF\npython src/x.py", Means::Redirect),
            ("echo '{}' >> config.json", Means::Redirect),
            ("go vet ./... && printf 'a' >out.txt", Means::Redirect),
            ("echo hello | tee -a notes.md", Means::Tee),
            ("git apply fix.patch", Means::Patch),
            ("patch -p1 <<'EOF'\n--- a\nEOF", Means::Patch),
            ("python3 - <<'PY'\nimport pathlib\np = pathlib.Path('a.py')\np.write_text(p.read_text())\nPY", Means::Script),
            ("node -e \"require('fs').writeFileSync('a.js', '')\"", Means::Script),
            ("cat <<'EOF' | tee src/a.txt | wc -l\nx\nEOF", Means::Tee),
            ("python3 - <<'PY' && git diff\nopen('a', 'w').write('b')\nPY", Means::Script),
            ("X=1 python -c 'open(\"a\", \"w\").write(\"b\")'", Means::Script),
            ("for f in *.ts; do sed -i 's/x/y/' \"$f\"; done", Means::InPlace),
        ] {
            assert_eq!(writes(command), Some(means), "{command}");
        }
    }

    #[test]
    fn readers() {
        for command in [
            "",
            "ls -la 2>/dev/null",
            "go test ./... 2>&1 | tail -5",
            "sed -n '1,20p' a.go",
            "grep -rn 'a > b' src",
            "cat <<'EOF' | wc -l\na > b\nEOF",
            "git commit -m \"$(cat <<'EOF'\nTurn a -> b, say \"why\" > how\nEOF\n)\"",
            "echo 'x' > /tmp/x && cat /tmp/x",
            "cd /tmp/work && echo x > y.txt",
            "git apply --check fix.patch",
            "python3 -c 'import sys; sys.stdout.write(\"x\")'",
            "python3 - <<'PY'\nopen('/tmp/x', 'w').write('y')\nPY",
            "npm run build &> build.log",
            "perl -MList::Util=first -ne 'print' a",
            "# echo x > y",
            "awk '{ if ($1 > 2) print }' f",
            "echo \"unclosed > quote",
            "$($($($($(",
        ] {
            assert_eq!(writes(command), None, "{command}");
        }
    }

    #[test]
    fn what_hands_work_on() {
        for command in [
            "git commit -m 'x'",
            "git add -A && git commit -qm x",
            "cd a; git -C ../b push",
            "GIT_EDITOR=true /usr/bin/git -c a.b=c commit",
            "git push origin main",
        ] {
            assert!(commits(command), "{command}");
        }
        for command in ["git status", "echo git commit", "git log --grep commit", "git commit --dry-run", "grep 'git push' README.md", "git stash push"] {
            assert!(!commits(command), "{command}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        assert_eq!(writes(&"$(".repeat(100_000)), None);
        assert_eq!(writes(&"\"$(".repeat(100_000)), None);
    }
}
