//! Patterns of a tokenizer.json are written for Oniguruma in Ruby's syntax, which the reference reads them with (doc/RE and doc/SYNTAX.md of Oniguruma 6.9). The
//! engine of this build, `fancy-regex`, reads most of it alike; what it reads otherwise, and would without a word, is written anew here.

/// What a word is made of within a class; by itself, `\w` has a few numbers more.
const WORD: &str = r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}";
const ALONE: &str = r"\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE}";

/// Published patterns are far shorter, also written anew. // bytes
const LONGEST: usize = 20_000;

/// The same pattern for `fancy-regex`.
///
/// # Errors
/// The part that it cannot have.
pub fn translated(source: &str) -> Result<String, String> {
    let (mut out, mut rest, mut depth) = (String::new(), source, 0);
    let word = format!("[{WORD}{ALONE}]");
    while let Some(first) = rest.chars().next() {
        let mut taken = first.len_utf8();
        match first {
            '\\' => {
                let escaped = rest[1..].chars().next().unwrap_or('\\');
                taken = (1 + escaped.len_utf8()).min(rest.len());
                match (escaped, depth > 0) {
                    ('w', true) => out += WORD,
                    ('W', true) => out += &format!("[^{WORD}]"),
                    ('w', false) => out += &word,
                    ('W', false) => out += &format!("[^{WORD}{ALONE}]"),
                    ('b', false) => out += &format!("(?:(?<!{word})(?={word})|(?<={word})(?!{word}))"),
                    ('B', false) => out += &format!("(?:(?<!{word})(?!{word})|(?<={word})(?={word}))"),
                    _ => {
                        taken += braced(&rest[taken..]);
                        out += &rest[..taken];
                    }
                }
            }
            '[' if depth > 0 && rest.starts_with("[:") && rest.contains(":]") => {
                taken = rest.find(":]").unwrap_or_default() + 2;
                out += &posix(&rest[2..taken - 2]).ok_or_else(|| rest[..taken].to_string())?;
            }
            '[' => {
                depth += 1;
                out.push('[');
                if rest[taken..].starts_with('^') {
                    taken += 1;
                    out.push('^');
                }
                // The first bracket of a class is a character of it.
                if rest[taken..].starts_with(']') {
                    taken += 1;
                    out += r"\]";
                }
            }
            ']' if depth > 0 => {
                depth -= 1;
                out.push(']');
            }
            // Lines begin and end wherever there is a line feed.
            '^' if depth == 0 => out += r"(?:\A|(?<=\n)(?!\z))",
            '$' if depth == 0 => out += r"(?=\n|\z)",
            '(' if depth == 0 && rest.starts_with("(?") => {
                let flags = rest[2..].find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or_default();
                taken = 2 + flags;
                // Ruby's m lets a dot be a line feed, too.
                out += &rest[..taken].replace('m', "s");
            }
            '{' if depth == 0 => {
                taken = braced(rest).max(1);
                match interval(&rest[..taken]).filter(|_| rest[taken..].starts_with('+')) {
                    None => out += &rest[..taken],
                    // Not possessive: repeated once more.
                    Some(again) => {
                        out += &again.ok_or_else(|| rest[..=taken].to_string())?;
                        taken += 1;
                    }
                }
            }
            other => out.push(other),
        }
        rest = &rest[taken..];
        if out.len() > LONGEST {
            return Err(source.into());
        }
    }
    Ok(out)
}

/// The length of a part in braces, if the text begins with one.
fn braced(text: &str) -> usize {
    let end = text.starts_with('{').then(|| text.find('}')).flatten();
    end.map_or(0, |end| end + 1)
}

/// What `{n,m}` repeated any number of times, but once, is: nothing where it is no interval, and nothing within where it is none other.
fn interval(braces: &str) -> Option<Option<String>> {
    let (least, most) = match braces.trim_matches(['{', '}']).split_once(',') {
        Some((least, most)) => (if least.is_empty() { "0" } else { least }, most),
        None => (braces.trim_matches(['{', '}']), "0"),
    };
    let number = |digits: &str| digits.parse::<u32>().ok();
    let (least, open) = (number(least)?, most.is_empty());
    if !open {
        number(most)?;
    }
    Some(match least {
        0 => Some("*".into()),
        1 => Some("+".into()),
        least if open => Some(format!("{{{least},}}")),
        _ => None,
    })
}

/// A class with a name, within a class.
fn posix(name: &str) -> Option<String> {
    let plain = name.trim_start_matches('^');
    let class = match plain {
        "alpha" => r"\p{Alphabetic}",
        "alnum" => r"\p{Alphabetic}\p{Nd}",
        "ascii" => r"\x00-\x7F",
        "blank" => r"\t\p{Zs}",
        "cntrl" => r"\p{Cc}",
        "digit" => r"\p{Nd}",
        "lower" => r"\p{Lowercase}",
        "punct" => r"\p{P}\p{S}",
        "space" => r"\p{White_Space}",
        "upper" => r"\p{Uppercase}",
        "word" => WORD,
        "xdigit" => "0-9A-Fa-f",
        _ => return None,
    };
    Some(if plain.len() < name.len() { format!("[^{class}]") } else { class.into() })
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn what_both_read_alike_stays() {
        let usual = r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}]++[\r\n]*|\s+(?!\S)|\x{1F98A}+|[a-z&&[^aeiou]]";
        assert_eq!(translated(usual).as_deref(), Ok(usual));
    }

    #[test]
    fn the_rest_is_written_anew_or_refused() {
        for (source, anew) in [
            ("(?m).+", "(?s).+"),
            (r"\p{N}{1,3}+", r"\p{N}+"),
            ("a{,2}+b{3,}+", "a*b{3,}"),
            (r"[]\w[:upper:]]\]", r"[\]\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Uppercase}]\]"),
            (r"\s+$|^[$^]", r"\s+(?=\n|\z)|(?:\A|(?<=\n)(?!\z))[$^]"),
        ] {
            assert_eq!(translated(source).as_deref(), Ok(anew), "{source}");
        }
        assert_eq!(translated("(?:ab){2,3}+"), Err("{2,3}+".into()));
        assert_eq!(translated("[[:graph:]]"), Err("[:graph:]".into()));
    }
}
