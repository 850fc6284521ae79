//! Long lines for people: folded between words, what goes on hanging below the text that it belongs to.
//! Every character counts as one column; colours count as none.

/// A narrower terminal is left to fold by itself.
const NARROWEST: usize = 40;

/// The first words of a line behind which what goes on may hang: `warning:`, `next:`, `server:`.
const LONGEST_LABEL: usize = 9;

/// The text with no line longer than the terminal is wide, as far as words let it. A word is never broken: who copies a path
/// wants it whole.
pub(crate) fn fold(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| *columns >= NARROWEST) else {
        return text.to_owned();
    };
    text.split_inclusive('\n').map(|line| fold_line(line, columns)).collect()
}

fn fold_line(line: &str, columns: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    let (content, end) = line.strip_suffix('\n').map_or((line, ""), |content| (content, "\n"));
    let plain = anstream::adapter::strip_str(content).to_string();
    let indent = indent_of(&plain);
    let mut hang = hang_of(&plain, indent, columns);
    let mut folded = String::new();
    let mut column = 0;
    for (gap, word) in words(content) {
        let width = width(word);
        if column > indent && column + gap + width > columns {
            // What would not fit there begins further left, and so does the rest.
            if hang + width > columns {
                hang = hang.min(indent + 2);
            }
            folded.push('\n');
            folded.extend(std::iter::repeat_n(' ', hang));
            column = hang;
        } else {
            folded.extend(std::iter::repeat_n(' ', gap));
            column += gap;
        }
        folded.push_str(word);
        column += width;
    }
    folded + end
}

/// The words of a line, and how many spaces stand before each.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let word = rest.trim_start_matches(' ');
        let gap = rest.len() - word.len();
        let (word, behind) = word.split_at(word.find(' ').unwrap_or(word.len()));
        rest = behind;
        (!word.is_empty()).then_some((gap, word))
    })
}

fn width(text: &str) -> usize {
    let shown = anstream::adapter::strip_str(text);
    shown.map(|piece| piece.chars().filter(|letter| *letter != '\n').count()).sum()
}

fn indent_of(plain: &str) -> usize {
    plain.len() - plain.trim_start_matches(' ').len()
}

/// At which column a line goes on: behind its columns of names and its marks, else a little further in than it began.
fn hang_of(plain: &str, indent: usize, columns: usize) -> usize {
    let mut at = 0;
    let mut text = indent;
    for (gap, word) in words(plain) {
        at += gap;
        if at > columns / 2 {
            break;
        }
        if gap > 1 {
            text = at;
        }
        // Only a mark at the beginning is one.
        if at == text && is_mark(word) {
            text = at + word.chars().count() + 1;
        }
        at += word.chars().count();
    }
    if text == indent { indent + 2 } else { text }
}

/// `warning:`, `→`, `12.`, or `[3/14]`.
fn is_mark(word: &str) -> bool {
    let label = word.strip_suffix(':').filter(|label| label.len() <= LONGEST_LABEL);
    let is_label =
        label.is_some_and(|label| label.chars().all(|letter| letter.is_ascii_lowercase()));
    let number = word.strip_suffix('.').filter(|number| !number.is_empty());
    let is_number = number.is_some_and(|number| number.chars().all(|digit| digit.is_ascii_digit()));
    let is_step = word.starts_with('[') && word.ends_with(']');
    is_label || is_number || is_step || word == "→"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_goes_on_hangs_below_its_own_text() {
        let folded = |text| fold(text, Some(40));
        for (line, rows) in [
            ("short", vec!["short"]),
            (
                "warning: whether the server runs could not be seen",
                vec!["warning: whether the server runs could", "         not be seen"],
            ),
            (
                "  → run this as root, or make sure that it is stopped",
                vec!["  → run this as root, or make sure that", "    it is stopped"],
            ),
            (
                "  backups   before each hop: what fails goes back",
                vec!["  backups   before each hop: what fails", "            goes back"],
            ),
            (
                "00:02  [10/14] start the server in the dark and prove it",
                vec!["00:02  [10/14] start the server in the", "               dark and prove it"],
            ),
            (
                "  now:  rolled back: the host is as before this began",
                vec!["  now:  rolled back: the host is as", "        before this began"],
            ),
            (
                "  233 settings are others than they were before",
                vec!["  233 settings are others than they were", "    before"],
            ),
        ] {
            assert_eq!(folded(line).lines().collect::<Vec<_>>(), rows);
        }
        let long = "  client-plugins  /srv/a/long/way/to/the/place";
        assert_eq!(folded(long), "  client-plugins\n    /srv/a/long/way/to/the/place");
    }

    #[test]
    fn colours_take_no_room_and_pipes_fold_nothing() {
        let text = "\u{1b}[1;33mwarning:\u{1b}[0m whether the server runs is not known\n";
        assert_eq!(fold(text, None), text);
        assert_eq!(fold(text, Some(NARROWEST - 1)), text);
        assert_eq!(fold(text, Some(46)), text);
        let folded = fold(text, Some(42));
        assert_eq!(folded, text.replace(" known", "\n         known"));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(text in "( {1,3}[a-zé→:.]{1,30}\n?){0,30}", columns in 40_usize..90) {
            let folded = fold(&text, Some(columns));
            prop_assert!(folded.lines().all(|line| width(line) <= columns), "{folded}");
            let all = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(all(&folded), all(&text));
        }
    }
}
