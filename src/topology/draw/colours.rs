//! Colours of a picture, for light and for dark surroundings. Text has a contrast of at least 4.5 to what lies behind it, lines of 3.

use crate::topology::model::Kind;

/// Fill and outline of a kind's shape: light, then dark.
pub(super) const KINDS: [(Kind, [&str; 2], [&str; 2]); 10] = [
    (Kind::Service, ["#e8f0fe", "#3b6fd4"], ["#16233d", "#7aa2f7"]),
    (Kind::Job, ["#f0eafc", "#7a55c7"], ["#231a3a", "#b39af0"]),
    (Kind::Db, ["#e2f5ec", "#1f8a5f"], ["#10291f", "#4cc38a"]),
    (Kind::Cache, ["#eef6d8", "#64850f"], ["#212a0e", "#a8c94a"]),
    (Kind::Queue, ["#fde9f3", "#c2428a"], ["#35162a", "#f086bd"]),
    (Kind::Gateway, ["#e0f5f8", "#12849b"], ["#0e2a31", "#4fc3d9"]),
    (Kind::Client, ["#f1f2f4", "#636b78"], ["#23262c", "#a0a8b5"]),
    (Kind::External, ["#f7f6f1", "#857c68"], ["#26251f", "#b5ad9b"]),
    (Kind::Lock, ["#f7ece3", "#a0622d"], ["#2e2118", "#d79a62"]),
    (Kind::Config, ["#eceff3", "#5b6b85"], ["#1d232e", "#9db0cf"]),
];

/// Everything else: name, light, dark.
const OTHERS: [(&str, &str, &str); 9] = [
    ("page", "#ffffff", "#0f1319"),
    ("card", "#f6f8fb", "#171c25"),
    ("rule", "#d4dae4", "#303948"),
    ("text", "#1b2230", "#e6eaf2"),
    ("soft", "#465064", "#b3bdcf"),
    ("line", "#7f8aa0", "#75829a"),
    ("error", "#c5222f", "#ff7b7b"),
    ("warn", "#9a6400", "#f2b84b"),
    ("accent", "#1a56db", "#8ab4ff"),
];

/// The declarations of all colours as custom properties.
pub(super) fn properties(dark: bool) -> String {
    let mut css = String::new();
    for (name, light, night) in OTHERS {
        css.push_str(&format!("--{name}:{};", if dark { night } else { light }));
    }
    for (kind, light, night) in KINDS {
        let [fill, line] = if dark { night } else { light };
        css.push_str(&format!("--{0}-fill:{fill};--{0}-line:{line};", kind.name()));
    }
    css
}

/// The rules that colour shapes by the classes of kinds.
pub(super) fn rules() -> String {
    KINDS.iter().map(|(kind, ..)| format!(".{0}{{--f:var(--{0}-fill);--l:var(--{0}-line)}}\n", kind.name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let c = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("hexadecimal")) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    /// As WCAG 2 defines it.
    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_lines_stand_out_light_and_dark() {
        let colour = |name: &str, dark: bool| OTHERS.iter().find(|o| o.0 == name).map(|o| if dark { o.2 } else { o.1 }).expect("a colour");
        for dark in [false, true] {
            let mut grounds = vec![colour("page", dark), colour("card", dark)];
            for (kind, light, night) in KINDS {
                let [fill, line] = if dark { night } else { light };
                grounds.push(fill);
                assert!(contrast(line, colour("page", dark)) >= 3.0, "{} {line}", kind.name());
            }
            for ground in grounds {
                for text in ["text", "soft"] {
                    assert!(contrast(colour(text, dark), ground) >= 4.5, "{text} on {ground}");
                }
            }
            for text in ["error", "warn", "accent"] {
                assert!(contrast(colour(text, dark), colour("page", dark)) >= 4.5, "{text}");
                assert!(contrast(colour(text, dark), colour("card", dark)) >= 4.5, "{text}");
            }
            assert!(contrast(colour("line", dark), colour("page", dark)) >= 3.0);
        }
    }
}
