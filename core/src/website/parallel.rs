//! Work on many things at once, by all threads.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `work` makes of each item, in the order of the items. The first error ends it.
pub(super) fn map<Item: Send, Made: Send, Error: Send>(
    items: Vec<Item>,
    threads: NonZeroUsize,
    work: impl Fn(Item) -> Result<Made, Error> + Sync,
) -> Result<Vec<Made>, Error> {
    let count = items.len();
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || {
        // A poisoned queue is of a thread that panicked, which is told when it is joined.
        let mut queue = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        queue.next()
    };
    let run = || {
        let mut made = Vec::new();
        while let Some((position, item)) = next() {
            made.push((position, work(item)?));
        }
        Ok(made)
    };
    let mut all = Vec::with_capacity(count);
    let mut result = Ok(());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get().min(count)).map(|_| scope.spawn(run)).collect();
        for worker in workers {
            match worker.join().unwrap_or_else(|panic| resume_unwind(panic)) {
                Ok(made) => all.extend(made),
                Err(error) => result = Err(error),
            }
        }
    });
    result?;
    all.sort_unstable_by_key(|(position, _)| *position);
    Ok(all.into_iter().map(|(_, made)| made).collect())
}

/// Does `work` for each of the first `count` numbers. The first error ends it.
pub(super) fn for_each<Error: Send>(
    count: usize,
    threads: NonZeroUsize,
    work: impl Fn(usize) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let next = AtomicUsize::new(0);
    let run = || loop {
        let position = next.fetch_add(1, Ordering::Relaxed);
        if position >= count {
            return Ok(());
        }
        if let Err(error) = work(position) {
            next.store(count, Ordering::Relaxed);
            return Err(error);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get().min(count)).map(|_| scope.spawn(run)).collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        // All are joined before any is told of.
        joined.collect::<Vec<_>>().into_iter().collect()
    })
}
