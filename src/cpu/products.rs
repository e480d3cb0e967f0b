//! The ops that are matrix products, by `matmul`: the same sums as their references in `ops`, at speed.

use std::ops::Range;

use super::causal::CausalUse;
use super::matmul::{Into, Panels, Skip, Target, View, multiply};
use crate::ops::{KeyLayout, Op, Site};
use crate::tensor::lanes::{self, LANES, kernel};
use crate::tensor::size;

/// Computes a node that is a product; whether it is one. `weight` are the panels of the matrix of `linear`, of which `parts` are computed;
/// `scratch` is memory for others; `causal_use` is what a causal mask leaves of the node.
#[allow(clippy::too_many_arguments)]
pub(super) fn product(
    op: &Op,
    site: &Site,
    numbers: &[&[f32]],
    weight: Option<&Panels>,
    parts: Range<usize>,
    causal_use: CausalUse,
    scratch: &mut Panels,
    out: &mut [f32],
) -> bool {
    match op {
        Op::Linear(_) => {
            if weight.is_none() {
                let width = site.shape(1)[1];
                scratch.fill(View::rows(numbers[1], width).transposed(), width, site.shape(1)[0], 1.0);
            }
            linear(site, numbers, weight.unwrap_or(scratch), parts, out);
        }
        Op::LinearGradInput(_) => {
            let [n_out, width] = [site.shape(1)[0], site.shape(1)[1]];
            scratch.fill(View::rows(numbers[1], width), n_out, width, 1.0);
            whole(
                View::rows(numbers[0], n_out),
                out.len() / width,
                scratch,
                Skip::Nothing,
                Target { numbers: out, step: width, into: Into::Fresh },
            );
        }
        Op::LinearGradWeight(_) => {
            let [n_out, width] = [site.out.1[0], site.out.1[1]];
            let rows = numbers[0].len() / n_out;
            scratch.fill(View::rows(numbers[1], width), rows, width, 1.0);
            let dy = View::rows(numbers[0], n_out).transposed();
            whole(dy, n_out, scratch, Skip::Nothing, Target { numbers: out, step: width, into: Into::Fresh });
        }
        Op::AttnScores(scores) => attention_scores(scores.scale, site, numbers, causal_use, scratch, out),
        Op::AttnMix(_) => attention_mix(site, numbers, causal_use, scratch, out),
        Op::AttnMixGradValues(_) => attention_values(site, numbers, causal_use, scratch, out),
        _ => return false,
    }
    true
}

fn whole(a: View, rows: usize, b: &Panels, skip: Skip, mut c: Target) {
    multiply(a, rows, b, 0..b.count(), skip, &mut c);
}

fn linear(site: &Site, numbers: &[&[f32]], weight: &Panels, parts: Range<usize>, out: &mut [f32]) {
    let [n_out, width] = [site.shape(1)[0], site.shape(1)[1]];
    let columns = weight.columns(&parts);
    let rows = numbers[0].len() / width;
    let mut out_rows = Target { numbers: &mut *out, step: n_out, into: Into::Fresh };
    multiply(View::rows(numbers[0], width), rows, weight, parts, Skip::Nothing, &mut out_rows);
    if let Some(bias) = numbers.get(2) {
        for row in out.chunks_exact_mut(n_out) {
            row[columns.clone()].iter_mut().zip(&bias[columns.clone()]).for_each(|(y, b)| *y += b);
        }
    }
}

/// The heads that share a head of keys and values.
fn group(head: usize, heads: usize, kv_heads: usize) -> Range<usize> {
    let each = heads / kv_heads;
    head * each..(head + 1) * each
}

fn attention_scores(scale: f32, site: &Site, numbers: &[&[f32]], causal_use: CausalUse, scratch: &mut Panels, out: &mut [f32]) {
    let [batches, queries, heads, width] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
    let keys = KeyLayout::of(site, 1);
    let skip = if causal_use.past_only { Skip::UpperOfC } else { Skip::Nothing };
    for (batch, kv_head) in (0..batches).flat_map(|batch| (0..keys.heads).map(move |head| (batch, head))) {
        let k = &numbers[1][batch * keys.batch_step + kv_head * width..];
        if queries > 1 {
            scratch.fill(View { numbers: k, row: 1, column: keys.pos_step }, width, keys.len, scale);
        }
        for head in group(kv_head, heads, keys.heads) {
            let q = &numbers[0][(batch * queries * heads + head) * width..];
            let out = &mut out[(batch * heads + head) * queries * keys.len..][..queries * keys.len];
            if queries > 1 {
                let q = View { numbers: q, row: heads * width, column: 1 };
                whole(q, queries, scratch, skip, Target { numbers: out, step: keys.len, into: Into::Fresh });
            } else {
                scores_of_one(&q[..width], k, keys.pos_step, scale, out);
            }
        }
    }
    if let Some(bias) = numbers.get(2) {
        for scores in out.chunks_exact_mut(bias.len()) {
            scores.iter_mut().zip(*bias).for_each(|(score, bias)| *score += bias);
        }
    }
}

