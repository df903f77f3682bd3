//! Writes a channel of generated packages, for trying towpath out and for measuring it.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Parser;
use towpath_tests::tarball::Member;
use towpath_tests::{Generator, Kind, PackageBuilder, PackageSize, write_channel};

/// Write N realistic packages into noarch and linux-64 of the folder OUT.
///
/// The same arguments give the same bytes on every machine, and a larger N only adds packages.
/// Files that are there already are overwritten.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the channel; made if it is missing
    out: PathBuf,

    /// How many packages
    n: u64,

    /// Number that all packages depend on
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Share of packages that are .tar.bz2, 0 to 1
    #[arg(long, value_name = "F", default_value = "0.2", value_parser = share)]
    bz2_share: f64,

    /// Packages of 5 to 40 MB rather than a few KB
    #[arg(long)]
    large: bool,

    /// One more package: hello, with a command of that name. It alone can be installed, since the
    /// others depend on packages that there may not be
    #[arg(long)]
    hello: bool,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("not a number from 0 to 1".to_owned()),
    }
}

fn hello() -> PackageBuilder {
    let script = "#!/bin/sh\necho Hello from a channel made by towpath.\n";
    let executable = Member::file("bin/hello", script).header_bytes(MODE_OFFSET, "0000755\0");
    PackageBuilder::new("hello", "1.0", "0").payload_entry(executable)
}

/// Where a tar header says who may do what with a file.
const MODE_OFFSET: usize = 100;

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let generator = Generator {
        seed: arguments.seed,
        bz2_share: arguments.bz2_share,
        size: if arguments.large {
            PackageSize::Large
        } else {
            PackageSize::Small
        },
    };
    let written = write_channel(&arguments.out, &generator, arguments.n)?;
    if arguments.hello {
        hello().write_to(arguments.out.join("noarch"), Kind::Conda)?;
    }
    writeln!(
        io::stdout(),
        "{}: {} packages ({} in noarch, {} in linux-64; {} .tar.bz2), {:.1} MB",
        arguments.out.display(),
        written.packages(),
        written.noarch,
        written.linux_64,
        written.tar_bz2,
        written.bytes as f64 / 1e6
    )
}
