//! The calls of `mmembed` in a piece of shell, word by word, as far as the documentation needs a shell.

/// What ends a command.
const ENDS: [char; 5] = ['\n', ';', '|', '&', ')'];

/// The calls of mmembed, each with its own name first.
pub(super) fn calls(script: &str) -> Vec<Vec<String>> {
    let commands = commands(&without_documents(script));
    let call = |words: Vec<String>| {
        let at = words.iter().position(|word| word == "mmembed")?;
        let led = words[..at].iter().all(|word| leads(word));
        led.then(|| words[at..].to_vec())
    };
    commands.into_iter().filter_map(call).collect()
}

/// May stand before a command: variables, and what runs another one.
fn leads(word: &str) -> bool {
    word.contains('=') || ["sudo", "if", "then", "else", "!", "exec", "$", "{"].contains(&word)
}

/// Without what stands between `<<END` and `END`.
fn without_documents(script: &str) -> String {
    let mut text = String::new();
    let mut end: Option<String> = None;
    for line in script.lines() {
        match &end {
            Some(mark) if line == mark => end = None,
            Some(_) => {}
            None => {
                end = line.split_once("<<").map(|(_, mark)| {
                    let begun = mark.trim_start_matches(|c: char| !c.is_alphanumeric());
                    begun.chars().take_while(|c| c.is_alphanumeric()).collect()
                });
                text.push_str(line.split("<<").next().unwrap_or_default());
                text.push('\n');
            }
        }
    }
    text
}

fn commands(script: &str) -> Vec<Vec<String>> {
    let (mut found, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let mut letters = script.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'\n') => drop(letters.next()),
            '\'' | '"' => {
                let quoted: String = letters.by_ref().take_while(|next| *next != letter).collect();
                word.get_or_insert_default().push_str(&quoted);
            }
            '#' if word.is_none() => while letters.next_if(|next| *next != '\n').is_some() {},
            '>' | '<' => {
                // A redirection: its descriptor and its file are no words of the program.
                word = None;
                while letters.next_if(|next| matches!(next, '>' | '&' | ' ')).is_some() {}
                while letters
                    .next_if(|next| !next.is_whitespace() && !ENDS.contains(next))
                    .is_some()
                {}
            }
            ends if ENDS.contains(&ends) => {
                words.extend(word.take());
                found.push(std::mem::take(&mut words));
            }
            ' ' => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word.take());
    found.push(words);
    found
}
