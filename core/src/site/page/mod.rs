//! What each page of the website shows, as plain structs.
//!
//! A struct is what the page's template gets as `page`, and what the JSON beside the page says, member
//! for member: a template can show what a program can read, and nothing else. Texts are as packages
//! have them, unescaped and unchecked; the filters of [`Templates`](super::Templates) make them safe.
//! Times are RFC 3339 in UTC, sizes are bytes.

mod build;
mod changes;
mod dependency;
mod environments;
mod health;
mod home;
mod lists;
mod package;

pub use build::{BuildPage, FileListing, ListedFile, PatchedField};
pub use changes::{
    ChangedDependency, ChangedField, ChangedFile, ChangesPage, FileChange, FileChanges, VersionChange,
};
pub use dependency::Dependency;
pub use environments::{
    CurrentBuild, EnvironmentLine, EnvironmentPackage, EnvironmentPage, EnvironmentPlatform, EnvironmentUse,
    EnvironmentsPage, Namespace, PastBuild, SolvedAgainst, SpecificationText,
};
pub use health::{HealthFinding, HealthPage, LargeFile, MissingDependency, UnmetDependency};
pub use home::{ChannelTotals, HomePage, NewPackage, SubdirFacts};
pub use lists::{
    GroupPage, Letter, LicensesPage, MaintainersPage, NamedGroup, NamesPage, NotFoundPage, PackageLine,
    Paging, SearchPage,
};
pub use package::{
    BuildLine, DependencySet, MonthlyBuilds, PackageLink, PackagePage, Platform, Requirement, RunExportSet,
    UsedByPage, VersionLine, VersionsPage,
};