kernel! {
    /// One query with all keys, in the same order as many queries: nothing is laid out for it.
    fn scores_of_one<L>(q: &[f32], k: &[f32], step: usize, scale: f32, out: &mut [f32]) {
        for (eight, out) in out.chunks_mut(LANES).enumerate() {
            let mut starts = [0; LANES];
            for (lane, start) in starts.iter_mut().enumerate() {
                *start = (eight * LANES + lane.min(out.len() - 1)) * step;
            }
            let keys = starts.map(|start| &k[start..][..q.len()]);
            let mut sums = L::splat(0.0);
            for (i, q) in q.iter().enumerate() {
                let column = [keys[0][i], keys[1][i], keys[2][i], keys[3][i], keys[4][i], keys[5][i], keys[6][i], keys[7][i]];
                sums = sums.plus_product(L::load(&column).times(L::splat(scale)), L::splat(*q));
            }
            out.copy_from_slice(&sums.to_array()[..out.len()]);
        }
    }
}

fn attention_mix(site: &Site, numbers: &[&[f32]], causal_use: CausalUse, scratch: &mut Panels, out: &mut [f32]) {
    let [batches, heads, queries, keys] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
    let (values, width) = (KeyLayout::of(site, 1), site.last(1));
    let skip = if causal_use.pattern_closed { Skip::UpperOfA } else { Skip::Nothing };
    for (batch, kv_head) in (0..batches).flat_map(|batch| (0..values.heads).map(move |head| (batch, head))) {
        let v = &numbers[1][batch * values.batch_step + kv_head * width..];
        if queries > 1 {
            scratch.fill(View { numbers: v, row: values.pos_step, column: 1 }, keys, width, 1.0);
        }
        for head in group(kv_head, heads, values.heads) {
            let pattern = &numbers[0][(batch * heads + head) * queries * keys..][..queries * keys];
            let out = &mut out[(batch * queries * heads + head) * width..];
            if queries > 1 {
                let out = Target { numbers: out, step: heads * width, into: Into::Fresh };
                whole(View::rows(pattern, keys), queries, scratch, skip, out);
            } else {
                mix_of_one(pattern, v, values.pos_step, &mut out[..width]);
            }
        }
    }
}

kernel! {
    /// The values averaged for one query, in the same order as for many.
    fn mix_of_one<L>(pattern: &[f32], v: &[f32], step: usize, out: &mut [f32]) {
        let (eights, rest) = out.as_chunks_mut::<LANES>();
        let whole = eights.len() * LANES;
        for (part, out) in eights.iter_mut().enumerate() {
            let mut sums = L::splat(0.0);
            for (weight, v) in pattern.iter().zip(v[part * LANES..].chunks(step)) {
                sums = sums.plus_product(L::splat(*weight), L::load(v.first_chunk().expect("a value is whole")));
            }
            sums.store(out);
        }
        if !rest.is_empty() {
            let mut sums = L::splat(0.0);
            for (weight, v) in pattern.iter().zip(v[whole..].chunks(step)) {
                sums = sums.plus_product(L::splat(*weight), L::load(&lanes::padded(&v[..rest.len()], 0.0)));
            }
            rest.copy_from_slice(&sums.to_array()[..rest.len()]);
        }
    }
}

fn attention_values(site: &Site, numbers: &[&[f32]], causal_use: CausalUse, scratch: &mut Panels, out: &mut [f32]) {
    let [batches, heads, queries, keys] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
    let (values, width) = (KeyLayout::of_output(site), site.last(1));
    let skip = if causal_use.pattern_closed { Skip::LowerOfA } else { Skip::Nothing };
    debug_assert_eq!(size(site.out.1), out.len());
    for (batch, kv_head) in (0..batches).flat_map(|batch| (0..values.heads).map(move |head| (batch, head))) {
        let group = group(kv_head, heads, values.heads);
        for head in group.clone() {
            let dz = &numbers[1][(batch * queries * heads + head) * width..];
            scratch.fill(View { numbers: dz, row: heads * width, column: 1 }, queries, width, 1.0);
            let pattern = &numbers[0][(batch * heads + head) * queries * keys..][..queries * keys];
            let into = if head == group.start { Into::Fresh } else { Into::Sum };
            let out = &mut out[batch * values.batch_step + kv_head * width..];
            let out = Target { numbers: out, step: values.pos_step, into };
            whole(View::rows(pattern, keys).transposed(), keys, scratch, skip, out);
        }
    }
}
