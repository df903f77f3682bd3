//! What a package depends on has to be somewhere.

use crate::verify::against::name_of;
use crate::verify::finding::quoted;
use crate::verify::{ChannelView, Check, Claim, Found, Place, Readers, Rule, Severity, Source};

pub(super) static G603: Rule = Rule {
    code: "G603",
    severity: Severity::Warning,
    mirror: Severity::Warning,
    title: "Every dependency is in the channel, or in one that is used with it",
    sources: &[Source::Cep(29, "names"), Source::Cep(42, "channel relations")],
    why: "A package whose dependency is nowhere cannot be installed.",
    mend: "Look for a slip of the pen in the recipe. If the dependency is in another channel, name that too: \
           --channel TARGET --channel OTHER.",
    bad: "depends on nupmy, which no channel has",
    good: "depends on numpy",
    readers: Readers::Agree,
    check: Check::Channel(dependencies_are_known),
};

fn dependencies_are_known(claim: &Claim, channel: &ChannelView, found: &mut Found<'_>) {
    for (number, spec) in claim.specs("depends").enumerate() {
        let name = name_of(spec).to_lowercase();
        // Those of the system are in no channel, those with a channel of their own in that one.
        if name.is_empty() || name.starts_with("__") || spec.contains("::") || name.contains('*') {
            continue;
        }
        if name != claim.name && !channel.has_name(&claim.subdir, &name) {
            found.at(
                Place::member("info/index.json").key(format!("depends[{number}]")),
                format!("{} has no package {}", channel.channels(), quoted(&name)),
            );
        }
    }
}
