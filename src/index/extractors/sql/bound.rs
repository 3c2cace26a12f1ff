//! Values that a program binds to the placeholders of a statement.

use super::pieces::Piece;
use crate::index::extractors::values;
use crate::index::reading::{Call, Reading, Span};

/// How many calls behind a statement may bind values to it one by one.
const REACH: usize = 24;

/// The value that is bound by this name, or at this place, where the program has a literal there.
pub(super) fn value(reading: &Reading<'_>, piece: &Piece<'_>, name: &str, place: usize) -> Option<String> {
    let (call, argument) = taker(reading, &piece.span)?;
    let place = name.parse::<usize>().map_or(place, |n| n.saturating_sub(1));
    let named = !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit());
    let rest: Vec<&Span> = call.arguments[argument + 1..].iter().map(|a| &a.span).collect();
    if named {
        if let Some(found) = call.arguments[argument + 1..].iter().find(|a| a.keyword == Some(name)) {
            return values::value(reading, &found.span);
        }
        for span in &rest {
            if let Some(found) = reading.entry(span, name) {
                return values::value(reading, &found);
            }
            // `Map.of("status", Status.PAID)`, `new MapSqlParameterSource("status", ..)`, `mapOf("status" to ..)`
            let maps = reading
                .calls
                .iter()
                .filter(|c| (span.start..span.end).contains(&c.at) && matches!(c.name, "of" | "MapSqlParameterSource" | "addValue" | "mapOf"));
            for map in maps {
                for (i, key) in map.arguments.iter().enumerate().step_by(if map.name == "mapOf" { 1 } else { 2 }) {
                    if reading.string(key.span.start) != Some(name) {
                        continue;
                    }
                    let value = if map.name == "mapOf" { Some(key.span.start + 2..key.span.end) } else { map.arguments.get(i + 1).map(|v| v.span.clone()) };
                    if let Some(value) = value.filter(|v| !v.is_empty()) {
                        return values::value(reading, &value);
                    }
                }
            }
        }
    } else if !rest.is_empty() {
        let elements: Vec<Span> = match &*rest {
            // One list or tuple of all values.
            [one] => match (*one)
                .clone()
                .find(|&i| matches!(reading.word(i), "[" | "{" | "("))
                .filter(|&o| o <= one.start + 3 && !(reading.is(o, "[") && reading.is(o + 1, "]")))
            {
                Some(open) if reading.partner(open) + 1 == one.end && (reading.is(one.start, "(") || !reading.is(open, "(")) => {
                    reading.elements(&(open..reading.partner(open) + 1))
                }
                _ => vec![(*one).clone()],
            },
            _ => rest.iter().map(|s| (*s).clone()).collect(),
        };
        if let Some(span) = elements.get(place) {
            return values::value(reading, span);
        }
    }
    one_by_one(reading, call, name, place, named)
}

/// The call that the statement is given to, and as which argument: directly, or by the variable that it is bound to.
fn taker<'r, 'a>(reading: &'r Reading<'a>, span: &Span) -> Option<(&'r Call<'a>, usize)> {
    let holds = |c: &Call<'_>, at: usize| c.arguments.iter().position(|a| a.span.contains(&at));
    let direct = reading.calls.iter().rev().filter(|c| c.open < span.start && span.start < c.close).find_map(|c| holds(c, span.start).map(|i| (c, i)));
    // `text("..")`, `sql(..)` around the statement.
    if let Some((call, i)) = direct {
        let wrapped = call.arguments.len() == 1 && matches!(call.name, "text" | "sql" | "SQL" | "raw" | "literal");
        if wrapped {
            return reading
                .calls
                .iter()
                .rev()
                .filter(|c| c.open < call.at && call.at < c.close)
                .find_map(|c| holds(c, call.at).map(|i| (c, i)))
                .or(Some((call, i)));
        }
        return Some((call, i));
    }
    let bound = reading.assignments.iter().find(|a| a.value.contains(&span.start))?;
    reading
        .calls
        .iter()
        .filter(|c| c.at > span.end)
        .take(REACH)
        .find_map(|c| c.arguments.iter().position(|a| a.span.clone().any(|i| reading.is(i, bound.name)) && a.span.len() <= 4).map(|i| (c, i)))
}

/// `.bind("idle")`, `setString(1, "idle")`, `setParameter("status", "idle")`.
fn one_by_one(reading: &Reading<'_>, call: &Call<'_>, name: &str, place: usize, named: bool) -> Option<String> {
    let mut binds = 0;
    for next in reading.calls.iter().filter(|c| c.at > call.at).take(REACH) {
        if matches!(next.name, "prepareStatement" | "createQuery" | "createNativeQuery" | "query" | "query_as" | "prepare") && next.on.is_none() {
            break;
        }
        let first = next.arguments.first();
        let second = next.arguments.get(1);
        match (next.name, first, second) {
            ("bind" | "bind_value", Some(only), None) if !named => {
                if binds == place {
                    return values::value(reading, &only.span);
                }
                binds += 1;
            }
            ("setParameter" | "bind" | "bindValue" | "bindParam" | "param" | "addValue" | "AddWithValue" | "Add", Some(key), Some(value)) => {
                let key = reading.source(&key.span).trim_matches(['"', '\'']).trim_start_matches([':', '@']);
                if named && key == name || !named && key.parse() == Ok(place + 1) {
                    return values::value(reading, &value.span);
                }
            }
            (set, Some(key), Some(value)) if set.starts_with("set") && !named && reading.source(&key.span).parse() == Ok(place + 1) => {
                return values::value(reading, &value.span);
            }
            _ => {}
        }
    }
    None
}
