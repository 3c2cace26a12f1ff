//! What a key of a signal matches in a structured file. Shared with the build script.
//!
//! A key is a path of segments, as far as it is needed: `failureThreshold` is that key wherever it stands, `livenessProbe.failureThreshold`
//! only below a `livenessProbe`. Letter case, `-`, `_` and blanks count for nothing, so one key is written once for Kubernetes,
//! Terraform, property files and environment variables. `*` at either end of the last segment opens it there, `=value` behind
//! it asks for that value, and a first segment `@ci` names the kind of file.

/// A key, parsed and normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPattern {
    /// Normalised segments, joined by dots; the last one without its `*`.
    pub path: String,
    /// Normalised value that the key has to have; empty when any will do.
    pub value: String,
    /// Bit 0: the last segment may have more before it, bit 1: behind it.
    pub open: u8,
}

impl KeyPattern {
    /// Parses a key as written in content.
    ///
    /// # Errors
    /// One line that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (path, value) = text.split_once('=').unwrap_or((text, ""));
        let (parents, last) = path.rsplit_once('.').map_or(("", path), |(p, l)| (p, l));
        let inner = last.strip_prefix('*').unwrap_or(last);
        let core = inner.strip_suffix('*').unwrap_or(inner);
        let open = u8::from(inner.len() != last.len()) | u8::from(core.len() != inner.len()) << 1;
        let mut out = String::new();
        for segment in parents.split('.').filter(|_| !parents.is_empty()).chain([core]) {
            if !out.is_empty() {
                out.push('.');
            }
            let before = out.len();
            normalise(segment, &mut out);
            if out.len() == before || out[before..].contains('*') {
                return Err(format!("key {text:?} has an empty segment, or a `*` that is not at an end of its last one"));
            }
        }
        if open != 0 && core.len() < 3 {
            return Err(format!("key {text:?} is open and has fewer than 3 bytes"));
        }
        if text.contains('=') && value.is_empty() {
            return Err(format!("key {text:?} asks for an empty value"));
        }
        let mut wanted = String::new();
        normalise(value, &mut wanted);
        Ok(Self { path: out, value: wanted, open })
    }

    /// The hash by which it is found: of its last segment, 0 for an open one.
    #[must_use]
    pub fn hash(&self) -> u32 {
        if self.open == 0 { hash(self.path.rsplit('.').next().unwrap_or("")) } else { 0 }
    }
}

/// Appends a segment or value without what counts for nothing.
pub fn normalise(text: &str, to: &mut String) {
    to.extend(text.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '"' | '\'')).map(|c| c.to_ascii_lowercase()));
}

/// FNV-1a, never 0.
#[must_use]
pub fn hash(segment: &str) -> u32 {
    segment.bytes().fold(0x811C_9DC5u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193)).max(1)
}
