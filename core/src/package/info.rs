//! Picks the metadata members out of a walk through a tarball.

use super::tarball::{Member, MemberKind, Tarball};
use super::{PackageError, RattlerRecipe};

pub(super) const INDEX_JSON: &str = "info/index.json";
pub(super) const ABOUT_JSON: &str = "info/about.json";
pub(super) const PATHS_JSON: &str = "info/paths.json";
pub(super) const RUN_EXPORTS_JSON: &str = "info/run_exports.json";
pub(super) const ICON: &str = "info/icon.png";

/// The raw metadata members of a package. Of a member that is there twice, the first counts.
#[derive(Default)]
pub(super) struct InfoMembers {
    pub index_json: Option<Vec<u8>>,
    pub about_json: Option<Vec<u8>>,
    pub paths_json: Option<Vec<u8>>,
    pub run_exports_json: Option<Vec<u8>>,
    pub icon: Option<Vec<u8>>,
    /// conda-build's recipe: the first of its three file names that the archive has.
    pub recipe: Option<Vec<u8>>,
    /// rattler-build's recipe, rendered if the package has it so.
    pub rattler_recipe: Option<RattlerRecipe>,
    /// What was odd, but no reason to leave the package out.
    pub warnings: Vec<String>,
}

impl InfoMembers {
    /// Takes the member if it is metadata.
    pub(super) fn take(&mut self, member: &Member, tarball: &mut Tarball<'_>) -> Result<(), PackageError> {
        let path = match member.path.as_str() {
            INDEX_JSON if self.index_json.is_none() => INDEX_JSON,
            ABOUT_JSON if self.about_json.is_none() => ABOUT_JSON,
            PATHS_JSON if self.paths_json.is_none() => PATHS_JSON,
            RUN_EXPORTS_JSON if self.run_exports_json.is_none() => RUN_EXPORTS_JSON,
            ICON if self.icon.is_none() => ICON,
            "info/recipe/meta.yaml" | "info/recipe/meta.yaml.rendered" | "info/meta.yaml"
                if self.recipe.is_none() =>
            {
                "the recipe"
            }
            "info/recipe/rendered_recipe.yaml"
                if !matches!(self.rattler_recipe, Some(RattlerRecipe::Rendered(_))) =>
            {
                "info/recipe/rendered_recipe.yaml"
            }
            "info/recipe/recipe.yaml" if self.rattler_recipe.is_none() => "info/recipe/recipe.yaml",
            _ => return Ok(()),
        };
        match member.kind {
            MemberKind::File => {}
            MemberKind::Link(kind) => return Err(PackageError::Link { member: path, kind }),
            MemberKind::Directory | MemberKind::Special => {
                self.warnings
                    .push(format!("{path} is not a regular file and was not read"));
                return Ok(());
            }
        }
        let content = match path {
            INDEX_JSON | ABOUT_JSON | RUN_EXPORTS_JSON => tarball.read_document()?,
            _ => tarball.read_content()?,
        };
        match path {
            INDEX_JSON => self.index_json = Some(content),
            ABOUT_JSON => self.about_json = Some(content),
            PATHS_JSON => self.paths_json = Some(content),
            RUN_EXPORTS_JSON => self.run_exports_json = Some(content),
            ICON => self.icon = Some(content),
            "info/recipe/rendered_recipe.yaml" => {
                self.rattler_recipe = Some(RattlerRecipe::Rendered(content));
            }
            "info/recipe/recipe.yaml" => self.rattler_recipe = Some(RattlerRecipe::Source(content)),
            _ => self.recipe = Some(content),
        }
        Ok(())
    }

    /// Whether everything is here that build tools write behind other members too. They write the
    /// files that are directly in `info/` first, and the recipe in its folder wherever it comes.
    pub(super) fn lacks_nothing_that_may_come_late(&self) -> bool {
        self.index_json.is_some()
            && self.about_json.is_some()
            && self.paths_json.is_some()
            && (self.recipe.is_some() || self.rattler_recipe.is_some())
    }
}
