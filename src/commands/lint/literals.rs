//! Literals: their syntax, twins, and whether the engine could ever meet them.

use super::Problem;
use super::content::{Content, Read};
use crate::engine::edit::Edit;
use crate::engine::surroundings::Surroundings;
use crate::engine::{self, Context};
use crate::knowledge::baked::BUILT_IN;
use crate::knowledge::literal::Literal;
use crate::knowledge::schema::{LANGUAGES, PROGRAM_LANGUAGES, Place, SignalFile};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn check(content: &Content, scope: &Path, problems: &mut Vec<Problem>) {
    for read in content.signals.iter().filter(|r| r.path.starts_with(scope)) {
        check_syntax(read, problems);
        check_reach(content, read, problems);
    }
}

fn check_syntax(read: &Read<SignalFile>, problems: &mut Vec<Problem>) {
    for (key, list) in [("literals", &read.file.literals), ("near", &read.file.near)] {
        let mut seen: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for literal in list {
            if let Err(e) = Literal::parse(literal) {
                problems.push(Problem::new(&read.path, read.lines().item(key, literal, 0), e, "3 to 60 bytes on one line, without counting `*`"));
            }
            // After a sign a blank says something (`status = ` is not `status ==`); after a letter the boundary says it already.
            let at_edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            if (literal.starts_with(' ') && at_edge(literal.trim_start().chars().next()))
                || (literal.ends_with(' ') && at_edge(literal.trim_end().chars().last()))
            {
                problems.push(Problem::new(
                    &read.path,
                    read.lines().item(key, literal, 0),
                    format!("literal {literal:?} begins or ends with a blank beside a letter"),
                    "boundaries are found without blanks: remove it",
                ));
            }
            let (first, count) = seen.entry(literal.to_ascii_lowercase()).or_insert((literal, 0));
            *count += 1;
            if *count == 2 {
                let what = if first == literal {
                    format!("literal {literal:?} is there twice")
                } else {
                    format!("literals {first:?} and {literal:?} differ in case only, and case counts for nothing")
                };
                let nth = usize::from(first == literal);
                problems.push(Problem::new(&read.path, read.lines().item(key, literal, nth), what, "keep one"));
            }
        }
    }
}

/// A literal that is evidence in no language of its signal, put alone on an added line, can never be evidence: it begins a comment
/// or an import, or stands in a place that does not count.
fn check_reach(content: &Content, read: &Read<SignalFile>, problems: &mut Vec<Problem>) {
    let s = &read.file;
    if s.places.is_empty() || s.places.contains(&Place::Prose) {
        return;
    }
    // The literals alone, without what they need around them.
    let bare = SignalFile { needs: Vec::new(), near: Vec::new(), fires: Vec::new(), silent: Vec::new(), ..s.clone() };
    let laid_out = content.knowledge_of(&[(String::new(), bare)]);
    let knowledge = [laid_out.knowledge()];
    if knowledge[0].signals.is_empty() {
        return;
    }
    let languages: Vec<&str> = if s.languages.is_empty() {
        LANGUAGES[..PROGRAM_LANGUAGES].iter().map(|(l, _)| *l).collect()
    } else {
        s.languages.iter().map(String::as_str).collect()
    };
    for literal in s.literals.iter().filter(|l| Literal::parse(l).is_ok()) {
        let core = literal.trim_matches('*');
        // Alone, called, and inside a string: one of these is how it would be met.
        let forms = [
            core.to_owned(),
            format!("x = y.{core}(z)"),
            format!("x {core} y"),
            format!("f(\"{core}\")"),
            format!("f('{core}')"),
            format!("f(\"key\", {core})"),
        ];
        let is_met = languages.iter().any(|language| {
            let Some(path) = path_for(language, None) else { return false };
            forms.iter().any(|form| {
                let edit = Edit::new(path.clone(), "", format!("{form}\n"));
                engine::signals_in(&edit, &knowledge, &Context::new(&Surroundings::default))
                    .is_ok_and(|met| met.iter().any(|m| m.literal.eq_ignore_ascii_case(core)))
            })
        });
        if !is_met {
            let what = format!("literal {literal:?} can never be evidence: in no language of the signal does it stand in a byte that counts");
            problems.push(Problem::new(
                &read.path,
                read.lines().item("literals", literal, 0),
                what,
                "comments, imports and log calls never count; `in` has to name the place where it stands",
            ));
        }
    }
}

/// A product path of a language; `None` for an unknown language.
pub(super) fn path_for(language: &str, told: Option<&str>) -> Option<String> {
    let extension = LANGUAGES.iter().find(|(l, _)| *l == language)?.1.first()?;
    Some(match told {
        Some(path) if path.rsplit('/').next().is_some_and(|name| name.contains('.') || crate::engine::edit::Language::of_path(path).name() == language) => {
            path.to_owned()
        }
        Some(path) => format!("{path}.{extension}"),
        None if language == "dockerfile" => "deploy/Dockerfile".to_owned(),
        None => format!("src/service.{extension}"),
    })
}

/// The sets that the engine gets: a folder that stands alone, or the built-in set and the project's.
pub(super) fn sets<'a>(content: &Content, own: crate::knowledge::Knowledge<'a>) -> Vec<crate::knowledge::Knowledge<'a>> {
    if content.stands_alone() { vec![own] } else { vec![BUILT_IN, own] }
}
