//! A slab. Elements keep their index while others are added and removed, so an iteration that is done in steps misses
//! none.

/// A list whose elements keep their index. Free slots are reused.
#[derive(Debug)]
pub(crate) struct Places<T> {
    slots: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Places<T> {
    /// Returns the number of elements.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Returns the number of slots: every occupied index is lower.
    pub(crate) fn end(&self) -> usize {
        self.slots.len()
    }

    /// Inserts an element and returns its index.
    pub(crate) fn insert(&mut self, value: T) -> usize {
        if let Some(index) = self.free.pop() {
            self.slots[index] = Some(value);
            index
        } else {
            self.slots.push(Some(value));
            self.slots.len() - 1
        }
    }

    /// Removes and returns the element at `index`. Releases the memory of the list if it was the last element.
    pub(crate) fn remove(&mut self, index: usize) -> Option<T> {
        let value = self.slots.get_mut(index)?.take()?;
        self.free.push(index);
        if self.free.len() == self.slots.len() {
            *self = Self::default();
        }
        Some(value)
    }

    /// Returns the element at `index`, or `None` if the slot is free.
    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.slots.get(index)?.as_ref()
    }

    /// Iterates over the elements with indices in `from..to`.
    pub(crate) fn range(&self, from: usize, to: usize) -> impl Iterator<Item = &T> {
        self.slots.get(from..to.min(self.slots.len())).unwrap_or_default().iter().flatten()
    }

    /// Returns the first element at or after an index, and its index.
    pub(crate) fn next(&self, from: usize) -> Option<(usize, &T)> {
        let slots = self.slots.get(from..).unwrap_or_default();
        slots.iter().zip(from..).find_map(|(slot, index)| Some((index, slot.as_ref()?)))
    }

    /// Iterates over all elements.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().flatten()
    }
}
