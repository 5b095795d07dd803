//! Random choices that can be repeated and varied. Each is a number of a list, which `SplitMix64` (G. Steele
//! and others, OOPSLA 2014) extends when needed.

/// A source of choices.
#[derive(Debug, Clone)]
pub struct Draw {
    made: Vec<u64>,
    at: usize,
    state: u64,
}

impl Draw {
    pub fn seeded(seed: u64) -> Self {
        Self { made: Vec::new(), at: 0, state: seed }
    }

    /// The same choices again, followed by others.
    pub fn again(&self, seed: u64) -> Self {
        Self { made: self.made.clone(), at: 0, state: seed }
    }

    /// The same choices, except one in eight.
    pub fn varied(&self, seed: u64) -> Self {
        let mut other = Self::seeded(seed);
        let made = self.made.iter().map(|old| if other.once_in(8) { other.next() } else { *old }).collect();
        Self { made, at: 0, state: other.state }
    }

    pub fn next(&mut self) -> u64 {
        let known = self.made.get(self.at).copied();
        self.at += 1;
        known.unwrap_or_else(|| {
            self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = self.state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^= mixed >> 31;
            self.made.push(mixed);
            mixed
        })
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// A number from 1 to `most`. Each order of magnitude is equally likely.
    pub fn length(&mut self, most: usize) -> usize {
        let magnitude = self.below(most.max(1).ilog2() as usize + 2);
        (1 + self.below(1 << magnitude)).min(most)
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}
