//! Feature flags: LaunchDarkly, Unleash, OpenFeature, Flipper, Flagsmith, GrowthBook, ConfigCat, Split, Statsig, PostHog, Togglz and the like. A flag
//! is read where the program asks for it, written where it is switched, declared where a provider is told of it.

use super::clients::At::{Key, Nth};
use super::clients::{self, Library, Row};
use crate::index::file::File;
use crate::index::model::Kind::Flag;
use crate::index::model::Role::{Reads, Writes};
use crate::index::model::{Facts, Name, Part, Use};
use crate::index::reading::Call;

const ON: &[&str] =
    &["flag", "feature", "toggle", "unleash", "ldclient", "launchdarkly", "openfeature", "growthbook", "configcat", "split", "statsig", "flipper", "posthog"];

const FLAGS: Library = Library {
    words: &[
        "*launchdarkly*",
        "*ldclient*",
        "*unleash*",
        "*openfeature*",
        "*open-feature*",
        "*flipper*",
        "*flagsmith*",
        "*growthbook*",
        "*configcat*",
        "*splitio*",
        "*split.client*",
        "*statsig*",
        "*flagd*",
        "*featuremanagement*",
        "*togglz*",
        "*ff4j*",
        "waffle",
        "*posthog*",
        "*fun_with_flags*",
        "*funwithflags*",
        "*optimizely*",
        "*pennant*",
    ],
    rows: &[
        // OpenFeature's words, in every language
        Row::call(
            Reads,
            &[
                "getbooleanvalue",
                "getstringvalue",
                "getnumbervalue",
                "getintegervalue",
                "getfloatvalue",
                "getdoublevalue",
                "getobjectvalue",
                "getbooleandetails",
                "getstringdetails",
            ],
            &[Key("flagkey"), Nth(0)],
        )
        .kind(Flag),
        Row::call(Reads, &["booleanvalue", "stringvalue", "intvalue", "floatvalue", "objectvalue", "booleanvaluedetails"], &[Nth(1)]).only(&["go"]).kind(Flag),
        Row::call(Reads, &["usebooleanflagvalue", "usestringflagvalue", "usenumberflagvalue", "useflag"], &[Nth(0)]).kind(Flag).alone(),
        // LaunchDarkly
        Row::call(
            Reads,
            &[
                "variation",
                "boolvariation",
                "stringvariation",
                "intvariation",
                "doublevariation",
                "float64variation",
                "jsonvariation",
                "variationdetail",
                "boolvariationdetail",
            ],
            &[Nth(0)],
        )
        .kind(Flag),
        // Unleash, Flipper, GrowthBook, Feature management, Togglz, fun_with_flags, waffle
        Row::call(Reads, &["isenabled", "enabled", "isfeatureenabled", "ison", "isoff", "on", "getvariant", "getfeaturevalue", "evalfeature"], &[Nth(0)])
            .on(ON)
            .kind(Flag),
        Row::call(Reads, &["enabled"], &[Nth(0)]).on(&["flipper", "feature", "funwithflags"]).kind(Flag).alone(),
        Row::call(Reads, &["flagisactive", "switchisactive", "sampleisactive"], &[Nth(1), Nth(0)]).kind(Flag),
        Row::annotation(Reads, &["featuregate", "waffleflag", "waffleswitch"], &[Nth(0)]).kind(Flag),
        Row::call(Writes, &["enable", "disable", "enablepercentageofactors", "enableactor", "add"], &[Nth(0)]).on(&["flipper"]).kind(Flag),
        Row::call(Writes, &["enable", "disable"], &[Nth(0)]).on(&["funwithflags"]).kind(Flag),
        // Laravel's Pennant
        Row::call(Reads, &["active", "inactive", "when", "unless", "value", "allareactive", "someareactive"], &[Nth(0)])
            .on(&["feature"])
            .only(&["php"])
            .kind(Flag),
        // Flagsmith, ConfigCat, Split, Statsig, PostHog
        Row::call(Reads, &["isfeatureenabled", "getfeaturevalue", "hasfeature", "getvalue", "getflag"], &[Nth(0)]).on(ON).kind(Flag),
        Row::call(Reads, &["getvalue", "getvaluedetails"], &[Nth(0)]).on(&["configcat"]).kind(Flag),
        Row::call(Reads, &["gettreatment", "gettreatmentwithconfig"], &[Nth(1)]).count(2).kind(Flag),
        Row::call(Reads, &["gettreatment", "gettreatmentwithconfig"], &[Nth(0)]).count(1).kind(Flag),
        Row::call(Reads, &["checkgate", "getexperiment", "getfeaturegate"], &[Nth(1), Nth(0)]).kind(Flag),
        Row::call(Reads, &["featureenabled", "isfeatureenabled", "getfeatureflag"], &[Nth(0)]).on(&["posthog"]).kind(Flag),
    ],
};

/// Functions that read a flag by their own name, whoever wrote them; the name must look like a flag's.
const OWN: [&str; 14] = [
    "isfeatureenabled",
    "featureenabled",
    "isflagenabled",
    "flagenabled",
    "hasfeatureflag",
    "getfeatureflag",
    "usefeatureflag",
    "usefeature",
    "isfeatureactive",
    "featureisenabled",
    "featureactive",
    "checkfeatureflag",
    "evaluateflag",
    "isfeatureon",
];

