//! Something for some of a graph's nodes, found by node: a plain list, because each type of a sorted map's values is 2 kB of the page's compressed wasm.

use crate::graph::NodeId;

#[derive(Clone, Debug, PartialEq)]
pub struct ByNode<T>(Vec<Option<T>>);

impl<T> ByNode<T> {
    pub fn new() -> Self {
        ByNode(vec![])
    }

    pub fn insert(&mut self, id: NodeId, value: T) {
        if id.0 >= self.0.len() {
            self.0.resize_with(id.0 + 1, || None);
        }
        self.0[id.0] = Some(value);
    }

    pub fn get(&self, id: NodeId) -> Option<&T> {
        self.0.get(id.0)?.as_ref()
    }

    pub fn get_mut(&mut self, id: NodeId) -> Option<&mut T> {
        self.0.get_mut(id.0)?.as_mut()
    }

    /// In the order of the nodes.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &T)> {
        self.0.iter().enumerate().filter_map(|(index, value)| Some((NodeId(index), value.as_ref()?)))
    }

    /// The same, each given away in its turn.
    pub fn into_pairs(self) -> impl Iterator<Item = (NodeId, T)> {
        self.0.into_iter().enumerate().filter_map(|(index, value)| Some((NodeId(index), value?)))
    }
}

impl<T> Default for ByNode<T> {
    fn default() -> Self {
        ByNode::new()
    }
}

impl<T> FromIterator<(NodeId, T)> for ByNode<T> {
    fn from_iter<I: IntoIterator<Item = (NodeId, T)>>(pairs: I) -> Self {
        let mut all = ByNode::new();
        pairs.into_iter().for_each(|(id, value)| all.insert(id, value));
        all
    }
}
