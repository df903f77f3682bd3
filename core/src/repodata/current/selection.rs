//! Which records are current: the newest of each name, what is pinned, what those need, and what
//! there is without features.

use std::collections::{HashMap, HashSet};

use rattler_conda_types::Version;

use super::candidates::{Candidates, Group};
use super::dependency::{Dependency, Matched};
use super::pins::CurrentVersions;
use super::{NotInCurrent, PinWithoutMatch};
use crate::record::version_order::{compare, starts_with};

/// Records while it is decided which of them are current.
pub(super) struct Selection<'a> {
    candidates: &'a Candidates,
    subdir: &'a str,
    groups: &'a [Group],
    /// By the numbers of what candidates depend on; parsed when they are first looked at, which few
    /// are.
    dependencies: HashMap<u32, Result<Dependency, String>>,
    /// By the numbers of candidates.
    states: Vec<State>,
    not_current: Vec<NotInCurrent>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Its dependencies were not looked at.
    Unseen,
    /// All of its dependencies can be read.
    Sound,
    /// It is part of the document.
    Current,
    /// It cannot be: a dependency cannot be read.
    Refused,
}

impl<'a> Selection<'a> {
    pub(super) fn new(candidates: &'a Candidates, groups: &'a [Group], subdir: &'a str) -> Self {
        Self {
            candidates,
            subdir,
            groups,
            dependencies: HashMap::new(),
            states: vec![State::Unseen; candidates.len()],
            not_current: Vec::new(),
        }
    }

    /// Decides. Returns the current records' numbers, what would be current but cannot be, and the
    /// pins that nothing matches.
    pub(super) fn decide(
        mut self,
        pins: &CurrentVersions,
    ) -> (Vec<usize>, Vec<NotInCurrent>, Vec<PinWithoutMatch>) {
        let mut unmatched = Vec::new();
        for group in 0..self.groups.len() {
            self.keep_newest(group, |_, _| true);
            unmatched.extend(self.keep_pinned(group, pins));
        }
        self.keep_what_is_needed();
        self.keep_what_has_no_features();
        let current = (0..self.states.len()).filter(|index| self.states[*index] == State::Current);
        (current.collect(), self.not_current, unmatched)
    }

    /// Keeps all builds of the newest version that `wanted` says yes to. Says whether there is any.
    fn keep_newest(&mut self, group: usize, wanted: impl Fn(&Candidates, usize) -> bool) -> bool {
        let candidates = self.candidates;
        let members = &self.groups[group].members;
        let newest = members
            .iter()
            .find(|index| wanted(candidates, **index) && self.is_sound(**index));
        let Some(newest) = newest else {
            return false;
        };
        let version = candidates.version(*newest);
        for index in members {
            if starts_with(candidates.version(*index), version) {
                self.keep(*index);
            }
        }
        true
    }

    /// Keeps all builds of the newest version of each pin. Returns the pins that nothing matches.
    fn keep_pinned(&mut self, group: usize, pins: &CurrentVersions) -> Vec<PinWithoutMatch> {
        let name = self.candidates.names().text(self.groups[group].name);
        if self.groups[group].members.is_empty() {
            return Vec::new();
        }
        let mut unmatched = Vec::new();
        for pin in pins.of(name) {
            let is_pinned =
                |candidates: &Candidates, index| starts_with(candidates.version(index), &pin.version);
            if !self.keep_newest(group, is_pinned) {
                unmatched.push(PinWithoutMatch {
                    name: name.to_owned(),
                    version: pin.text.clone(),
                });
            }
        }
        unmatched
    }

    /// For each dependency of a current record that no current record meets: keeps all builds of
    /// the newest version that does. What these need in turn is not looked at.
    fn keep_what_is_needed(&mut self) {
        let mut seen = HashSet::new();
        let mut wanted: Vec<(usize, u32)> = Vec::new();
        for index in self.current() {
            for dependency in self.candidates.depends(index) {
                if seen.insert(*dependency)
                    && let Some(group) = self.group_of(*dependency)
                    && !self.is_met(group, *dependency)
                {
                    wanted.push((group, *dependency));
                }
            }
        }
        for (group, dependency) in wanted {
            // Taken out, so that others can be parsed while it is looked at.
            let Some(Ok(parsed)) = self.dependencies.remove(&dependency) else {
                continue;
            };
            let subdir = self.subdir;
            self.keep_newest(group, |candidates, index| {
                parsed.matches(&matched(candidates, subdir, index))
            });
            self.dependencies.insert(dependency, Ok(parsed));
        }
    }

    /// For each name with a current record that has features: keeps the newest one without, if it
    /// is not newer than what is current.
    fn keep_what_has_no_features(&mut self) {
        for group in 0..self.groups.len() {
            let members = &self.groups[group].members;
            let is_current = |index: &&usize| self.states[**index] == State::Current;
            let Some(latest) = members.iter().find(is_current) else {
                continue;
            };
            let mut current = members.iter().filter(is_current);
            if !current.any(|index| self.candidates.get(*index).has_features) {
                continue;
            }
            let latest: &Version = self.candidates.version(*latest);
            let candidates = self.candidates;
            let plain = members
                .iter()
                .filter(|index| !candidates.get(**index).has_features)
                .filter(|index| compare(candidates.version(**index), latest).is_le())
                .find(|index| self.is_sound(**index));
            if let Some(plain) = plain {
                self.keep(*plain);
            }
        }
    }

    fn current(&self) -> Vec<usize> {
        (0..self.states.len())
            .filter(|index| self.states[*index] == State::Current)
            .collect()
    }

    fn keep(&mut self, index: usize) {
        if self.is_sound(index) {
            self.states[index] = State::Current;
        }
    }

    /// Whether every dependency of the record can be read. The first time that one cannot, it is
    /// written down.
    fn is_sound(&mut self, index: usize) -> bool {
        match self.states[index] {
            State::Sound | State::Current => return true,
            State::Refused => return false,
            State::Unseen => {}
        }
        let candidates = self.candidates;
        for number in candidates.depends(index) {
            let text = candidates.dependencies().text(*number);
            let dependency = self
                .dependencies
                .entry(*number)
                .or_insert_with(|| Dependency::parse(text));
            if let Err(why) = dependency {
                self.not_current.push(NotInCurrent {
                    file_name: candidates.get(index).artifact.as_str().to_owned(),
                    reason: format!("depends on {text:?}, which is no MatchSpec: {why}"),
                });
                self.states[index] = State::Refused;
                return false;
            }
        }
        self.states[index] = State::Sound;
        true
    }

    /// The records that a dependency, which was parsed, is about.
    fn group_of(&self, dependency: u32) -> Option<usize> {
        let name = self.parsed(dependency)?.name.as_deref()?;
        Some(self.candidates.names().find(name)? as usize)
    }

    fn is_met(&self, group: usize, dependency: u32) -> bool {
        let Some(dependency) = self.parsed(dependency) else {
            return true;
        };
        self.groups[group].members.iter().any(|index| {
            self.states[*index] == State::Current
                && dependency.matches(&matched(self.candidates, self.subdir, *index))
        })
    }

    fn parsed(&self, dependency: u32) -> Option<&Dependency> {
        self.dependencies.get(&dependency)?.as_ref().ok()
    }
}

fn matched<'a>(candidates: &'a Candidates, subdir: &'a str, index: usize) -> Matched<'a> {
    Matched {
        subdir,
        version: candidates.version(index),
        build: candidates.build(index),
        build_number: candidates.build_number(index),
    }
}