/// A file without any of these asks for no flag.
pub(super) const WORDS: &[&str] =
    &["flag", "feature", "toggle", "unleash", "variation", "treatment", "flipper", "growthbook", "configcat", "waffle", "statsig", "togglz"];

/// A question to what is named as the flags themselves: `flags.Enabled(ctx, "new-quotes")`, `featureFlags.isOn("new-quotes")`.
fn is_asked(call: &Call<'_>) -> bool {
    const FLAGS: [&str; 8] = ["flags", "features", "featureflags", "toggles", "featuretoggles", "featureflag", "flagservice", "featureflagservice"];
    const ASKS: [&str; 9] = ["enabled", "isenabled", "ison", "isactive", "active", "isfeatureenabled", "isflagenabled", "hasfeature", "boolvalue"];
    call.receiver().is_some_and(|on| FLAGS.iter().any(|w| clients::same(on.trim_start_matches(['_', '$']), w)))
        && ASKS.iter().any(|w| clients::same(call.name, w))
}

pub(super) fn read(file: &File<'_>, facts: &mut Facts) {
    let reading = file.reading();
    for hit in clients::hits(reading, &[&FLAGS]) {
        let Some(role) = hit.row.role else { continue };
        for name in hit.names.into_iter().filter(is_flag) {
            facts.push(Use::new(Flag, role, name, hit.line).certainty(hit.certainty));
        }
    }
    for call in &reading.calls {
        if !(OWN.iter().any(|w| clients::same(call.name, w)) || is_asked(call)) {
            continue;
        }
        // The flag is the first argument that names something: a context or client may stand before it.
        let asked = is_asked(call);
        let told = |n: &Name| is_flag(n) && (!asked || n.as_literal().is_some() || matches!(&*n.0, [Part::Constant(p)] if p.starts_with(char::is_uppercase)));
        let name = call.arguments.iter().take(2).map(|a| reading.name(&a.span)).find(told);
        if let Some(name) = name
            && !facts.uses.iter().any(|u| u.kind == Flag && u.line == call.line)
        {
            facts.push(Use::new(Flag, Reads, name, call.line).certainty(crate::index::model::Certainty::Likely));
        }
    }
}

/// Whether a name can be a flag's: one word with `-`, `_`, `.`, `:`.
fn is_flag(name: &Name) -> bool {
    match &*name.0 {
        [Part::Text(text)] => {
            (3..=80).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'/'))
        }
        [Part::Constant(path)] => path.len() > 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::index::extractors::clients::says_each;
    use crate::index::model::Kind::Flag;

    #[test]
    fn flags_of_the_providers() {
        says_each(
            &[Flag],
            &[
                (
                    "a.ts",
                    "import { OpenFeature } from '@openfeature/server-sdk';\nif (await client.getBooleanValue('new-checkout', false)) {}\n",
                    &["sure flag reads new-checkout @2"],
                ),
                ("a.py", "import ldclient\nif ldclient.get().variation('new-checkout', ctx, False):\n    pass\n", &["sure flag reads new-checkout @2"]),
                (
                    "a.go",
                    "package x\n\nimport \"github.com/open-feature/go-sdk/openfeature\"\n\nfunc f() {\n\tv, _ := client.BooleanValue(ctx, \"new-checkout\", false, e)\n}\n",
                    &["sure flag reads new-checkout @6"],
                ),
                (
                    "A.java",
                    "import io.getunleash.Unleash;\nclass A { void f() { if (unleash.isEnabled(\"new-checkout\")) { } } }",
                    &["sure flag reads new-checkout @2"],
                ),
                (
                    "a.rb",
                    "if Flipper.enabled?(:new_checkout, user)\nend\nFlipper.enable(:new_checkout)\n",
                    &["sure flag reads new_checkout @1", "sure flag writes new_checkout @3"],
                ),
                (
                    "A.cs",
                    "using Microsoft.FeatureManagement;\nclass A { async Task F() { if (await _featureManager.IsEnabledAsync(\"NewCheckout\")) { } } }",
                    &["sure flag reads NewCheckout @2"],
                ),
                (
                    "b.ts",
                    "const on = useFeatureFlag('new-checkout');\nconst off = isFeatureEnabled(Flags.OLD);\n",
                    &["likely flag reads new-checkout @1", "likely flag reads <Flags.OLD> @2"],
                ),
                (
                    "a.php",
                    "<?php\nuse Laravel\\Pennant\\Feature;\nif (Feature::active('new-bill')) { }\nif (Feature::for($u)->inactive('old-bill')) { }\n$menu->active('home');\n",
                    &["sure flag reads new-bill @3", "sure flag reads old-bill @4"],
                ),
                ("x.ts", "button.isEnabled('x');\nparser.flag('--verbose');\nlogger.isEnabled('debug');\nel.toggle('active');\n", &[]),
                ("x.go", "package x\n\nfunc f() { flag.String(\"addr\", \"\", \"address\"); flag.Bool(\"debug\", false, \"x\") }\n", &[]),
            ],
        );
    }
}
