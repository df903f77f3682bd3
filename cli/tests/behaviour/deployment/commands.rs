//! The calls of towpath in texts that are meant for a shell.

/// The words of each call of towpath that the text tells a shell to make, also through `sh -c` and
/// `sudo`. Without the word `towpath` itself.
pub(super) fn calls_in_shell(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .flat_map(simple_commands)
        .flat_map(calls_in)
        .collect()
}

/// The same of a page: what stands in its blocks for a shell, and where these show answers too, what
/// stands behind a prompt.
pub(super) fn calls_on_page(page: &str) -> Vec<Vec<String>> {
    let mut block = None;
    let mut commands = String::new();
    for line in page.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(language), None) => block = Some(language),
            (Some(_), Some(_)) => block = None,
            (None, Some("console")) => commands += line.strip_prefix("$ ").unwrap_or_default(),
            (None, Some("sh")) => commands += line,
            (None, _) => {}
        }
        commands += "\n";
    }
    calls_in_shell(&commands)
}

fn calls_in(command: Vec<String>) -> Vec<Vec<String>> {
    let is_assignment = |word: &String| word.split_once('=').is_some_and(|(name, _)| is_variable(name));
    let mut words = command.into_iter().skip_while(is_assignment).peekable();
    if words.next_if_eq("sudo").is_some() {
        let _user = (words.next(), words.next());
    }
    let mut words = words.skip_while(is_assignment);
    match words.next().as_deref() {
        Some("towpath" | "/usr/local/bin/towpath") => {}
        Some("sh") if words.next().as_deref() == Some("-c") => {
            return calls_in_shell(&words.next().unwrap_or_default());
        }
        _ => return Vec::new(),
    }
    let words: Vec<String> = words.collect();
    let mut calls = match words.iter().position(|word| word == "--") {
        Some(end) => calls_in(words[end + 1..].to_vec()),
        None => Vec::new(),
    };
    calls.insert(0, words);
    calls
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// The words of a line, command by command; quotes are resolved, nothing is put in for variables.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut is_file = false;
    let mut letters = line.chars();
    let mut end_word = |word: &mut Option<String>, commands: &mut Vec<Vec<String>>, goes_to_file| {
        if let (Some(word), Some(command)) = (word.take(), commands.last_mut())
            && !std::mem::take(&mut is_file)
        {
            command.push(word);
        }
        is_file |= goes_to_file;
    };
    while let Some(letter) = letters.next() {
        match letter {
            '\'' | '"' => {
                let quoted = letters.by_ref().take_while(|next| *next != letter);
                word.get_or_insert_default().extend(quoted);
            }
            '\\' => word.get_or_insert_default().extend(letters.next()),
            '#' if word.is_none() => break,
            ' ' => end_word(&mut word, &mut commands, false),
            '<' | '>' => end_word(&mut word, &mut commands, true),
            '&' | '|' | ';' | '(' | ')' => {
                end_word(&mut word, &mut commands, false);
                commands.push(Vec::new());
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    end_word(&mut word, &mut commands, false);
    commands
}

#[test]
fn calls_are_found_wherever_they_stand() {
    let page = "Call `towpath nothing`.\n\n```console\n$ A=1 towpath index 'my channel' --zst | cat > towpath # towpath no\ntowpath answers\n\
                $ towpath db temp -- sh -c 'true && towpath man x'\n```\n```toml\ntowpath = 1\n```\n\
                ```sh\nsudo -u towpath B=2 towpath db check; echo towpath\n```\n";
    let found: Vec<String> = calls_on_page(page).iter().map(|words| words.join(" ")).collect();
    assert_eq!(
        found,
        [
            "index my channel --zst",
            "db temp -- sh -c true && towpath man x",
            "man x",
            "db check"
        ]
    );
}
