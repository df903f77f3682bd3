//! Badges of a package, for a README to show: small images of a label and a message, and what shields.io
//! makes such an image from.

use std::fmt::Write;

use serde::Serialize;

use super::one_line::one_line;
use super::templates::{escape, replacement};
use super::utc_time::UtcTime;

/// How long a text may be, in characters and in bytes of SVG: a badge has at most 1.2 KB, whatever the text.
#[derive(Clone, Copy)]
struct Room {
    characters: usize,
    bytes: usize,
}

const LABEL: Room = Room {
    characters: 24,
    bytes: 48,
};
const MESSAGE: Room = Room {
    characters: 40,
    bytes: 120,
};

/// A badge: `label | message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    label: String,
    message: String,
    tone: Tone,
}

/// What a badge's message is to those who see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A fact.
    Plain,
    /// Good news.
    Good,
    /// Something to look at.
    Caution,
    /// Nothing is known.
    Unknown,
}

impl Tone {
    const LABEL_COLOR: &'static str = "444c56";

    /// Colour behind the message, on which white text has a contrast of 4.5 at least (WCAG AA).
    fn color(self) -> &'static str {
        match self {
            Self::Plain => "0b62a4",
            Self::Good => "1a7f37",
            Self::Caution => "8f5a00",
            Self::Unknown => "656d76",
        }
    }
}

impl Badge {
    /// A badge of these texts: on one line, and cut if they are long.
    pub fn new(label: &str, message: &str, tone: Tone) -> Self {
        Self {
            label: fitted(&one_line(label), LABEL),
            message: fitted(&one_line(message), MESSAGE),
            tone,
        }
    }

    /// The highest version that a channel has.
    pub fn version(channel: &str, version: &str) -> Self {
        Self::new(channel, version, Tone::Plain)
    }

    /// The subdirs that have the package: all of them, or the first and how many more there are.
    pub fn platforms<S: AsRef<str>>(subdirs: &[S]) -> Self {
        if subdirs.is_empty() {
            return Self::new("platforms", "none", Tone::Unknown);
        }
        let named = |count: usize| {
            let names: Vec<&str> = subdirs.iter().take(count).map(AsRef::as_ref).collect();
            match subdirs.len() - names.len() {
                0 => names.join(", "),
                more => format!("{} +{more}", names.join(", ")),
            }
        };
        // No more than this fit, however short.
        let counts = (1..=subdirs.len().min(MESSAGE.characters)).rev();
        let fitting = counts.map(named).find(|text| fitted(text, MESSAGE) == *text);
        Self::new("platforms", &fitting.unwrap_or_else(|| named(1)), Tone::Plain)
    }

    /// The licence, if the package has one.
    pub fn license(license: Option<&str>) -> Self {
        match license.map(str::trim).filter(|license| !license.is_empty()) {
            Some(license) => Self::new("license", license, Tone::Plain),
            None => Self::new("license", "not known", Tone::Unknown),
        }
    }

    /// The day of the newest build, if known.
    pub fn updated(updated: Option<UtcTime>) -> Self {
        match updated {
            Some(time) => Self::new(
                "updated",
                time.rfc3339().get(..10).unwrap_or_default(),
                Tone::Plain,
            ),
            None => Self::new("updated", "not known", Tone::Unknown),
        }
    }

    /// The badge as SVG of 1.2 KB at most. It is the same in light and dark, needs no font of its own, and
    /// says what it shows to those who do not see it.
    pub fn to_svg(&self) -> String {
        let (label_width, message_width) = (text_width(&self.label), text_width(&self.message));
        // Space at both sides of each text.
        let (label_end, message_end) = (label_width + 12, label_width + message_width + 24);
        let message_start = label_end + 6;
        let text = |text: &str| {
            let mut escaped = String::new();
            // Writing to a string does not fail.
            let _ = escape(text, &mut escaped);
            escaped
        };
        let (label, message) = (text(&self.label), text(&self.message));
        let (label_color, color) = (Tone::LABEL_COLOR, self.tone.color());
        let (left, right) = (label_end - 3, message_end - label_end - 3);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{message_end}\" height=\"20\" role=\"img\" \
             aria-label=\"{label}: {message}\"><title>{label}: {message}</title>"
        );
        let _ = write!(
            svg,
            "<path fill=\"#{label_color}\" d=\"M3 0h{left}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z\"/>\
             <path fill=\"#{color}\" d=\"M{label_end} 0h{right}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right}z\"/>"
        );
        let _ = writeln!(
            svg,
            "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\
             <text x=\"6\" y=\"14\" textLength=\"{label_width}\" lengthAdjust=\"spacingAndGlyphs\">{label}</text>\
             <text x=\"{message_start}\" y=\"14\" textLength=\"{message_width}\" \
             lengthAdjust=\"spacingAndGlyphs\">{message}</text></g></svg>"
        );
        svg
    }

    /// The badge as shields.io reads it from an endpoint (<https://shields.io/badges/endpoint-badge>).
    pub fn to_endpoint(&self) -> Endpoint<'_> {
        Endpoint {
            schema_version: 1,
            label: &self.label,
            message: &self.message,
            color: self.tone.color(),
        }
    }
}

