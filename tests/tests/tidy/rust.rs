//! Just enough of Rust's grammar: what is code and what is text, and where functions end.

/// The source with the insides of comments, strings and characters blanked; lines stay lines.
pub(crate) fn code(source: &str) -> String {
    let characters: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < characters.len() {
        let end = text_end(&characters, at).unwrap_or(at);
        if end == at {
            code.push(characters[at]);
            at += 1;
            continue;
        }
        for &character in &characters[at..end] {
            code.push(if character == '\n' { '\n' } else { ' ' });
        }
        at = end;
    }
    code
}

/// Where the comment, string or character that begins at `at` ends; `None` when none begins.
fn text_end(characters: &[char], at: usize) -> Option<usize> {
    let rest = &characters[at..];
    let after = |length: usize| (at + length).min(characters.len());
    match rest {
        ['/', '/', ..] => Some(after(rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()))),
        ['/', '*', ..] => Some(after(block_length(rest))),
        ['"', ..] => Some(after(string_length(rest))),
        ['r', '"' | '#', ..] if at == 0 || !is_name(characters[at - 1]) => {
            raw_length(rest).map(after)
        }
        ['\'', '\\', _, ..] => Some(after(3 + rest[3..].iter().position(|&c| c == '\'')? + 1)),
        ['\'', _, '\'', ..] => Some(after(3)),
        _ => None,
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn block_length(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at + 1 < rest.len() {
        match (rest[at], rest[at + 1]) {
            ('/', '*') => {
                depth += 1;
                at += 2;
            }
            ('*', '/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn string_length(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_length(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let mut at = 2 + hashes;
    while at < rest.len() {
        let closes = rest[at] == '"' && rest[at + 1..].iter().take(hashes).all(|&c| c == '#');
        if closes {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(rest.len())
}

/// A function with a body.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// The line of its `fn`, from 1.
    pub(crate) line: usize,
    /// Lines from `fn` to the closing brace.
    pub(crate) length: usize,
}

/// Every function in a source.
pub(crate) fn functions(source: &str) -> Vec<Function> {
    let code = code(source);
    let bytes = code.as_bytes();
    let mut functions = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        let inside_a_word = start > 0 && is_name(char::from(bytes[start - 1]));
        let name: String = code[start + 3..].chars().take_while(|&c| is_name(c)).collect();
        if inside_a_word || name.is_empty() {
            continue;
        }
        let Some(end) = body_end(&bytes[start..]) else { continue };
        let count = |text: &str| text.matches('\n').count();
        let line = count(&code[..start]) + 1;
        functions.push(Function { name, line, length: count(&code[start..start + end]) + 1 });
    }
    functions
}

/// The end of the body after a `fn`; `None` for a declaration without one.
fn body_end(bytes: &[u8]) -> Option<usize> {
    let (mut round, mut curly) = (0_i32, 0_i32);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' => round += 1,
            b')' | b']' => round -= 1,
            b'{' => curly += 1,
            b'}' => {
                curly -= 1;
                if curly == 0 {
                    return Some(at + 1);
                }
            }
            b';' if round == 0 && curly == 0 => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn text_is_told_from_code() {
    let source = "a(\"{\\\"\", '{', '\\'', r#\"}\"{\"#, 'a) // {\n/* { /* */ } */ b";
    let expected = format!("a({}, {}, {}, {}, 'a) {}\n{} b", "    ", "", "", "", "", "");
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(squeezed(&code(source)), squeezed(&expected));
    assert_eq!(code(source).len(), source.len());
}

#[test]
fn a_function_is_as_long_as_it_looks() {
    let source =
        "trait T {\n fn none(&self);\n}\nfn two() {\n}\nfn three(a: [u8; 2])\n{ if a {}\n}\n";
    let found: Vec<(String, usize, usize)> =
        functions(source).into_iter().map(|f| (f.name, f.line, f.length)).collect();
    assert_eq!(found, [("two".to_owned(), 4, 2), ("three".to_owned(), 6, 3)]);
}
