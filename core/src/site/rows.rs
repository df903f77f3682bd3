//! Rows that are made while the page is written, one at a time.

use std::iter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, Value};

/// The rows as a template iterates over them, once; each is dropped before the next is asked for.
pub(super) fn streamed<Row: Object + 'static>(rows: impl Iterator<Item = Row> + Send + 'static) -> Value {
    // Template values are shared between threads, which an iterator need not be able to.
    let mut rows = Mutex::new(rows);
    Value::make_one_shot_iterator(iter::from_fn(move || {
        let rows = rows.get_mut().unwrap_or_else(PoisonError::into_inner);
        rows.next().map(Value::from_object)
    }))
}

/// A sum of the rows so far, for templates to show after the last row: called without arguments.
#[derive(Clone, Default)]
pub(super) struct Tally(Arc<AtomicU64>);

impl Tally {
    pub(super) fn add(&self, amount: u64) {
        // A page is written by one thread: nothing is lost between reading and writing.
        let sum = self.0.load(Ordering::Relaxed).saturating_add(amount);
        self.0.store(sum, Ordering::Relaxed);
    }

    /// The function of templates, with the sum spelled in this way.
    pub(super) fn function(&self, spelled: fn(u64) -> String) -> Value {
        let sum = Arc::clone(&self.0);
        Value::from_function(move || spelled(sum.load(Ordering::Relaxed)))
    }
}
