//! Where each table of a picture goes: the one that most others belong to in the middle,
//! conda-index's to its left, ours to its right, each as far from it as it takes steps to get there.

use std::collections::{BTreeMap, VecDeque};

use super::{Diagram, Table};

/// Width of a character of the monospaced font.
const CHARACTER: f64 = 7.3;
const ROW: f64 = 20.0;
pub(super) const HEADER: f64 = 28.0;
pub(super) const PADDING: f64 = 10.0;
const BETWEEN_COLUMNS: f64 = 84.0;
const BETWEEN_TABLES: f64 = 22.0;
pub(super) const MARGIN: f64 = 24.0;

/// A table in its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placed<'d> {
    pub(super) table: &'d Table,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where names begin, and types, from the left.
    pub(super) names: f64,
    pub(super) types: f64,
}

/// All tables in their places.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout<'d> {
    pub(super) boxes: Vec<Placed<'d>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl<'d> Placed<'d> {
    fn new(table: &'d Table) -> Self {
        let longest = |of: &dyn Fn(&super::Column) -> usize| {
            width(table.columns.iter().map(of).max().unwrap_or_default())
        };
        let marks = longest(&|column| column.marks().join(" ").chars().count());
        let names = PADDING + if marks > 0.0 { marks + PADDING } else { 0.0 };
        let types = names + longest(&|column| column.name.chars().count()) + 1.5 * PADDING;
        let columns = types + longest(&|column| column.data_type.chars().count()) + PADDING;
        // Headings are bold.
        let heading = width(table.name.chars().count()) * 1.1 + 2.0 * PADDING;
        let rows = u32::try_from(table.columns.len()).unwrap_or(u32::MAX);
        Self {
            table,
            x: 0.0,
            y: 0.0,
            width: columns.max(heading),
            height: HEADER + ROW * f64::from(rows) + PADDING / 2.0,
            names,
            types,
        }
    }

    /// The middle of a column's row, or of the heading.
    pub(super) fn middle(&self, column: Option<&String>) -> f64 {
        let place = column.and_then(|name| self.table.columns.iter().position(|found| found.name == *name));
        match place.and_then(|place| u32::try_from(place).ok()) {
            Some(place) => self.y + HEADER + ROW * (f64::from(place) + 0.5),
            None => self.y + HEADER / 2.0,
        }
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }
}

/// The width of a text of this many characters.
pub(super) fn width(characters: usize) -> f64 {
    f64::from(u32::try_from(characters).unwrap_or(u32::MAX)) * CHARACTER
}

impl<'d> Layout<'d> {
    pub(super) fn of(diagram: &'d Diagram) -> Self {
        let mut columns = columns(diagram);
        let height_of =
            |boxes: &[Placed<'_>]| -> f64 { boxes.iter().map(|placed| placed.height + BETWEEN_TABLES).sum() };
        // What belongs to nothing goes where there is most room.
        let is_placed = |columns: &BTreeMap<i32, Vec<Placed<'_>>>, table: &Table| {
            columns.values().flatten().any(|placed| placed.table == table)
        };
        let left: Vec<&Table> = diagram
            .tables
            .iter()
            .filter(|table| !is_placed(&columns, table))
            .collect();
        columns.entry(0).or_default();
        for table in left {
            let shortest = columns
                .values_mut()
                .min_by(|one, other| height_of(one).total_cmp(&height_of(other)));
            if let Some(column) = shortest {
                column.push(Placed::new(table));
            }
        }
        let tallest = columns
            .values()
            .map(|column| height_of(column))
            .fold(0.0, f64::max);
        let mut boxes = Vec::new();
        let mut x = MARGIN;
        for column in columns.into_values() {
            let widest = column.iter().map(|placed| placed.width).fold(0.0, f64::max);
            let mut y = MARGIN + (tallest - height_of(&column)) / 2.0;
            for mut placed in column {
                placed.x = x;
                placed.y = y;
                // Of one width, so that lines begin and end at one place.
                placed.width = widest;
                y += placed.height + BETWEEN_TABLES;
                boxes.push(placed);
            }
            x += widest + BETWEEN_COLUMNS;
        }
        Self {
            boxes,
            // Lines within the last column go out to its right.
            width: x - BETWEEN_COLUMNS + 1.5 * MARGIN,
            height: tallest - BETWEEN_TABLES + 2.0 * MARGIN,
        }
    }

    pub(super) fn find(&self, table: &str) -> Option<&Placed<'d>> {
        self.boxes.iter().find(|placed| placed.table.name == table)
    }
}

/// The tables that belong to others, by column; the middle is 0.
fn columns(diagram: &Diagram) -> BTreeMap<i32, Vec<Placed<'_>>> {
    let neighbours = |name: &str| -> Vec<&str> {
        let ends = diagram
            .relations
            .iter()
            .map(|relation| (relation.from.table.as_str(), relation.to.table.as_str()));
        ends.filter_map(|(from, to)| match (from == name, to == name) {
            (true, false) => Some(to),
            (false, true) => Some(from),
            _ => None,
        })
        .collect()
    };
    let mut places: BTreeMap<&str, i32> = BTreeMap::new();
    loop {
        let roots = diagram
            .tables
            .iter()
            .filter(|table| !places.contains_key(table.name.as_str()));
        // Of those with as many, the first.
        let root = roots.rev().max_by_key(|table| neighbours(&table.name).len());
        let Some(root) = root.filter(|table| !neighbours(&table.name).is_empty()) else {
            break;
        };
        let middle = places.values().max().map_or(0, |last| last + 1);
        let is_first = places.is_empty();
        places.insert(&root.name, middle);
        let mut queue = VecDeque::from([(root.name.as_str(), 0)]);
        while let Some((name, distance)) = queue.pop_front() {
            for neighbour in neighbours(name) {
                if places.contains_key(neighbour) || !diagram.has(neighbour) {
                    continue;
                }
                let distance = distance + 1;
                let to_the_left = is_first && !neighbour.starts_with("towpath_");
                places.insert(neighbour, middle + if to_the_left { -distance } else { distance });
                queue.push_back((neighbour, distance));
            }
        }
    }
    let mut columns: BTreeMap<i32, Vec<Placed<'_>>> = BTreeMap::new();
    for table in &diagram.tables {
        if let Some(place) = places.get(table.name.as_str()) {
            columns.entry(*place).or_default().push(Placed::new(table));
        }
    }
    columns
}

impl Diagram {
    fn has(&self, name: &str) -> bool {
        self.tables.iter().any(|table| table.name == name)
    }
}
