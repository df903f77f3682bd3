//! The declarations that `web/package` has of what Rust serialises for it: made from the types
//! themselves, so that they are true.

use ts_rs::{Config, TS, TypeVisitor};

use crate::inspect::{Comparison, Inspection};
use crate::verify::{Profile, Report};

const HEAD: &str = "\
// What the module gives, as Rust serialises it. Made from the types of towpath-core by a test:
// UPDATE_TYPES=1 cargo test -p towpath-core typescript
";

/// Declarations of a type and of those that it is made of, each once.
struct Declarations {
    config: Config,
    names: Vec<String>,
    texts: Vec<String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Types of the standard library have no file of their own: they are written out where they stand.
        if T::output_path().is_none() || self.names.contains(&T::ident(&self.config)) {
            return;
        }
        self.names.push(T::ident(&self.config));
        let documentation = T::docs().unwrap_or_default();
        self.texts
            .push(format!("{documentation}export {}\n", T::decl(&self.config)));
        T::visit_dependencies(self);
    }
}

#[test]
fn typescript_has_the_types_of_rust() {
    let mut declarations = Declarations {
        config: Config::new().with_large_int("number"),
        names: Vec::new(),
        texts: Vec::new(),
    };
    declarations.visit::<Inspection>();
    declarations.visit::<Comparison>();
    declarations.visit::<Report>();
    declarations.visit::<Profile>();
    let page = format!("{HEAD}\n{}", declarations.texts.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/package/src/types.ts");
    if std::env::var_os("UPDATE_TYPES").is_some() {
        fs_err::write(path, &page).unwrap();
    }
    let written = fs_err::read_to_string(path).unwrap();
    assert!(
        written == page,
        "web/package/src/types.ts is old: UPDATE_TYPES=1 cargo test -p towpath-core typescript"
    );
}
