//! Services in Protocol Buffers and Thrift files.

use super::{method, whole};
use crate::index::model::{Certainty, Facts, Role};
use crate::index::reading::Reading;
use crate::index::reading::tokens::Kind;

pub(super) fn read(reading: &Reading<'_>, out: &mut Facts) {
    let thrift = reading.path.ends_with(".thrift");
    let mut package = String::new();
    let mut at = 0;
    while at < reading.tokens.len() {
        let token = reading.tokens[at];
        if token.first && reading.is(at, "package") && !thrift {
            package = (at + 1..reading.tokens.len()).take_while(|&i| !reading.is(i, ";")).map(|i| reading.word(i)).collect();
        }
        if reading.is(at, "service") && token.first && reading.kind(at + 1) == Some(Kind::Word) {
            let name = reading.word(at + 1);
            let service = if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") };
            let Some(open) = (at + 2..at + 8).find(|&i| reading.is(i, "{")) else {
                at += 1;
                continue;
            };
            whole(out, Role::Declares, &service, reading.line(at + 1), None);
            let close = reading.partner(open).max(open + 1);
            let mut inner = open + 1;
            while inner < close {
                if thrift && reading.is(inner, "(") && inner > open + 1 && reading.kind(inner - 1) == Some(Kind::Word) && !reading.is(inner - 1, "throws") {
                    method(out, Role::Declares, &service, reading.word(inner - 1), reading.line(inner - 1), Certainty::Sure);
                } else if !thrift && reading.is(inner, "rpc") && reading.is(inner + 2, "(") {
                    method(out, Role::Declares, &service, reading.word(inner + 1), reading.line(inner + 1), Certainty::Sure);
                }
                inner = if reading.kind(inner) == Some(Kind::Open) { reading.partner(inner).max(inner) + 1 } else { inner + 1 };
            }
            at = close;
        }
        at += 1;
    }
}
