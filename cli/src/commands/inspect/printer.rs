//! Prints the content of a member as it comes: text, or in hexadecimal.

use std::fmt::Write as _;
use std::io::{self, Write};

/// How much is looked at before it is decided what a content is.
const SAMPLE: usize = 8 << 10;

/// Bytes in a line of hexadecimal.
const LINE: usize = 16;

/// How a member is to be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Byte for byte.
    AsItIs,
    /// Text without what could steer a terminal, and what is no text in hexadecimal.
    ForTerminal,
    /// In hexadecimal.
    Hex,
}

/// Prints what is written to it.
pub(super) struct Printer<W> {
    out: W,
    state: State,
}

enum State {
    AsItIs,
    Undecided(Vec<u8>),
    /// With the beginning of a letter whose rest is yet to come.
    Text(Vec<u8>),
    Hex {
        offset: u64,
        line: Vec<u8>,
    },
}

impl<W: Write> Printer<W> {
    pub(super) fn new(out: W, form: Form) -> Self {
        let state = match form {
            Form::AsItIs => State::AsItIs,
            Form::ForTerminal => State::Undecided(Vec::new()),
            Form::Hex => State::Hex {
                offset: 0,
                line: Vec::new(),
            },
        };
        Self { out, state }
    }

    /// Prints what was held back.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let State::Undecided(_) = &self.state {
            self.decide()?;
        }
        match &mut self.state {
            State::Text(rest) if !rest.is_empty() => {
                let rest = std::mem::take(rest);
                self.out
                    .write_all(harmless(&String::from_utf8_lossy(&rest)).as_bytes())?;
            }
            State::Hex { offset, line } if !line.is_empty() => {
                self.out.write_all(hex_line(*offset, line).as_bytes())?;
            }
            _ => {}
        }
        self.out.flush()
    }

    fn decide(&mut self) -> io::Result<()> {
        let State::Undecided(sample) = &mut self.state else {
            return Ok(());
        };
        let sample = std::mem::take(sample);
        self.state = if is_text(&sample) {
            State::Text(Vec::new())
        } else {
            State::Hex {
                offset: 0,
                line: Vec::new(),
            }
        };
        self.print(&sample)
    }

    fn print(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.state {
            State::AsItIs => self.out.write_all(bytes),
            State::Undecided(sample) => {
                sample.extend_from_slice(bytes);
                if sample.len() >= SAMPLE {
                    self.decide()?;
                }
                Ok(())
            }
            State::Text(rest) => {
                rest.extend_from_slice(bytes);
                let whole = rest.len() - unfinished(rest);
                let text = harmless(&String::from_utf8_lossy(&rest[..whole]));
                rest.drain(..whole);
                self.out.write_all(text.as_bytes())
            }
            State::Hex { offset, line } => {
                line.extend_from_slice(bytes);
                let whole = line.len() - line.len() % LINE;
                let mut text = String::new();
                for full in line[..whole].chunks(LINE) {
                    text += &hex_line(*offset, full);
                    *offset += LINE as u64;
                }
                line.drain(..whole);
                self.out.write_all(text.as_bytes())
            }
        }
    }
}

impl<W: Write> Write for Printer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.print(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether the beginning of a content is text: UTF-8 without zero bytes.
fn is_text(sample: &[u8]) -> bool {
    let whole = &sample[..sample.len() - unfinished(sample)];
    !sample.contains(&0) && std::str::from_utf8(whole).is_ok()
}

/// How many bytes at the end are a letter of which some are missing.
fn unfinished(bytes: &[u8]) -> usize {
    match std::str::from_utf8(&bytes[bytes.len().saturating_sub(3)..]) {
        Ok(_) => 0,
        // The tail may begin within a letter: then an error is there, and not at its end.
        Err(_) => (1..=3.min(bytes.len()))
            .find(|count| {
                let first = bytes[bytes.len() - count];
                let length = match first {
                    0xc2..=0xdf => 2,
                    0xe0..=0xef => 3,
                    0xf0..=0xf4 => 4,
                    _ => 0,
                };
                length > *count
            })
            .unwrap_or(0),
    }
}

/// Text of several lines, without what could steer a terminal.
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            harmless.push('\n');
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        for (number, part) in line.split('\t').enumerate() {
            if number > 0 {
                harmless.push('\t');
            }
            harmless += &crate::report::shown(part);
        }
    }
    harmless
}

/// `00000010: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............`, as `xxd` prints it.
fn hex_line(offset: u64, bytes: &[u8]) -> String {
    let mut line = format!("{offset:08x}: ");
    for number in 0..LINE {
        match bytes.get(number) {
            // To write to a string never fails.
            Some(byte) => drop(write!(line, "{byte:02x}")),
            None => line += "  ",
        }
        if number % 2 == 1 {
            line.push(' ');
        }
    }
    line.push(' ');
    line.extend(bytes.iter().map(|byte| {
        if byte.is_ascii_graphic() || *byte == b' ' {
            char::from(*byte)
        } else {
            '.'
        }
    }));
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is printed of a content that comes in pieces of this size.
    fn printed(content: &[u8], form: Form, piece: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut printer = Printer::new(&mut out, form);
        for piece in content.chunks(piece) {
            printer.write_all(piece).unwrap();
        }
        printer.finish().unwrap();
        out
    }

    #[rstest::rstest]
    fn text_is_made_harmless_on_a_terminal(#[values(1, 2, 3, 5, 1000)] piece: usize) {
        let text = "a\tb\r\n\u{1b}[31mred \u{202e}süß 🦀\n";
        let shown = printed(text.as_bytes(), Form::ForTerminal, piece);
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(shown, "a\tb\n\u{fffd}[31mred \u{fffd}süß 🦀\n");
        assert_eq!(printed(text.as_bytes(), Form::AsItIs, piece), text.as_bytes());
    }

    #[rstest::rstest]
    fn letters_are_not_torn_apart(#[values(1, 2, 3, 4, 7)] piece: usize) {
        let text = "ü€🦀".repeat(5000);
        assert!(printed(text.as_bytes(), Form::ForTerminal, piece) == text.as_bytes());
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_behind_the_sample() {
        let text = [&b"x".repeat(2 * SAMPLE)[..], b"\xff y \xe2\x82"].concat();
        let shown = String::from_utf8(printed(&text, Form::ForTerminal, 100)).unwrap();
        assert!(
            shown.ends_with("x\u{fffd} y \u{fffd}"),
            "{}",
            &shown[2 * SAMPLE..]
        );
    }

    #[rstest::rstest]
    fn other_content_is_printed_as_xxd_does(#[values(1, 7, 16, 100)] piece: usize) {
        let content = b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00>";
        let shown = printed(content, Form::ForTerminal, piece);
        assert_eq!(
            String::from_utf8(shown).unwrap(),
            "00000000: 7f45 4c46 0201 0100 0000 0000 0000 0000  .ELF............\n\
             00000010: 0300 3e                                  ..>\n"
        );
        assert_eq!(
            printed(b"text", Form::Hex, piece),
            b"00000000: 7465 7874                                text\n"
        );
    }

    #[test]
    fn nothing_is_printed_of_nothing() {
        for form in [Form::AsItIs, Form::ForTerminal, Form::Hex] {
            assert_eq!(printed(b"", form, 1), b"");
        }
    }
}
