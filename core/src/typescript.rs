//! The declarations that `web/package` has of what Rust serialises for it: made from the types
//! themselves, so that they are true.

use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

use crate::inspect::{Comparison, Inspection};
use crate::verify::{Profile, Report};

const HEAD: &str = "\
// What the module gives, as Rust serialises it. Made from the types of towpath-core by a test:
// UPDATE_TYPES=1 cargo test -p towpath-core --features gluesql typescript
";

/// Declarations of a type and of those that it is made of, each once.
struct Declarations {
    config: Config,
    /// By name: in which order a type tells of others differs from build to build.
    texts: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Types of the standard library have no file of their own: they are written out where they stand.
        if T::output_path().is_none() || self.texts.contains_key(&T::ident(&self.config)) {
            return;
        }
        let documentation = T::docs().unwrap_or_default();
        let text = format!("{documentation}export {}\n", T::decl(&self.config));
        self.texts.insert(T::ident(&self.config), text);
        T::visit_dependencies(self);
    }
}

/// That a file of `web/package` has the declarations; with `UPDATE_TYPES` in the environment it gets them.
fn expect_declared(file: &str, visit: impl FnOnce(&mut Declarations)) {
    let mut declarations = Declarations {
        config: Config::new().with_large_int("number"),
        texts: BTreeMap::new(),
    };
    visit(&mut declarations);
    let texts: Vec<String> = declarations.texts.into_values().collect();
    let page = format!("{HEAD}\n{}", texts.join("\n"));
    let path = format!("{}/../web/package/src/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_TYPES").is_some() {
        fs_err::write(&path, &page).unwrap();
    }
    let written = fs_err::read_to_string(path).unwrap();
    assert!(
        written == page,
        "web/package/src/{file} is old: UPDATE_TYPES=1 cargo test -p towpath-core --features gluesql typescript"
    );
}

#[test]
fn typescript_has_the_types_of_rust() {
    expect_declared("types.ts", |declarations| {
        declarations.visit::<Inspection>();
        declarations.visit::<Comparison>();
        declarations.visit::<Report>();
        declarations.visit::<Profile>();
    });
}

#[cfg(feature = "gluesql")]
#[test]
fn typescript_has_the_types_of_records() {
    use crate::query::{Hits, Loaded, Table, TableDescription};
    expect_declared("records-types.ts", |declarations| {
        declarations.visit::<Loaded>();
        declarations.visit::<TableDescription>();
        declarations.visit::<Table>();
        declarations.visit::<Hits>();
    });
}
