//! The lots of the auction house and the rules of bidding. This module depends neither on sockets nor on HTTP.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// A bid shortly before the end extends the lot to this time, so that others can still bid.
const EXTENSION: Duration = Duration::from_secs(10);

/// All lots, by number.
#[derive(Default)]
pub(crate) struct Lots(Mutex<BTreeMap<u32, Lot>>);

struct Lot {
    title: String,
    /// Lowest amount that is accepted as the next bid.
    next: u64,
    leader: Option<String>,
    ends: Instant,
    open: bool,
}

/// A lot as clients see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct View {
    pub(crate) lot: u32,
    pub(crate) title: String,
    /// Lowest amount that is accepted as the next bid.
    pub(crate) next: u64,
    /// The highest bidder so far; `None` before the first bid.
    pub(crate) leader: Option<String>,
    /// Remaining time in milliseconds; 0 once the lot has ended.
    pub(crate) left: u64,
}

/// An accepted bid.
#[derive(Debug, PartialEq)]
pub(crate) struct Accepted {
    pub(crate) view: View,
    /// The previous highest bidder; `None` if there was none, or if it is the same one.
    pub(crate) outbid: Option<String>,
}

impl Lots {
    /// Opens a lot for this time.
    pub(crate) fn open(&self, title: String, minimum: u64, time: Duration) -> View {
        let mut lots = self.lock();
        let number = lots.last_key_value().map_or(1, |(number, _)| number + 1);
        let lot = Lot { title, next: minimum, leader: None, ends: Instant::now() + time, open: true };
        let view = lot.view(number);
        lots.insert(number, lot);
        view
    }

    pub(crate) fn view(&self, number: u32) -> Option<View> {
        self.lock().get(&number).map(|lot| lot.view(number))
    }

    pub(crate) fn all(&self) -> Vec<View> {
        self.lock().iter().map(|(number, lot)| lot.view(*number)).collect()
    }

    /// Accepts a bid, or returns the reason why it is rejected.
    pub(crate) fn bid(&self, number: u32, bidder: &str, amount: u64) -> Result<Accepted, String> {
        let mut lots = self.lock();
        let lot = lots.get_mut(&number).ok_or("there is no such lot")?;
        if !lot.open || lot.ends <= Instant::now() {
            return Err("the lot has ended".to_owned());
        }
        if amount < lot.next {
            return Err(format!("the next bid is at least {}", lot.next));
        }
        lot.next = amount.checked_add(1).ok_or("the bid is too high")?;
        lot.ends = lot.ends.max(Instant::now() + EXTENSION);
        let outbid = lot.leader.replace(bidder.to_owned()).filter(|before| before != bidder);
        Ok(Accepted { view: lot.view(number), outbid })
    }

    /// Ends the lots whose time is over, and returns them. Each lot is returned once.
    pub(crate) fn end_due(&self) -> Vec<View> {
        let now = Instant::now();
        let mut lots = self.lock();
        let due = lots.iter_mut().filter(|(_, lot)| lot.open && lot.ends <= now);
        due.map(|(number, lot)| {
            lot.open = false;
            lot.view(*number)
        })
        .collect()
    }

    /// The lots are usable even after a panic under the lock, because each change is complete in itself.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Lot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lot {
    fn view(&self, number: u32) -> View {
        let left =
            if self.open { self.ends.saturating_duration_since(Instant::now()) } else { Duration::ZERO };
        View {
            lot: number,
            title: self.title.clone(),
            next: self.next,
            leader: self.leader.clone(),
            left: left.as_millis().try_into().unwrap_or(u64::MAX),
        }
    }
}