/// A badge as shields.io reads it, to be written as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint<'a> {
    schema_version: u8,
    label: &'a str,
    message: &'a str,
    color: &'static str,
}

/// The text, or its beginning and a mark of the cut.
fn fitted(text: &str, room: Room) -> String {
    let mut left = room;
    for (start, character) in text.char_indices() {
        let bytes = replacement(character).map_or(character.len_utf8(), str::len);
        if left.characters == 0 || left.bytes < bytes {
            return format!("{}…", text[..start].trim_end());
        }
        left.characters -= 1;
        left.bytes -= bytes;
    }
    text.to_owned()
}

/// Pixels that the text takes in Verdana at 11 pixels, or about as many in another font.
fn text_width(text: &str) -> usize {
    let tenths: usize = text.chars().map(|c| usize::from(width_in_tenths(c))).sum();
    tenths.div_ceil(10)
}

/// Tenths of a pixel that a character takes: of those that are not of ASCII, as many as the widest do.
fn width_in_tenths(character: char) -> u8 {
    #[rustfmt::skip]
    const FROM_SPACE: [u8; 95] = [
        39, 43, 50, 90, 70, 118, 80, 30, 50, 50, 70, 90, 40, 50, 40, 50,
        70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 50, 50, 90, 90, 90, 60,
        110, 75, 75, 77, 85, 70, 63, 85, 83, 46, 50, 76, 61, 93, 82, 87, 66,
        87, 76, 75, 68, 81, 75, 109, 75, 68, 75, 50, 50, 50, 90, 70,
        70, 66, 69, 57, 69, 66, 39, 69, 70, 30, 38, 65, 30, 107, 70, 67, 69,
        69, 47, 57, 43, 70, 65, 90, 65, 65, 58, 70, 50, 70, 90,
    ];
    let place = u32::from(character).checked_sub(u32::from(' '));
    let width = place.and_then(|place| FROM_SPACE.get(usize::try_from(place).ok()?));
    width.copied().unwrap_or(118)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_badge_is_an_image_that_says_what_it_shows() {
        insta::assert_snapshot!(Badge::version("conda-demo", "1.2.3").to_svg());
    }

    #[test]
    fn shields_can_make_the_badge_itself() {
        let endpoint = serde_json::to_string(&Badge::version("demo", "1.2").to_endpoint()).unwrap();
        assert_eq!(
            endpoint,
            r#"{"schemaVersion":1,"label":"demo","message":"1.2","color":"0b62a4"}"#
        );
    }

    #[rstest]
    #[case(Badge::platforms(&["noarch"]), "noarch")]
    #[case(Badge::platforms(&["linux-64", "osx-arm64", "win-64"]), "linux-64, osx-arm64, win-64")]
    #[case(Badge::platforms(&["linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64"]), "linux-64, linux-aarch64, osx-64 +2")]
    #[case(Badge::platforms(&["x".repeat(50), "y".to_owned()]), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…")]
    #[case(Badge::platforms::<&str>(&[]), "none")]
    #[case(Badge::license(Some("BSD-3-Clause\n")), "BSD-3-Clause")]
    #[case(Badge::license(Some(" ")), "not known")]
    #[case(Badge::license(None), "not known")]
    #[case(Badge::updated(UtcTime::from_seconds(1_700_000_000)), "2023-11-14")]
    #[case(Badge::updated(None), "not known")]
    fn messages_are_short(#[case] badge: Badge, #[case] message: &str) {
        assert_eq!(badge.message, message);
    }

    /// By WCAG 2: how much lighter white is than a colour.
    fn contrast_of_white(color: &str) -> f64 {
        let channel = |place: usize| {
            let value = f64::from(u8::from_str_radix(&color[place..place + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        1.05 / (0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4) + 0.05)
    }

    #[rstest]
    #[case(Tone::LABEL_COLOR)]
    #[case(Tone::Plain.color())]
    #[case(Tone::Good.color())]
    #[case(Tone::Caution.color())]
    #[case(Tone::Unknown.color())]
    fn text_can_be_told_from_its_ground(#[case] color: &str) {
        assert!(contrast_of_white(color) >= 4.5, "{}", contrast_of_white(color));
    }

    #[test]
    fn wide_letters_are_wider() {
        assert_eq!(text_width(""), 0);
        assert!(text_width("WWW") > 2 * text_width("iii"));
        // What Verdana itself takes: 8 x 6.99 and 3 x 4.00.
        assert_eq!(text_width("1.22.3.4444"), 68);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_badge_large_or_breaks_it(label in "(?s).{0,50}|[\"'&<>]{0,50}", message in "(?s).{0,80}|[\"'&<>]{0,80}|\u{1f40d}{0,50}") {
            let svg = Badge::new(&label, &message, Tone::Caution).to_svg();
            prop_assert!(svg.len() <= 1200, "{}", svg.len());
            prop_assert_eq!(svg.matches('<').count(), 12);
            prop_assert_eq!(svg.matches('>').count(), 12);
            prop_assert_eq!(svg.matches('"').count() % 2, 0);
            prop_assert!(!svg.contains(super::super::templates::is_left_out) && svg.matches('\n').count() == 1);
        }
    }
}
