//! The questions, and what may be answered to them.

use super::injection::{Asked, Injection};
use crate::error::{Error, Kind};
use crate::knowledge::schema::MODULES;
use crate::nearest::nearest;
use crate::sources::labelled::Label;
use std::io::{BufRead, Write};

/// What came of the questions about one telling.
pub(super) enum Reply {
    Label(Label),
    /// Not judged now; asked again at the next run.
    Skip,
    /// Enough for today.
    Quit,
}

/// Where answers come from.
pub(super) struct Answers {
    input: Box<dyn BufRead>,
    /// The name of a file of answers; a slip in it cannot be asked again.
    file: Option<String>,
    line: usize,
}

impl Answers {
    /// Somebody types them.
    pub(super) fn from_terminal() -> Self {
        Self { input: Box::new(std::io::stdin().lock()), file: None, line: 0 }
    }

    /// They have been written down, one a line.
    pub(super) fn from_lines(input: impl BufRead + 'static, name: &str) -> Self {
        Self { input: Box::new(input), file: Some(name.to_owned()), line: 0 }
    }

    /// Asks until the answer is one. `None` at the end of the answers.
    fn ask<T>(&mut self, question: &str, out: &mut impl Write, read: impl Fn(&str) -> Result<T, String>) -> anyhow::Result<Option<T>> {
        loop {
            write!(out, "{question} > ")?;
            out.flush()?;
            let mut text = String::new();
            if self.input.read_line(&mut text)? == 0 {
                writeln!(out)?;
                return Ok(None);
            }
            self.line += 1;
            if self.file.is_some() {
                // What is typed on a terminal is there to see.
                writeln!(out)?;
            }
            match (read(text.trim()), &self.file) {
                (Ok(answer), _) => return Ok(Some(answer)),
                (Err(hint), None) => writeln!(out, "  {hint}")?,
                (Err(hint), Some(file)) => {
                    let what = format!("no answer to this question: {:?}", text.trim());
                    return Err(Error::new(Kind::Input, format!("{file}:{}", self.line), what).hint(hint).into());
                }
            }
        }
    }
}

/// One answer about a module or a pattern.
#[derive(Clone, Copy)]
enum Answer {
    Yes,
    No,
    May,
    Skip,
    Quit,
}

/// Asks all there is to ask about a telling.
pub(super) fn label(injection: &Injection<'_>, answers: &mut Answers, out: &mut impl Write) -> anyhow::Result<Reply> {
    let mut label = Label::default();
    for Asked { id, told } in &injection.modules {
        let about = if *told { "useful here?" } else { "not told here, but raised: useful here?" };
        match answers.ask(&format!("{id}: {about} [y]es [n]o [m]ay [s]kip [q]uit"), out, answer)? {
            Some(Answer::Yes) => label.must.push((*id).to_owned()),
            Some(Answer::May) => label.may.push((*id).to_owned()),
            Some(Answer::No) => {}
            Some(Answer::Skip) => return Ok(Reply::Skip),
            Some(Answer::Quit) | None => return Ok(Reply::Quit),
        }
    }
    for pattern in injection.patterns {
        match answers.ask(&format!("pattern {} at line {}: is it there? [y]es [n]o [s]kip [q]uit", pattern.id, pattern.line), out, answer_of_pattern)? {
            Some(Answer::Yes) if !label.patterns.contains(&pattern.id) => label.patterns.push(pattern.id.clone()),
            Some(Answer::Skip) => return Ok(Reply::Skip),
            Some(Answer::Quit) | None => return Ok(Reply::Quit),
            Some(Answer::Yes | Answer::No | Answer::May) => {}
        }
    }
    match answers.ask("should another module have spoken? ids, or enter; [s]kip [q]uit", out, |text| others(text, &injection.modules))? {
        Some(Others::Ids(ids)) => label.must.extend(ids.into_iter().map(str::to_owned)),
        Some(Others::Skip) => return Ok(Reply::Skip),
        Some(Others::Quit) | None => return Ok(Reply::Quit),
    }
    // It has words of a real signal, or nothing would have been said.
    label.hard = label.must.is_empty() && label.may.is_empty();
    Ok(Reply::Label(label))
}

fn answer(text: &str) -> Result<Answer, String> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(Answer::Yes),
        "n" | "no" => Ok(Answer::No),
        "m" | "may" => Ok(Answer::May),
        "s" | "skip" => Ok(Answer::Skip),
        "q" | "quit" => Ok(Answer::Quit),
        _ => Err("y: it had to be asked; n: of no use; m: may be asked, need not; s: ask me another time; q: enough".to_owned()),
    }
}

fn answer_of_pattern(text: &str) -> Result<Answer, String> {
    match answer(text) {
        Ok(Answer::May) | Err(_) => Err("y: the edit brings it; n: it does not; s: ask me another time; q: enough".to_owned()),
        Ok(answer) => Ok(answer),
    }
}

/// What is answered to the question for other modules.
#[derive(Debug, PartialEq, Eq)]
enum Others {
    /// These, or none.
    Ids(Vec<&'static str>),
    Skip,
    Quit,
}

/// Modules by their ids or by how they begin, with blanks or commas between.
fn others(text: &str, asked: &[Asked]) -> Result<Others, String> {
    match answer(text) {
        Ok(Answer::No) => return Ok(Others::Ids(Vec::new())),
        Ok(Answer::Skip) => return Ok(Others::Skip),
        Ok(Answer::Quit) => return Ok(Others::Quit),
        Ok(Answer::Yes | Answer::May) => return Err(format!("which? modules are {}", MODULES.join(", "))),
        Err(_) => {}
    }
    let mut out = Vec::new();
    for word in text.split([' ', ',']).filter(|w| !w.is_empty()) {
        let word = word.to_ascii_lowercase();
        let mut fitting = MODULES.into_iter().filter(|m| m.starts_with(&word));
        let (Some(module), None) = (fitting.next(), fitting.next()) else {
            return Err(nearest(&word, MODULES).map_or_else(|| format!("modules are {}", MODULES.join(", ")), |n| format!("did you mean {n}?")));
        };
        if asked.iter().any(|a| a.id == module) {
            return Err(format!("{module} has been asked about"));
        }
        if !out.contains(&module) {
            out.push(module);
        }
    }
    Ok(Others::Ids(out))
}

#[cfg(test)]
mod tests {
    use super::{Asked, Others, others};

    #[test]
    fn others_are_named_by_id_or_by_how_they_begin() {
        let asked = [Asked { id: "concurrency", told: true }];
        assert_eq!([others("", &asked), others("n", &asked)], [Ok(Others::Ids(vec![])), Ok(Others::Ids(vec![]))]);
        assert_eq!([others("s", &asked), others("quit", &asked)], [Ok(Others::Skip), Ok(Others::Quit)]);
        assert_eq!(others(" fail, Interaction fail", &asked), Ok(Others::Ids(vec!["failure-mode", "interaction"])));
        assert_eq!(others("concurrency", &asked), Err("concurrency has been asked about".to_owned()));
        assert_eq!(others("failure-mdoe", &asked), Err("did you mean failure-mode?".to_owned()));
        assert!(others("zzz", &asked).is_err_and(|hint| hint.starts_with("modules are state-mutation,")));
    }
}
