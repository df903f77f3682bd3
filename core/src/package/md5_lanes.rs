//! MD5 over several independent streams at once, one stream a vector lane.
//!
//! Each step of MD5 (RFC 1321) waits for the one before it, so a single stream leaves most of
//! a core idle. Here the streams sit side by side in arrays, and the loop over them is the
//! innermost one: the compiler turns it into whatever vectors the processor has.

#[cfg(target_arch = "x86_64")]
use multiversion::{multiversion, target::match_target};

/// How many streams [`advance`] takes at a time.
pub(super) const LANES: usize = 16;

/// With so few streams plain registers are faster than vectors.
const FEW: usize = 4;

const WORDS: usize = 16;

/// What MD5 digests in one go.
pub(super) type Block = [u8; 64];

/// The four words that MD5 carries from block to block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State([u32; 4]);

impl State {
    /// The state before the first block.
    pub(super) const INITIAL: Self = Self([0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]);

    /// The digest, once the padded last block has been taken in.
    pub(super) fn digest(self) -> [u8; 16] {
        let mut digest = [0; 16];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            *bytes = word.to_le_bytes();
        }
        digest
    }
}

/// A message that is being digested: where it stands and the blocks that come next.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    pub(super) state: &'a mut State,
    pub(super) blocks: &'a [Block],
}

