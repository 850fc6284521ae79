//! What a terminal shows of what is written to it. Only what this program has reason to write is understood; anything else
//! fails the test.

/// All rows, those that have left the screen upwards included.
#[derive(Debug, Default)]
pub(super) struct Screen {
    width: usize,
    rows: Vec<Vec<char>>,
    row: usize,
    column: usize,
    /// How often a row was cleared to be written anew.
    pub(super) redraws: usize,
    /// What went on in a row of its own because the terminal has no more columns.
    pub(super) broken: Vec<String>,
    /// Clearings of the screen, and jumps over it.
    pub(super) flickers: Vec<String>,
    /// Is anything written in colours?
    pub(super) is_coloured: bool,
    /// Is the cursor left where everybody sees it?
    pub(super) has_cursor: bool,
}

impl Screen {
    /// What a terminal of this width shows in the end.
    pub(super) fn showing(written: &str, width: usize) -> Self {
        let mut screen =
            Self { width, rows: vec![Vec::new()], has_cursor: true, ..Self::default() };
        let mut rest = written.chars();
        while let Some(letter) = rest.next() {
            match letter {
                '\u{1b}' => screen.obey(&sequence(&mut rest)),
                '\r' => screen.column = 0,
                '\n' => screen.go_to(screen.row + 1),
                control if control.is_control() => panic!("{control:?} is written"),
                letter => screen.put(letter),
            }
        }
        screen
    }

    /// The rows without what is blank at their ends, and without the last one if it is.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .rows
            .iter()
            .map(|row| row.iter().collect::<String>().trim_end().to_owned())
            .collect();
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    fn put(&mut self, letter: char) {
        if self.column == self.width {
            let row: String = self.rows[self.row].iter().collect();
            self.broken.push(row);
            self.go_to(self.row + 1);
            self.column = 0;
        }
        let row = &mut self.rows[self.row];
        if row.len() <= self.column {
            row.resize(self.column + 1, ' ');
        }
        row[self.column] = letter;
        self.column += 1;
    }

    fn go_to(&mut self, row: usize) {
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        self.row = row;
    }

    fn obey(&mut self, sequence: &str) {
        let (numbers, verb) = sequence.split_at(sequence.len() - 1);
        let number = numbers.parse().unwrap_or(1);
        match (numbers, verb) {
            (_, "m") => self.is_coloured = true,
            ("" | "0", "K") => self.rows[self.row].truncate(self.column),
            ("2", "K") => {
                self.redraws += 1;
                self.rows[self.row].clear();
            }
            (_, "A") => self.row = self.row.checked_sub(number).expect("above the screen"),
            (_, "B") => self.go_to(self.row + number),
            ("?25", "h") => self.has_cursor = true,
            ("?25", "l") => self.has_cursor = false,
            (_, "J" | "H") => self.flickers.push(sequence.to_owned()),
            _ => panic!("this terminal does not know {sequence:?}"),
        }
    }
}

/// What follows an escape: `[`, numbers, and the letter that says what is to be done.
fn sequence(rest: &mut std::str::Chars<'_>) -> String {
    assert_eq!(rest.next(), Some('['), "an escape of another kind is written");
    let mut sequence = String::new();
    for letter in rest {
        sequence.push(letter);
        if letter.is_ascii_alphabetic() {
            return sequence;
        }
    }
    panic!("{sequence:?} has no end")
}

#[test]
fn a_row_that_is_drawn_anew_is_one_row() {
    let screen =
        Screen::showing("one\r\n\u{1b}[2K\rfirst\r\u{1b}[2Ksec\u{1b}[1mond\u{1b}[0m\r\n", 80);
    assert_eq!(screen.lines(), ["one", "second"]);
    assert_eq!((screen.redraws, screen.is_coloured), (2, true));
    assert!(screen.broken.is_empty() && screen.flickers.is_empty());
    let up = Screen::showing("one\r\ntwo\r\n\u{1b}[2A\u{1b}[2Kmore\r\n", 80);
    assert_eq!(up.lines(), ["more", "two"]);
}

#[test]
fn what_is_too_long_is_broken_and_what_is_cleared_flickers() {
    let screen = Screen::showing("abcdef\r\n\u{1b}[2J", 4);
    assert_eq!(screen.lines(), ["abcd", "ef"]);
    assert_eq!(screen.broken, ["abcd"]);
    assert_eq!(screen.flickers, ["2J"]);
    assert!(Screen::showing("abcd\r\nef", 4).broken.is_empty());
}
