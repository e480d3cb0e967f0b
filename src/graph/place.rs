//! Where in a model a node stands, so that nobody has to read it off a name.

/// What is not within a stack, a layer or a part has none: the embeddings of a model with one stack have no place at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub stack: Option<Stack>,
    /// Counted from 0.
    pub layer: Option<usize>,
    pub part: Option<Part>,
}

/// A stack of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stack {
    /// The only one of its model.
    Blocks,
    Encoder,
    Decoder,
}

/// A part of a layer, or what follows the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Attn,
    CrossAttn,
    Mlp,
    Head,
    Pooler,
}

impl Stack {
    /// The word in names.
    pub fn name(self) -> &'static str {
        match self {
            Stack::Blocks => "blocks",
            Stack::Encoder => "encoder",
            Stack::Decoder => "decoder",
        }
    }
}

impl Part {
    /// The word in names.
    pub fn name(self) -> &'static str {
        match self {
            Part::Attn => "attn",
            Part::CrossAttn => "cross_attn",
            Part::Mlp => "mlp",
            Part::Head => "head",
            Part::Pooler => "pooler",
        }
    }
}
