//! The diagram as a picture that needs no other program, readable on light and on dark pages.

use std::fmt::Write as _;

use super::layout::{HEADER, Layout, MARGIN, PADDING, Placed};
use super::{Diagram, Many, Relation};

/// Room for what the colours and lines mean.
const LEGEND: f64 = 34.0;

/// How far a curve goes straight on from a table, at most.
const REACH: f64 = 60.0;

const STYLE: &str = "
svg{--page:#fff;--text:#1f2328;--dim:#656d76;--edge:#d0d7de;--box:#fff;--peer:#dcf3e3;--ours:#dbe9fb;--line:#57606a}
@media (prefers-color-scheme:dark){svg{--page:#0d1117;--text:#e6edf3;--dim:#8b949e;--edge:#3d444d;--box:#151b23;--peer:#1c3b2a;--ours:#1b3252;--line:#9198a1}}
text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:var(--text)}
.page{fill:var(--page)}.box{fill:var(--box);stroke:var(--edge)}.peer{fill:var(--peer)}.ours{fill:var(--ours)}
.name{font-weight:bold}.type,.note{fill:var(--dim)}.mark{fill:var(--dim);font-weight:bold}
.rule{stroke:var(--edge)}.line,.end{fill:none;stroke:var(--line);stroke-width:1.3}.value{stroke-dasharray:5 4}
";

impl Diagram {
    /// The diagram as an SVG document.
    pub fn svg(&self) -> String {
        let layout = Layout::of(self);
        let (width, height) = (layout.width.max(520.0), layout.height + LEGEND);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n<title>Tables</title>\n\
             <style>{STYLE}</style>\n{MARKERS}<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"
        );
        for relation in &self.relations {
            draw_relation(&mut svg, &layout, relation);
        }
        for placed in &layout.boxes {
            draw_table(&mut svg, placed);
        }
        draw_legend(&mut svg, height - LEGEND / 2.0 - 4.0);
        svg.push_str("</svg>\n");
        svg
    }
}

/// The ends of lines: a bar for one, a crow's foot for many.
const MARKERS: &str = "<defs>\
    <marker id=\"one\" viewBox=\"0 0 12 12\" refX=\"12\" refY=\"6\" markerWidth=\"12\" markerHeight=\"12\" \
    markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path class=\"end\" d=\"M5 2V10\"/></marker>\
    <marker id=\"many\" viewBox=\"0 0 12 12\" refX=\"12\" refY=\"6\" markerWidth=\"12\" markerHeight=\"12\" \
    markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path class=\"end\" d=\"M2 6L12 1M2 6L12 11M2 6H12\"/>\
    </marker></defs>\n";

fn draw_relation(svg: &mut String, layout: &Layout<'_>, relation: &Relation) {
    let (Some(from), Some(to)) = (layout.find(&relation.from.table), layout.find(&relation.to.table)) else {
        return;
    };
    let (y1, y2) = (
        from.middle(relation.from.columns.first()),
        to.middle(relation.to.columns.first()),
    );
    // The sides that face each other, or within a column both right ones.
    let (x1, x2, out1, out2) = if from.right() < to.x {
        (from.right(), to.x, 1.0, -1.0)
    } else if to.right() < from.x {
        (from.x, to.right(), -1.0, 1.0)
    } else {
        (from.right(), to.right(), 1.0, 1.0)
    };
    let reach = REACH.min((x2 - x1).abs() / 2.0).max(REACH / 1.5);
    let many = match relation.many {
        Many::One => "one",
        Many::Any => "many",
    };
    let style = if relation.kind.is_by_value() { " value" } else { "" };
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<path class=\"line{style}\" marker-start=\"url(#{many})\" marker-end=\"url(#one)\" \
         d=\"M{x1:.1} {y1:.1}C{:.1} {y1:.1} {:.1} {y2:.1} {x2:.1} {y2:.1}\"><title>{}</title></path>",
        x1 + out1 * reach,
        x2 + out2 * reach,
        escaped(&format!(
            "{} to {}: {}",
            relation.from.table,
            relation.to.table,
            relation.label()
        ))
    );
}

fn draw_table(svg: &mut String, placed: &Placed<'_>) {
    let Placed {
        x, y, width, height, ..
    } = placed;
    let owner = if placed.table.name.starts_with("towpath_") {
        "ours"
    } else {
        "peer"
    };
    let below = y + HEADER;
    let _ = writeln!(
        svg,
        "<g><rect class=\"box\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>\
         <path class=\"{owner}\" d=\"M{:.1} {below:.1}v-{:.1}a5.5 5.5 0 0 1 5.5-5.5h{:.1}a5.5 5.5 0 0 1 5.5 5.5v{:.1}z\"/>\
         <path class=\"rule\" d=\"M{x:.1} {below:.1}h{width:.1}\"/>\
         <text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
        x + 0.5,
        HEADER - 6.0,
        width - 12.0,
        HEADER - 6.0,
        x + PADDING,
        y + HEADER / 2.0 + 4.0,
        escaped(&placed.table.name)
    );
    for column in &placed.table.columns {
        let baseline = placed.middle(Some(&column.name)) + 4.0;
        for (class, left, text) in [
            ("mark", PADDING, column.marks().join(" ")),
            ("", placed.names, column.name.clone()),
            ("type", placed.types, column.data_type.clone()),
        ] {
            if !text.is_empty() {
                let class = if class.is_empty() {
                    String::new()
                } else {
                    format!(" class=\"{class}\"")
                };
                let _ = write!(
                    svg,
                    "<text{class} x=\"{:.1}\" y=\"{baseline:.1}\">{}</text>",
                    x + left,
                    escaped(&text)
                );
            }
        }
    }
    svg.push_str("</g>\n");
}

fn draw_legend(svg: &mut String, y: f64) {
    let square = |x: f64, class: &str, text: &str| {
        format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"12\" rx=\"2\"/>\
             <text class=\"note\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            y - 6.0,
            x + 20.0,
            y + 4.0
        )
    };
    let line = |x: f64, class: &str, text: &str| {
        format!(
            "<path class=\"line{class}\" d=\"M{x:.1} {y:.1}h26\"/>\
             <text class=\"note\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
            x + 32.0,
            y + 4.0
        )
    };
    svg.push_str(&square(MARGIN, "peer", "conda-index"));
    svg.push_str(&square(MARGIN + 120.0, "ours", "towpath"));
    svg.push_str(&line(MARGIN + 212.0, "", "foreign key"));
    svg.push_str(&line(MARGIN + 344.0, " value", "by value"));
    svg.push('\n');
}

/// Text for XML, which has no control characters at all.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            character => escaped.push(character),
        }
    }
    escaped
}
