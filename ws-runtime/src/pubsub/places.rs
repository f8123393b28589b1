//! A slab: elements keep their index while others are added and removed, so a walk over them misses none.

/// A list whose elements keep their index; free places are reused.
#[derive(Debug)]
pub(crate) struct Places<T> {
    places: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Places<T> {
    /// Returns the number of elements.
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Returns the end of the occupied range.
    pub(crate) fn end(&self) -> usize {
        self.places.len()
    }

    /// Inserts an element and returns its index.
    pub(crate) fn insert(&mut self, value: T) -> usize {
        if let Some(index) = self.free.pop() {
            self.places[index] = Some(value);
            index
        } else {
            self.places.push(Some(value));
            self.places.len() - 1
        }
    }

    /// Removes an element. An empty list releases its memory.
    pub(crate) fn remove(&mut self, index: usize) -> Option<T> {
        let value = self.places.get_mut(index)?.take()?;
        self.free.push(index);
        if self.free.len() == self.places.len() {
            *self = Self::default();
        }
        Some(value)
    }

    /// Returns the value in a place.
    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        self.places.get(place)?.as_ref()
    }

    /// Iterates over the elements in `from..to`.
    pub(crate) fn range(&self, from: usize, to: usize) -> impl Iterator<Item = &T> {
        self.places.get(from..to.min(self.places.len())).unwrap_or_default().iter().flatten()
    }

    /// Iterates over all elements.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.places.iter().flatten()
    }
}
