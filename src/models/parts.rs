//! What several architectures truly share: matrices with a bias, norms, and attention up to the weighted values.

use crate::error::Result;
use crate::graph::{Dim, NodeId, Scope, Stored};
use crate::ops::{Append, AttnMix, AttnScores, LayerNorm, Linear, Mask, Softmax};
use crate::tensor::Axis::{self, Batch, DHead, DModel, DVocab, Head, In, KeyPos, KvHead, Out, QueryPos};

/// Where a matrix lies in the checkpoint: the stems of its names, as published and as found elsewhere.
pub struct Matrix {
    pub stems: Vec<String>,
    pub stored: Stored,
    pub bias: bool,
}

impl Matrix {
    pub fn biased(stems: Vec<String>) -> Self {
        Matrix { stems, stored: Stored::Whole, bias: true }
    }
}

/// Whether a checkpoint has a tensor of this name.
pub fn has(tensors: &[String], name: &str) -> bool {
    tensors.iter().any(|known| known == name)
}

/// An embedding, and the head that writes words with it or with a matrix of its own.
pub struct Words {
    /// Names of the embedding in the checkpoint.
    pub table: Vec<String>,
    /// Name of the head's matrix.
    pub head: &'static str,
    /// Whether `config.json` says that the two are one.
    pub tied: bool,
    pub vocab: usize,
    pub width: usize,
}

impl Words {
    /// \[d_vocab d_model\]. Some checkpoints have the matrix of a tied head alone: it is the embedding, too.
    pub fn table(&self, g: &mut Scope) -> NodeId {
        let head = self.tied.then(|| self.head.to_string());
        let names: Vec<String> = self.table.iter().cloned().chain(head).collect();
        g.weight(&names, &self.axes())
    }

    /// \[d_vocab d_model\]: the embedding where the two are tied, unless the checkpoint holds both (`models::TIED`). Where they are not, the
    /// matrix is a tensor of its own, and a checkpoint without it is refused as incomplete.
    pub fn head(&self, g: &mut Scope, table: NodeId, tensors: &[String]) -> NodeId {
        let both = has(tensors, self.head) && self.table.iter().any(|name| has(tensors, name));
        match self.tied && !both {
            true => table,
            false => g.weight(&[self.head], &self.axes()),
        }
    }

    fn axes(&self) -> [(Axis, usize); 2] {
        [(DVocab, self.vocab), (DModel, self.width)]
    }
}

/// x \[batch pos …\] → \[batch pos …out\].
pub fn project(g: &mut Scope, hook: &str, matrix: Matrix, x: NodeId, out: &[(Axis, usize)]) -> Result<NodeId> {
    let axes = g.axes(x);
    // The last axes of a hidden state are fixed by the architecture; those before them count rows.
    let rows = axes.iter().take_while(|(_, dim)| !matches!(dim, Dim::Fixed(_))).count();
    let width = axes[rows..].iter().map(|(_, dim)| if let Dim::Fixed(n) = dim { *n } else { 1 }).product();
    let n = out.iter().map(|(_, n)| n).product();
    let weight = g.stored_weight(&named(&matrix.stems, &["weight"]), matrix.stored, &[(Out, n), (In, width)]);
    let mut inputs = vec![x, weight];
    if matrix.bias {
        let stored = match matrix.stored {
            Stored::TransposedPart { index, of } => Stored::Part { index, of },
            other => other,
        };
        inputs.push(g.stored_weight(&named(&matrix.stems, &["bias"]), stored, &[(Out, n)]));
    }
    let out = out.iter().map(|&(axis, n)| (axis, Dim::Fixed(n)));
    let shape: Vec<(Axis, Dim)> = axes[..rows].iter().copied().chain(out).collect();
    g.op(hook, Linear, &inputs, &shape)
}

/// Layer norm under its published names, or the older `gamma` and `beta`.
pub fn layer_norm(g: &mut Scope, hook: &str, stems: &[String], eps: f32, x: NodeId) -> Result<NodeId> {
    let Some((_, Dim::Fixed(width))) = g.axes(x).last().copied() else { unreachable!("hidden states end in a fixed axis") };
    let weight = g.weight(&named(stems, &["weight", "gamma"]), &[(DModel, width)]);
    let bias = g.weight(&named(stems, &["bias", "beta"]), &[(DModel, width)]);
    g.like(hook, LayerNorm { eps }, &[x, weight, bias])
}

/// `stem.ending` for every stem and ending.
fn named(stems: &[String], endings: &[&str]) -> Vec<String> {
    stems.iter().flat_map(|stem| endings.iter().map(move |ending| format!("{stem}.{ending}"))).collect()
}

/// The sizes of an attention.
#[derive(Clone, Copy)]
pub struct Heads {
    pub query: usize,
    /// Heads of keys and values: fewer than of queries in grouped-query attention, one in multi-query attention.
    pub key: usize,
    pub d_head: usize,
}

impl Heads {
    pub fn query_axes(&self) -> [(Axis, usize); 2] {
        [(Head, self.query), (DHead, self.d_head)]
    }

    pub fn key_axes(&self) -> [(Axis, usize); 2] {
        [(KvHead, self.key), (DHead, self.d_head)]
    }
}

/// Vaswani et al. 2017, eq. 1, up to the weighted values. q \[batch pos head d_head\]; k, v with `kv_head`, or caches of them.
pub fn attend(g: &mut Scope, heads: Heads, qkv: [NodeId; 3], allowed: NodeId, mask: Mask) -> Result<NodeId> {
    attend_scaled(g, heads, (heads.d_head as f32).powf(-0.5), qkv, allowed, mask)
}

/// The same with another factor than 1 / √d_head.
pub fn attend_scaled(
    g: &mut Scope,
    heads: Heads,
    scale: f32,
    [q, k, v]: [NodeId; 3],
    allowed: NodeId,
    mask: Mask,
) -> Result<NodeId> {
    let [batch, (_, pos), _, _] = <[_; 4]>::try_from(g.axes(q)).expect("queries have four axes");
    let keys = g.axes(allowed)[1].1;
    let axes = [batch, (Head, Dim::Fixed(heads.query)), (QueryPos, pos), (KeyPos, keys)];
    let scores = g.op("hook_attn_scores_unmasked", AttnScores { scale }, &[q, k], &axes)?;
    let scores = g.like("hook_attn_scores", mask, &[scores, allowed])?;
    let pattern = g.like("hook_pattern", Softmax, &[scores])?; // [batch head query_pos key_pos]
    let pattern = g.dropped(pattern);
    let axes = g.axes(q);
    g.op("hook_z", AttnMix, &[pattern, v], &axes) // [batch pos head d_head]
}

/// Keys or values behind those of earlier steps: \[key_pos batch kv_head d_head\].
pub fn cache(g: &mut Scope, name: &str, x: NodeId) -> Result<NodeId> {
    let [_, _, head, width] = <[_; 4]>::try_from(g.axes(x)).expect("keys have four axes");
    g.op(name, Append, &[x], &[(KeyPos, Dim::Keys), (Batch, Dim::Batch), head, width])
}
