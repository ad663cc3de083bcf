//! What was found, as a person may see it: one line, cut, and without what may open a door.

use uuid::Uuid;

/// Longest piece of a file that a loss repeats, in characters.
const SHOWN_CHARS: usize = 60;
/// From this length on a word without spaces, of letters and digits, is taken for a token.
const TOKEN_CHARS: usize = 20;
/// Words after which a secret follows.
const SECRET_WORDS: [&str; 7] =
    ["password", "passwort", "passwd", "secret", "token", "apikey", "api_key"];

/// Escaped and cut. Passwords, tokens and the query of an address are `…`.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut follows_secret_word = false;
    let cut: String = text.chars().take(4 * SHOWN_CHARS).collect();
    for piece in cut.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let blank = piece.get(word.len()..).unwrap_or_default();
        out.push_str(if follows_secret_word && !word.is_empty() { "…" } else { visible(word) });
        if follows_secret_word || visible(word) != word {
            out.push_str(if follows_secret_word { "" } else { "…" });
        }
        out.push_str(blank);
        follows_secret_word =
            !word.is_empty() && ends_in_secret_word(word) || word.is_empty() && follows_secret_word;
    }
    let mut shown: String = out.chars().take(SHOWN_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN_CHARS).is_some() && !shown.ends_with('…') {
        shown.push('…');
    }
    // Quotes are no danger in a sentence.
    shown.replace("\\'", "'").replace("\\\"", "\"")
}

/// The part of a word that may be seen.
fn visible(word: &str) -> &str {
    if Uuid::parse_str(word).is_ok() {
        return word;
    }
    let lower = word.to_ascii_lowercase();
    let secret =
        SECRET_WORDS.iter().filter_map(|secret| lower.find(secret).map(|at| at + secret.len()));
    if let Some(end) = secret.min()
        && lower.get(end..).is_some_and(|rest| rest.starts_with([':', '=']) && rest.len() > 1)
    {
        return word.get(..=end).unwrap_or_default();
    }
    if let Some(host) = lower.find("://").map(|at| at + 3) {
        let before = word.get(..host).unwrap_or_default();
        let rest = word.get(host..).unwrap_or_default();
        return match (rest.find('@'), rest.find(['?', '#'])) {
            (Some(_), _) => before,
            (None, Some(query)) => word.get(..=host + query).unwrap_or_default(),
            (None, None) => word,
        };
    }
    if is_token(word) { word.get(..4).unwrap_or_default() } else { word }
}

fn ends_in_secret_word(word: &str) -> bool {
    let word = word.trim_end_matches([':', '=']).to_ascii_lowercase();
    SECRET_WORDS.iter().any(|secret| word.ends_with(secret))
}

fn is_token(word: &str) -> bool {
    word.len() >= TOKEN_CHARS
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/_-=.".contains(&b))
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic())
        && !word.bytes().take(4).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(shown(text), expect);
    }

    #[test]
    fn plain_text_stays() {
        check("Grüße an Anna's Hund", "Grüße an Anna's Hund");
        check("2026-12-01T09:00:00+00:00", "2026-12-01T09:00:00+00:00");
        check("6f1c2a4e-0c3b-4f0e-9a63-0d9b6f7b2a11", "6f1c2a4e-0c3b-4f0e-9a63-0d9b6f7b2a11");
    }

    #[test]
    fn lines_are_escaped_and_cut() {
        check("a\nb", "a\\nb");
        check(&"x".repeat(100), &format!("{}…", "x".repeat(60)));
    }

    #[test]
    fn what_may_open_a_door_is_left_out() {
        check("password: hunter2 and", "password: … and");
        check("token=abc", "token=…");
        check("https://host.example/a?key=1", "https://host.example/a?…");
        check("https://me:pw@host.example/", "https://…");
        check("ghp16C7e42F292c6912E7710c838347Ae178b4a", "ghp1…");
    }
}
