//! Names of the same thing: `payment`, `PaymentService`, `payment-svc`, `payment.shop.svc.cluster.local`.

use std::collections::HashMap;

/// Endings that say no more than that it is a service.
const ENDINGS: &[&str] = &["service", "svc", "api", "server", "app", "srv", "microservice"];

/// Finds which of the known a name means: itself, an alias, another spelling, its address in a cluster, its name without `service`.
/// A looser step decides only where exactly one is meant.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    steps: [HashMap<String, Option<usize>>; 3],
}

impl Matcher {
    /// Knows these names, each with its aliases; what is found is the index.
    pub fn of<'a, A: Iterator<Item = &'a str>>(known: impl Iterator<Item = (&'a str, A)>) -> Self {
        let mut out = Self::default();
        for (i, (name, aliases)) in known.enumerate() {
            // The name itself goes before anybody's alias.
            out.steps[0].insert(name.to_owned(), Some(i));
            for alias in aliases {
                out.steps[0].entry(alias.to_owned()).or_insert(Some(i));
                out.put(alias, i);
            }
            out.put(name, i);
        }
        out
    }

    fn put(&mut self, name: &str, i: usize) {
        for (step, form) in [(1, plain(name)), (2, bare(name))] {
            let slot = self.steps[step].entry(form).or_insert(Some(i));
            if *slot != Some(i) {
                *slot = None;
            }
        }
    }

    /// Which one is meant.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        if let Some(found) = self.steps[0].get(name) {
            return *found;
        }
        let host = host(name);
        let forms = [(1, plain(name)), (1, plain(host)), (2, bare(name)), (2, bare(host))];
        forms.into_iter().find_map(|(step, form)| self.steps[step].get(&form).copied().flatten())
    }
}

/// The service in an address of a cluster: `cart.shop.svc.cluster.local:80` is `cart`.
fn host(name: &str) -> &str {
    let name = name.split(':').next().unwrap_or(name);
    let in_cluster = name.ends_with(".svc") || name.contains(".svc.");
    if in_cluster { name.split('.').next().unwrap_or(name) } else { name }
}

/// Letters and digits in lower case.
#[must_use]
pub fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The same without endings that say nothing.
#[must_use]
pub fn bare(name: &str) -> String {
    let plain = plain(name);
    let mut rest = plain.as_str();
    // `order-api-service` loses both.
    for _ in 0..2 {
        let Some(shorter) = ENDINGS.iter().find_map(|e| rest.strip_suffix(e)).filter(|r| r.chars().count() >= 2) else { break };
        rest = shorter;
    }
    rest.to_owned()
}

/// The words of a setting's name: `cartServiceAddr`, `CART_SERVICE_ADDR` and `cart.service.addr` have the same.
pub(crate) fn key_words(key: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last = ' ';
    for c in key.chars() {
        if c.is_alphanumeric() {
            if !last.is_alphanumeric() || c.is_uppercase() && last.is_lowercase() {
                out.push(String::new());
            }
            if let Some(word) = out.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        last = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(known: &[(&str, &[&str])]) -> Matcher {
        Matcher::of(known.iter().map(|(n, a)| (*n, a.iter().copied())))
    }

    #[test]
    fn the_same_thing_under_other_names() {
        let m = of(&[("payment", &["billing"]), ("order-service", &[]), ("redis-cart", &[]), ("api", &[])]);
        for (name, want) in [
            ("payment", Some(0)),
            ("PaymentService", Some(0)),
            ("payment-svc", Some(0)),
            ("payment.shop.svc.cluster.local:80", Some(0)),
            ("billing-service", Some(0)),
            ("orders", None),
            ("order", Some(1)),
            ("order_service", Some(1)),
            ("orderapi", Some(1)),
            ("redisCart", Some(2)),
            ("redis", None),
            ("api", Some(3)),
            ("", None),
        ] {
            assert_eq!(m.find(name), want, "{name}");
        }
    }

    #[test]
    fn two_that_could_be_meant_are_neither() {
        let m = of(&[("user", &[]), ("user-service", &[])]);
        assert_eq!((m.find("user"), m.find("user-service"), m.find("user-svc")), (Some(0), Some(1), None));
    }

    #[test]
    fn words_of_keys() {
        assert_eq!(key_words("ConnectionStrings:OrdersDb"), ["connection", "strings", "orders", "db"]);
        assert_eq!(key_words("SPRING_DATASOURCE_URL"), ["spring", "datasource", "url"]);
    }
}
