//! Values in numbered slots that are used again. Knows nothing of what it holds.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A slot number of one kind of value.
pub(crate) trait Slot: Copy {
    fn new(n: u32) -> Self;
    fn n(self) -> usize;
}

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(u32);

        impl Slot for $name {
            fn new(n: u32) -> Self {
                Self(n)
            }
            fn n(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

slots! { AgentIx, QueueIx, PoolIx, ItemIx, OfferIx }

/// Slots are handed out in a fixed order, so the same inputs give the same numbers.
pub(crate) struct Slab<K, T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
    kind: PhantomData<K>,
}

impl<K: Slot, T> Slab<K, T> {
    pub(crate) fn new() -> Self {
        Slab { slots: Vec::new(), free: Vec::new(), kind: PhantomData }
    }

    pub(crate) fn insert(&mut self, value: T) -> K {
        if let Some(n) = self.free.pop() {
            self.slots[n as usize] = Some(value);
            return K::new(n);
        }
        self.slots.push(Some(value));
        K::new(self.slots.len() as u32 - 1)
    }

    pub(crate) fn remove(&mut self, key: K) -> T {
        let value = self.slots[key.n()].take().expect("a slot is removed once, by whoever owns it");
        self.free.push(key.n() as u32);
        value
    }

    pub(crate) fn get(&self, key: K) -> Option<&T> {
        self.slots.get(key.n()).and_then(Option::as_ref)
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.slots.iter().enumerate().filter_map(|(n, slot)| slot.as_ref().map(|value| (K::new(n as u32), value)))
    }
}

impl<K: Slot, T> Index<K> for Slab<K, T> {
    type Output = T;
    fn index(&self, key: K) -> &T {
        self.slots[key.n()].as_ref().expect("slot numbers are forgotten when their value goes")
    }
}

impl<K: Slot, T> IndexMut<K> for Slab<K, T> {
    fn index_mut(&mut self, key: K) -> &mut T {
        self.slots[key.n()].as_mut().expect("slot numbers are forgotten when their value goes")
    }
}
