//! Rows of different lengths as one batch: padded on the right, where nothing is looked at and no label counts.

use std::collections::BTreeMap;

use crate::train::batch::{Array, Batch, IGNORED};

/// One text of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub ids: Vec<u32>,
    /// For each id; of an encoder-decoder, for what it writes.
    pub labels: Vec<i64>,
    /// Which of two texts an id belongs to; empty where there is one.
    pub types: Vec<u32>,
}

/// `input_ids`, `attention_mask`, `labels` and, where rows have them, `token_type_ids`: \[batch pos\], as wide as the longest row.
pub fn batch(rows: &[Row], pad: u32) -> Batch {
    let ids: Vec<Vec<i64>> = rows.iter().map(|row| row.ids.iter().map(|id| i64::from(*id)).collect()).collect();
    let types: Vec<Vec<i64>> = rows.iter().map(|row| row.types.iter().map(|kind| i64::from(*kind)).collect()).collect();
    let seen: Vec<Vec<i64>> = rows.iter().map(|row| vec![1; row.ids.len()]).collect();
    let labels: Vec<Vec<i64>> = rows.iter().map(|row| row.labels.clone()).collect();
    let mut arrays = BTreeMap::from([
        ("input_ids".to_string(), padded(&ids, i64::from(pad))),
        ("attention_mask".to_string(), padded(&seen, 0)),
    ]);
    if rows.iter().any(|row| !row.labels.is_empty()) {
        arrays.insert("labels".into(), padded(&labels, IGNORED));
    }
    if rows.iter().any(|row| !row.types.is_empty()) {
        arrays.insert("token_type_ids".into(), padded(&types, 0));
    }
    Batch { arrays }
}

/// The same, with a number for each text: \[batch\].
pub fn with_numbers(mut batch: Batch, name: &str, numbers: impl IntoIterator<Item = u32>) -> Batch {
    let data: Vec<f64> = numbers.into_iter().map(f64::from).collect();
    batch.arrays.insert(name.into(), Array { shape: vec![data.len()], data });
    batch
}

fn padded(rows: &[Vec<i64>], filler: i64) -> Array {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let row = |row: &Vec<i64>| {
        let filler = std::iter::repeat_n(filler, width - row.len());
        row.iter().copied().chain(filler).map(|number| number as f64).collect::<Vec<f64>>()
    };
    Array { shape: vec![rows.len(), width], data: rows.iter().flat_map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_on_the_right() {
        let rows = [
            Row { ids: vec![5, 6, 7], labels: vec![5, 6, 7], types: vec![] },
            Row { ids: vec![8], labels: vec![8], types: vec![] },
        ];
        let batch = batch(&rows, 1);
        assert_eq!(batch.arrays["input_ids"], Array { shape: vec![2, 3], data: vec![5.0, 6.0, 7.0, 8.0, 1.0, 1.0] });
        assert_eq!(batch.arrays["attention_mask"].data, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(batch.arrays["labels"].data, [5.0, 6.0, 7.0, 8.0, -100.0, -100.0]);
        assert!(!batch.arrays.contains_key("token_type_ids"));
    }
}
