//! A file's lines as an objective's data: texts become ids by the tokenizer that the caller brings.

use super::{Data, Recipe, Rows};
use crate::error::{Error, Result};

/// A line that stands between two documents, besides an empty one where lines are sentences.
const BETWEEN: &str = "<|endoftext|>";

/// What a text means for an objective:
/// - `clm`, `mlm`, `rtd`, `span`: each line a text of its own, or all of it one (documents end with a line `<|endoftext|>`);
/// - `nsp`, `sop`: a sentence a line and an empty line between documents; where no line is empty, each line is a document, cut at full stops;
/// - `pairs`: source, tab, target; what follows a second tab is left out;
/// - `cls`: label, tab, text; a label is one of `names` or its number.
///
/// # Errors
/// A line without its tab; a label that is not known; what `encode` refuses.
pub fn read(
    recipe: &Recipe,
    text: &str,
    names: &[Option<String>],
    encode: &mut dyn FnMut(&str) -> Result<Vec<u32>>,
) -> Result<Data> {
    let lines =
        || text.lines().map(str::trim_end).enumerate().filter(|(_, line)| !line.trim().is_empty() && line.trim() != BETWEEN);
    match recipe {
        Recipe::Nsp(_) | Recipe::Sop(_) => {
            let documents = documents(text).into_iter();
            let ids = documents.map(|sentences| sentences.into_iter().map(&mut *encode).collect()).collect::<Result<_>>()?;
            Ok(Data::Documents(ids))
        }
        Recipe::Pairs => {
            let pair = |(number, line): (usize, &str)| {
                let mut parts = line.split('\t');
                match (parts.next(), parts.next()) {
                    (Some(source), Some(target)) => Ok([encode(source)?, encode(target)?]),
                    _ => Err(untabbed(number, "source, a tab, target")),
                }
            };
            Ok(Data::Pairs(lines().map(pair).collect::<Result<_>>()?))
        }
        Recipe::Cls => {
            let labelled = |(number, line): (usize, &str)| {
                let (label, text) = line.split_once('\t').ok_or_else(|| untabbed(number, "label, a tab, text"))?;
                Ok((encode(text)?, class(number, label.trim(), names)?))
            };
            Ok(Data::Labelled(lines().map(labelled).collect::<Result<_>>()?))
        }
        Recipe::Clm(Rows::Lines) | Recipe::Mlm(_, Rows::Lines) | Recipe::Rtd(_, Rows::Lines) | Recipe::Span(_, Rows::Lines) => {
            Ok(Data::Texts(lines().map(|(_, line)| encode(line)).collect::<Result<_>>()?))
        }
        Recipe::Clm(_) | Recipe::Mlm(..) | Recipe::Rtd(..) | Recipe::Span(..) => {
            let mut texts = vec![String::new()];
            for line in text.split_inclusive('\n') {
                match (line.trim() == BETWEEN, texts.last_mut()) {
                    (false, Some(last)) => last.push_str(line),
                    _ => texts.push(String::new()),
                }
            }
            let whole = texts.iter().filter(|text| !text.trim().is_empty());
            Ok(Data::Texts(whole.map(|text| encode(text)).collect::<Result<_>>()?))
        }
    }
}

fn untabbed(number: usize, wanted: &str) -> Error {
    Error::Input(format!("line {} of the data has no tab; {wanted} is expected", number + 1))
}

fn class(number: usize, label: &str, names: &[Option<String>]) -> Result<u32> {
    let named = names.iter().position(|name| name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(label)));
    let found = named.or_else(|| label.parse::<usize>().ok()).filter(|class| names.is_empty() || *class < names.len());
    found.and_then(|class| u32::try_from(class).ok()).ok_or_else(|| {
        let known: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
        Error::Input(format!(
            "line {} of the data has the label {label:?}; a number below {} or one of [{}] is expected",
            number + 1,
            names.len(),
            known.join(", ")
        ))
    })
}

fn documents(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let between = |line: &&str| line.is_empty() || *line == BETWEEN;
    let documents = if lines.iter().any(between) {
        lines.split(|line| between(line)).map(<[&str]>::to_vec).collect::<Vec<_>>()
    } else {
        lines.iter().map(|line| sentences(line)).collect()
    };
    documents.into_iter().filter(|document| !document.is_empty()).collect()
}

/// A line cut behind full stops, question and exclamation marks with the quotation marks that close there: in Latin script where a space follows.
fn sentences(line: &str) -> Vec<&str> {
    let (mut found, mut start, mut ended) = (vec![], 0, None);
    for (at, c) in line.char_indices() {
        match (c, ended) {
            ('。' | '！' | '？' | '…', _) => ended = Some(true),
            ('.' | '!' | '?', _) => ended = Some(false),
            ('"' | '\'' | ')' | '”' | '’' | '」' | '』' | '》' | '）', Some(_)) => {}
            (c, Some(wide)) => {
                if wide || c.is_whitespace() {
                    found.push(line[start..at].trim());
                    start = at;
                }
                ended = None;
            }
            (_, None) => {}
        }
    }
    found.push(line[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Masking, Spans};
    use super::*;

    /// The length of each word.
    fn lengths(text: &str) -> Result<Vec<u32>> {
        Ok(text.split_whitespace().map(|word| word.chars().count() as u32).collect())
    }

    fn data(recipe: Recipe, text: &str) -> Result<Data> {
        read(&recipe, text, &[Some("NEGATIVE".into()), Some("POSITIVE".into())], &mut lengths)
    }

    #[test]
    fn lines_mean_what_the_objective_says() {
        let two = "a bb\nccc\n<|endoftext|>\n\ndddd\n";
        assert_eq!(data(Recipe::Clm(Rows::Packed), two).expect("data"), Data::Texts(vec![vec![1, 2, 3], vec![4]]));
        assert_eq!(
            data(Recipe::Span(Spans::default(), Rows::Lines), two).expect("data"),
            Data::Texts(vec![vec![1, 2], vec![3], vec![4]])
        );
        let pairs = data(Recipe::Pairs, "a\tbb\t#7\nccc\tdddd e\n").expect("data");
        assert_eq!(pairs, Data::Pairs(vec![[vec![1], vec![2]], [vec![3], vec![4, 1]]]));
        let labelled = data(Recipe::Cls, "1\ta bb\nnegative\tccc\n").expect("data");
        assert_eq!(labelled, Data::Labelled(vec![(vec![1, 2], 1), (vec![3], 0)]));
    }

    #[test]
    fn sentences_are_lines_or_end_with_a_full_stop() {
        let nsp = || Recipe::Nsp(Masking::default());
        let documents = Data::Documents(vec![vec![vec![1], vec![2]], vec![vec![3]]]);
        assert_eq!(data(nsp(), "a\nbb\n\nccc\n").expect("data"), documents);
        assert_eq!(
            data(nsp(), "i. see! \"so?\" me\nno").expect("data"),
            Data::Documents(vec![vec![vec![2], vec![4], vec![5], vec![2]], vec![vec![2]]])
        );
        assert_eq!(sentences("我们试试看！你在“干什么？”3.5 元。"), ["我们试试看！", "你在“干什么？”", "3.5 元。"]);
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        let told = |recipe, text| data(recipe, text).expect_err(text).to_string();
        assert_eq!(told(Recipe::Pairs, "a\tb\nc d\n"), "input: line 2 of the data has no tab; source, a tab, target is expected");
        assert_eq!(
            told(Recipe::Cls, "2\ta"),
            "input: line 1 of the data has the label \"2\"; a number below 2 or one of [NEGATIVE, POSITIVE] is expected"
        );
    }
}
