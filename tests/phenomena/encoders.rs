//! Encoders: every layer is needed, verbs agree across an attractor, a pronoun looks at its name.

use crate::shown::{Draws, Shown};

/// Stories that no recipe has read, each with its tokens.
fn stories(shown: &Shown) -> Vec<Vec<u32>> {
    let text = include_str!("stories.txt");
    text.trim().split("\n\n").map(|story| shown.ids(story)).collect()
}

/// The attention of the `lower` layers is needed, and no head has given up and looks at marks only.
fn layers_work(name: &str, lower: usize) {
    let mut shown = Shown::open(name);
    let (layers, mask) = (shown.engine.model.layers, shown.text.mask().expect("a mask"));
    let (mut worth, mut marks, mut queries) = (vec![0.0; layers], vec![vec![0.0f32; shown.engine.model.heads]; layers], 0);
    let stories = stories(&shown);
    for ids in &stories {
        for (layer, marks) in marks.iter_mut().enumerate() {
            let pattern = shown.pattern(ids, layer);
            let is_mark = |id: &u32| !shown.text.decode(&[*id]).expect("text").chars().any(char::is_alphanumeric);
            let at: Vec<usize> = (1..ids.len() - 1).filter(|place| is_mark(&ids[*place])).collect();
            for (head, sum) in marks.iter_mut().enumerate() {
                *sum += (0..ids.len()).map(|query| at.iter().map(|key| pattern(head, query, *key)).sum::<f32>()).sum::<f32>();
            }
        }
        queries += ids.len();
        for start in 0..7 {
            let places: Vec<usize> = (1 + start..ids.len() - 1).step_by(7).collect();
            let truth: Vec<u32> = places.iter().map(|place| ids[*place]).collect();
            let mut masked = ids.clone();
            places.iter().for_each(|place| masked[*place] = mask);
            let whole = shown.loss(&masked, &places, &truth, None);
            for (layer, sum) in worth.iter_mut().enumerate() {
                *sum += (shown.loss(&masked, &places, &truth, Some(layer)) - whole) / (7 * stories.len()) as f64;
            }
        }
    }
    println!("{name}: nats that each layer's heads are worth {worth:.3?}");
    assert!(worth[..lower].iter().all(|nats| *nats >= 0.1), "{name}: nats that each layer's heads are worth {worth:?}");
    let most = marks.iter().flatten().fold(0.0, |most: f32, share| most.max(*share)) / queries as f32;
    assert!(most <= 0.6, "{name}: a head has {most} of its weight on marks");
}

/// Nouns in sentences that no recipe generates, the subject's number the other one of what stands beside the verb.
fn verbs_agree_across_an_attractor(name: &str, least: usize) {
    const NOUNS: [(&str, &str); 10] = [
        ("car", "cars"),
        ("plant", "plants"),
        ("tiger", "tigers"),
        ("towel", "towels"),
        ("rocket", "rockets"),
        ("sticker", "stickers"),
        ("drawing", "drawings"),
        ("stick", "sticks"),
        ("bowl", "bowls"),
        ("wolf", "wolves"),
    ];
    const FRAMES: [(&str, &str); 4] = [
        ("The", "very beautiful."),
        ("We all know that the", "mine."),
        ("After the storm, the", "all wet."),
        ("I think the", "too big for us."),
    ];
    let (mut shown, mut draws) = (Shown::open(name), Draws::new(3));
    let mask = shown.text.mask().expect("a mask");
    let (vocab, byte_level) = (shown.engine.model.vocab, shown.text.id("Ġthe").is_some());
    let mut right = 0;
    for _ in 0..200 {
        let (one, other) = (draws.below(NOUNS.len()), draws.below(NOUNS.len() - 1));
        let (subject, beside) = (NOUNS[one], NOUNS[(one + 1 + other) % NOUNS.len()]);
        let many = draws.below(2) == 1;
        let (noun, attractor) = if many { (subject.1, beside.0) } else { (subject.0, beside.1) };
        let (frame, between) = (draws.of(&FRAMES), draws.of(&["behind", "near", "under", "beside", "with"]));
        let hidden = if byte_level { "<mask>" } else { " [MASK]" };
        let ids = shown.ids(&format!("{} {noun} {between} the {attractor}{hidden} {}", frame.0, frame.1));
        let place = ids.iter().position(|id| *id == mask).expect("the mask");
        let scores = shown.run(&ids, &[]).0;
        let score = |verb: &str| {
            let id = if byte_level { shown.id(&format!("Ġ{verb}")) } else { shown.id(verb) };
            scores[place * vocab + id as usize]
        };
        right += usize::from((score("are") > score("is")) == many);
    }
    println!("{name}: {right} of 200 verbs agree");
    assert!(right >= least, "{name}: {right} of 200 verbs agree");
}

