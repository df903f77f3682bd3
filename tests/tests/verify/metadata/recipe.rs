//! D329: what recipes tell.

use serde_json::json;
use towpath_tests::Kind;

use crate::case::{Case, breaks, keeps, sound};

pub(crate) fn cases() -> Vec<Case> {
    let bad = |what, text: &str| breaks("D329", what, &sound().recipe(text), Kind::Conda);
    let good = |what, text: &str| keeps("D329", what, &sound().recipe(text), Kind::Conda);
    let about = json!({"home": "https://example.org", "summary": "A package", "env_vars": {"PATH": "/home/ann/bin:/bin"}});
    let elsewhere = sound().payload("share/demo/log", "/home/ann/demo");
    vec![
        bad(
            "a token of GitHub",
            "source:\n  url: https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com/x\n",
        ),
        bad(
            "a password",
            "source:\n  url: https://me:s3cret@example.org/demo.tar.gz\n",
        ),
        bad(
            "a token of a channel",
            "channels:\n  - https://conda.anaconda.org/t/tk-12ab34cd-56ef-78ab-90cd/me\n",
        ),
        bad("a key", "script: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n"),
        bad("a home, twice", "# /home/ann/recipe\n# /home/ann/other\n"),
        bad("a home on Windows", "# C:\\Users\\ann\\recipe\n"),
        breaks(
            "D329",
            "a home in about.json",
            &sound().about(about),
            Kind::TarBz2,
        ),
        good(
            "machines",
            "# /home/conda/recipe_root, /Users/runner/work, C:\\Users\\VssAdministrator\\x\n",
        ),
        good(
            "a token from the environment",
            "url: https://x-access-token:${TOKEN}@github.com/x\n",
        ),
        keeps(
            "D329",
            "a home in a file that is installed",
            &elsewhere,
            Kind::Conda,
        ),
    ]
}
