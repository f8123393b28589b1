//! Places that stay where they are while others come and go, so that a walk over them misses nobody.

/// A list whose elements keep their index; freed places are given out again.
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
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// One past the last place that may be taken.
    pub(crate) fn end(&self) -> usize {
        self.places.len()
    }

    /// Gives it a place.
    pub(crate) fn insert(&mut self, value: T) -> usize {
        if let Some(index) = self.free.pop() {
            self.places[index] = Some(value);
            index
        } else {
            self.places.push(Some(value));
            self.places.len() - 1
        }
    }

    /// Frees a place. When none is taken any more, the list's memory is given back.
    pub(crate) fn remove(&mut self, index: usize) -> Option<T> {
        let value = self.places.get_mut(index)?.take()?;
        self.free.push(index);
        if self.free.len() == self.places.len() {
            *self = Self::default();
        }
        Some(value)
    }

    /// Those in the places `from..to`.
    pub(crate) fn range(&self, from: usize, to: usize) -> impl Iterator<Item = &T> {
        self.places.get(from..to.min(self.places.len())).unwrap_or_default().iter().flatten()
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.places.iter().flatten()
    }
}