/// Takes as many blocks into every stream as the shortest of them has, and returns that number.
///
/// [`LANES`] streams at a time; more of them gain nothing.
pub(super) fn advance(streams: &mut [Stream<'_>]) -> usize {
    let count = streams
        .iter()
        .map(|stream| stream.blocks.len())
        .min()
        .unwrap_or(0);
    for group in streams.chunks_mut(LANES) {
        match group.len() {
            1 => take::<1, 1>(group, count),
            2..=FEW => take::<FEW, FEW>(group, count),
            _ => take_many(group, count),
        }
    }
    count
}

/// The widest kernel that this processor runs well, chosen when the program runs.
#[cfg(target_arch = "x86_64")]
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn take_many(streams: &mut [Stream<'_>], count: usize) {
    match_target! {
        "x86_64+avx512f" => take::<16, 1>(streams, count),
        "x86_64+avx2" => take::<16, 2>(streams, count),
        _ => take_by_eight(streams, count),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn take_many(streams: &mut [Stream<'_>], count: usize) {
    take_by_eight(streams, count);
}

/// For vectors of four words, as SSE2 and NEON have them.
#[inline(always)]
fn take_by_eight(streams: &mut [Stream<'_>], count: usize) {
    for eight in streams.chunks_mut(8) {
        take::<8, 2>(eight, count);
    }
}

/// Takes the first `count` blocks into each of one to `N` streams.
///
/// `ABREAST` of the `N` lanes are worked on in one turn of the loop that becomes vectors, so
/// that more than one vector is under way; it divides `N`, a power of two.
#[inline(always)]
fn take<const N: usize, const ABREAST: usize>(streams: &mut [Stream<'_>], count: usize) {
    let Some(first) = streams.first() else { return };
    // Lanes without a stream repeat the first one; nobody looks at their state.
    let mut blocks = [&first.blocks[..count]; N];
    let mut states = [[0; N]; 4];
    for (lane, stream) in streams.iter().enumerate() {
        blocks[lane] = &stream.blocks[..count];
        for (word, &value) in states.iter_mut().zip(&stream.state.0) {
            word[lane] = value;
        }
    }
    for at in 0..count {
        compress::<N, ABREAST>(&mut states, &message_words(blocks.map(|blocks| &blocks[at])));
    }
    for (lane, stream) in streams.iter_mut().enumerate() {
        *stream.state = State(states.map(|word| word[lane]));
    }
}

/// Word i of every block in row i.
#[inline(always)]
fn message_words<const N: usize>(blocks: [&Block; N]) -> [[u32; N]; WORDS] {
    let mut words = [[0; N]; WORDS];
    let mut shuffled = [[0; N]; WORDS];
    for (row, block) in words
        .as_flattened_mut()
        .as_chunks_mut::<WORDS>()
        .0
        .iter_mut()
        .zip(blocks)
    {
        for (word, bytes) in row.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
    }
    // Interleaving the two halves moves the top bit of an index to its bottom. Once for each bit
    // of N, it makes `lane, word` into `word, lane`: a transposition in vector shuffles.
    for _ in 0..N.ilog2() {
        let (low, high) = words.as_flattened().split_at(N * WORDS / 2);
        let pairs = shuffled.as_flattened_mut().as_chunks_mut::<2>().0;
        for ((pair, &low), &high) in pairs.iter_mut().zip(low).zip(high) {
            *pair = [low, high];
        }
        (words, shuffled) = (shuffled, words);
    }
    words
}

/// Takes one block into each of `N` states.
#[inline(always)]
fn compress<const N: usize, const ABREAST: usize>(states: &mut [[u32; N]; 4], words: &[[u32; N]; WORDS]) {
    let stride = N / ABREAST;
    for lane in 0..stride {
        let before: [[u32; ABREAST]; 4] = states
            .each_ref()
            .map(|word| std::array::from_fn(|i| word[lane + i * stride]));
        let [mut a, mut b, mut c, mut d] = before;
        // Macros, because the steps must be written out for the loop over lanes to be innermost.
        macro_rules! step {
            ($mix:expr, $a:ident $b:ident $c:ident $d:ident, $word:expr, $add:expr, $rotate:expr) => {
                for i in 0..ABREAST {
                    $a[i] = $a[i]
                        .wrapping_add($mix($b[i], $c[i], $d[i]))
                        .wrapping_add(words[$word % WORDS][lane + i * stride].wrapping_add($add))
                        .rotate_left($rotate)
                        .wrapping_add($b[i]);
                }
            };
        }
        macro_rules! round {
            ($round:literal, $mix:expr, $stride:literal, $start:literal) => {
                round!(@four $round, $mix, $stride, $start, 0);
                round!(@four $round, $mix, $stride, $start, 4);
                round!(@four $round, $mix, $stride, $start, 8);
                round!(@four $round, $mix, $stride, $start, 12);
            };
            (@four $round:literal, $mix:expr, $stride:literal, $start:literal, $i:literal) => {
                round!(@one $round, $mix, $stride, $start, $i, 0, a b c d);
                round!(@one $round, $mix, $stride, $start, $i, 1, d a b c);
                round!(@one $round, $mix, $stride, $start, $i, 2, c d a b);
                round!(@one $round, $mix, $stride, $start, $i, 3, b c d a);
            };
            (@one $round:literal, $mix:expr, $stride:literal, $start:literal, $i:literal, $j:literal,
             $a:ident $b:ident $c:ident $d:ident) => {
                step!(
                    $mix, $a $b $c $d,
                    $stride * ($i + $j) + $start,
                    SINES[16 * $round + $i + $j],
                    ROTATIONS[$round][$j]
                );
            };
        }
        round!(0, |b: u32, c: u32, d: u32| d ^ (b & (c ^ d)), 1, 0);
        round!(1, |b: u32, c: u32, d: u32| c ^ (d & (b ^ c)), 5, 1);
        round!(2, |b: u32, c: u32, d: u32| b ^ c ^ d, 3, 5);
        round!(3, |b: u32, c: u32, d: u32| c ^ (b | !d), 7, 0);
        for (word, after) in states.iter_mut().zip([a, b, c, d]) {
            for (i, after) in after.into_iter().enumerate() {
                let word = &mut word[lane + i * stride];
                *word = word.wrapping_add(after);
            }
        }
    }
}

/// How far a step rotates, by round and step modulo four.
const ROTATIONS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// What step i adds: 2^32 · |sin(i + 1)| without its fraction.
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

#[cfg(test)]
mod tests {
    use super::*;
    use md5::{Digest as _, Md5};
    use rstest::rstest;

    /// Message, blocks: `lane` tells messages apart; the padding is part of the blocks.
    fn padded(lane: usize, blocks: usize) -> (Vec<u8>, Vec<Block>) {
        let length = blocks * 64 - 9;
        let message: Vec<u8> = (0..length).map(|i| (i * 31 + lane * 7 + i / 255) as u8).collect();
        let mut padded = message.clone();
        padded.push(0x80);
        padded.extend((length as u64 * 8).to_le_bytes());
        (message, padded.as_chunks().0.to_vec())
    }

    fn check(lanes: usize, kernel: impl Fn(&mut [Stream<'_>], usize)) {
        const BLOCKS: usize = 3;
        let messages: Vec<_> = (0..lanes).map(|lane| padded(lane, BLOCKS)).collect();
        let mut states = vec![State::INITIAL; lanes];
        let mut streams: Vec<_> = states
            .iter_mut()
            .zip(&messages)
            .map(|(state, (_, blocks))| Stream { state, blocks })
            .collect();
        kernel(&mut streams, BLOCKS);
        for (state, (message, _)) in states.iter().zip(&messages) {
            assert_eq!(state.digest(), *Md5::digest(message));
        }
    }

    /// Also the kernels that this processor would not choose.
    #[rstest]
    fn every_kernel_agrees_with_the_reference(#[values(1, 2, 3, 4, 5, 8, 9, 15, 16, 17, 35)] lanes: usize) {
        if lanes == 1 {
            check(lanes, take::<1, 1>);
        }
        if lanes <= 4 {
            check(lanes, take::<4, 4>);
        }
        if lanes <= 8 {
            check(lanes, take::<8, 2>);
        }
        if lanes <= 16 {
            check(lanes, take::<16, 1>);
            check(lanes, take::<16, 2>);
        }
        check(lanes, take_by_eight);
        check(lanes, |streams, blocks| {
            assert_eq!(advance(streams), blocks);
        });
    }

    #[test]
    fn the_shortest_stream_sets_the_pace() {
        let (message, short) = padded(0, 2);
        let (_, long) = padded(1, 5);
        let (mut one, mut other) = (State::INITIAL, State::INITIAL);
        let streams = &mut [
            Stream {
                state: &mut one,
                blocks: &short,
            },
            Stream {
                state: &mut other,
                blocks: &long,
            },
        ];
        assert_eq!(advance(streams), 2);
        assert_eq!(one.digest(), *Md5::digest(message));

        let mut alone = State::INITIAL;
        advance(&mut [Stream {
            state: &mut alone,
            blocks: &long[..2],
        }]);
        assert_eq!(other, alone);
    }

    #[test]
    fn nothing_to_do_is_no_error() {
        assert_eq!(advance(&mut []), 0);
        let mut state = State::INITIAL;
        assert_eq!(
            advance(&mut [Stream {
                state: &mut state,
                blocks: &[]
            }]),
            0
        );
        assert_eq!(state, State::INITIAL);
    }
}
