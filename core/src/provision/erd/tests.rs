//! Diagrams of tables that a test makes up.

use super::*;

fn column(name: &str, data_type: &str, key: Option<Key>) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        is_required: key.is_some(),
        key,
        is_foreign: false,
    }
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table {
        name: name.to_owned(),
        columns,
    }
}

/// Two that belong together, a foreign key, and names that are markup.
fn diagram() -> Diagram {
    let path = || column("path", "text", Some(Key::Primary));
    let mut parent = column("parent", "text[]", None);
    parent.is_foreign = true;
    let hostile = "towpath_<b>\"'&\u{1b}|`x";
    let tables = vec![
        table(hostile, vec![column("a<b>", "", Some(Key::Unique)), parent]),
        table(
            "towpath_channel",
            vec![column("prefix", "text", Some(Key::Primary))],
        ),
        table("about", vec![path(), column("about", "jsonb", None)]),
        table(
            "index_json",
            vec![path(), column("when", "timestamp with time zone", None)],
        ),
    ];
    let key = Relation {
        from: End {
            table: hostile.to_owned(),
            columns: vec!["parent".to_owned()],
        },
        to: End {
            table: "towpath_channel".to_owned(),
            columns: vec!["prefix".to_owned()],
        },
        many: Many::Any,
        kind: RelationKind::ForeignKey,
    };
    Diagram::new(tables, vec![key])
}

#[test]
fn mermaid() {
    insta::assert_snapshot!(diagram().mermaid());
}

#[test]
fn dot() {
    insta::assert_snapshot!(diagram().dot());
}

#[test]
fn markdown() {
    insta::assert_snapshot!(diagram().markdown());
}

#[test]
fn a_picture_has_no_markup_of_its_tables() {
    let svg = diagram().svg();
    assert!(!svg.contains("<b>") && !svg.contains('\u{1b}'), "{svg}");
    assert!(
        svg.contains("towpath_&lt;b&gt;&quot;&#39;&amp;\u{fffd}|`x"),
        "{svg}"
    );
    assert_eq!(svg.matches("<path class=\"line value\" marker").count(), 1);
    assert_eq!(svg.matches("<path class=\"line\" marker").count(), 1);
}

#[test]
fn tables_stand_apart() {
    let diagram = diagram();
    let layout = layout::Layout::of(&diagram);
    assert_eq!(layout.boxes.len(), diagram.tables.len());
    for (number, one) in layout.boxes.iter().enumerate() {
        assert!(one.x >= 0.0 && one.y >= 0.0 && one.right() <= layout.width);
        assert!(one.y + one.height <= layout.height);
        for other in &layout.boxes[..number] {
            let is_beside = one.right() < other.x || other.right() < one.x;
            let is_below = one.y + one.height < other.y || other.y + other.height < one.y;
            assert!(is_beside || is_below, "{one:?} {other:?}");
        }
    }
}

#[test]
fn what_is_left_out_takes_its_relations_with_it() {
    let diagram = diagram().without("about").without("towpath_c*");
    let names: Vec<&str> = diagram.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names[0], "index_json");
    assert_eq!((names.len(), diagram.relations.len()), (2, 0));
}

#[test]
fn no_tables_are_a_picture_too() {
    let empty = Diagram::default();
    assert!(empty.svg().ends_with("</svg>\n"));
    assert_eq!(empty.mermaid(), "erDiagram\n");
}