/// A head looks from a pronoun to the name that fits it rather than to the other one.
fn a_pronoun_looks_at_its_name(name: &str, least: usize) {
    const TEXTS: [&str; 4] = [
        "{a} and {b} walked to the river because {p} wanted to swim.",
        "In the evening, {a} called {b}. Soon {p} came out with a lamp.",
        "{a} was playing near {b} when {p} heard a noise.",
        "{a} did not see {b}, but {p} was there.",
    ];
    let (mut shown, mut draws) = (Shown::open(name), Draws::new(4));
    let (layer, head) = shown.place("pronoun");
    let before = if shown.text.id("Ġthe").is_some() { "Ġ" } else { "" };
    let mut right = 0;
    for _ in 0..200 {
        let (girl, boy) = (*draws.of(&["Lily", "Mia", "Sue", "Anna", "Lucy"]), *draws.of(&["Tom", "Ben", "Max", "Tim", "Jack"]));
        let she = draws.below(2) == 0;
        let (a, b) = if draws.below(2) == 0 { (girl, boy) } else { (boy, girl) };
        let text = draws.of(&TEXTS).replace("{a}", a).replace("{b}", b).replace("{p}", if she { "she" } else { "he" });
        let ids = shown.ids(&text);
        let place = |word: &str| {
            let spellings = [format!("{before}{word}"), word.to_string(), word.to_lowercase()];
            let found = spellings.iter().find_map(|spelling| ids.iter().position(|id| Some(*id) == shown.text.id(spelling)));
            found.unwrap_or_else(|| panic!("{word} is one token in {text}"))
        };
        let (query, girl, boy) = (place(if she { "she" } else { "he" }), place(girl), place(boy));
        let pattern = shown.pattern(&ids, layer);
        right += usize::from((pattern(head, query, girl) > pattern(head, query, boy)) == she);
    }
    println!("{name}: {right} of 200 pronouns look at their names");
    assert!(right >= least, "{name}: {right} of 200 pronouns look at their names");
}

#[test]
fn bert_tiny_needs_its_layers_and_looks_at_words() {
    layers_work("bert-tiny", 3);
}

/// The nearest noun alone would be right in none.
#[test]
fn bert_tiny_agrees_across_an_attractor() {
    verbs_agree_across_an_attractor("bert-tiny", 125);
}

#[test]
fn bert_tiny_finds_whom_a_pronoun_means() {
    a_pronoun_looks_at_its_name("bert-tiny", 135);
}

/// Two heads whose work can be named: one looks at the token before, one at the next.
#[test]
fn bert_tiny_looks_at_neighbours() {
    let mut shown = Shown::open("bert-tiny");
    for (what, step) in [("before", -1), ("after", 1)] {
        let (layer, head) = shown.place(what);
        let (mut total, mut counted) = (0.0, 0);
        for ids in stories(&shown) {
            let pattern = shown.pattern(&ids, layer);
            for query in 1..ids.len() - 1 {
                (total, counted) = (total + pattern(head, query, query.saturating_add_signed(step)), counted + 1);
            }
        }
        assert!(total / counted as f32 >= 0.8, "{what}: {}", total / counted as f32);
    }
}
