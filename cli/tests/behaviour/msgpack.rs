//! Reads msgpack, so that a test can look at shards as at any other document.

use rmp::Marker;
use rmp::decode::{read_f64, read_marker};
use serde_json::{Map, Value};

/// Decodes bytes that hold one value. Byte strings become texts of their hexadecimal digits.
pub(crate) fn decode(bytes: &[u8]) -> Value {
    let mut rest = bytes;
    let value = value(&mut rest);
    assert!(rest.is_empty(), "{} bytes follow the value", rest.len());
    value
}

fn value(rest: &mut &[u8]) -> Value {
    let start = *rest;
    match read_marker(rest).unwrap() {
        Marker::Null => Value::Null,
        Marker::True => true.into(),
        Marker::False => false.into(),
        Marker::FixPos(number) => number.into(),
        Marker::FixNeg(number) => number.into(),
        Marker::U8 => unsigned(rest, 1).into(),
        Marker::U16 => unsigned(rest, 2).into(),
        Marker::U32 => unsigned(rest, 4).into(),
        Marker::U64 => unsigned(rest, 8).into(),
        Marker::I8 => i8::from_be_bytes(take(rest)).into(),
        Marker::I16 => i16::from_be_bytes(take(rest)).into(),
        Marker::I32 => i32::from_be_bytes(take(rest)).into(),
        Marker::I64 => i64::from_be_bytes(take(rest)).into(),
        Marker::F64 => {
            *rest = start;
            read_f64(rest).unwrap().into()
        }
        Marker::FixStr(length) => text(rest, length.into()),
        Marker::Str8 => sized(rest, 1, text),
        Marker::Str16 => sized(rest, 2, text),
        Marker::Str32 => sized(rest, 4, text),
        Marker::Bin8 => sized(rest, 1, hex),
        Marker::Bin16 => sized(rest, 2, hex),
        Marker::Bin32 => sized(rest, 4, hex),
        Marker::FixArray(length) => array(rest, length.into()),
        Marker::Array16 => sized(rest, 2, array),
        Marker::Array32 => sized(rest, 4, array),
        Marker::FixMap(length) => map(rest, length.into()),
        Marker::Map16 => sized(rest, 2, map),
        Marker::Map32 => sized(rest, 4, map),
        other => panic!("no document has {other:?}"),
    }
}

fn sized(rest: &mut &[u8], length_bytes: usize, read: fn(&mut &[u8], usize) -> Value) -> Value {
    let length = usize::try_from(unsigned(rest, length_bytes)).unwrap();
    read(rest, length)
}

fn unsigned(rest: &mut &[u8], length: usize) -> u64 {
    let bytes = split(rest, length);
    bytes
        .iter()
        .fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    split(rest, N).try_into().unwrap()
}

fn split<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (first, others) = rest.split_at(length);
    *rest = others;
    first
}

fn text(rest: &mut &[u8], length: usize) -> Value {
    std::str::from_utf8(split(rest, length)).unwrap().into()
}

fn hex(rest: &mut &[u8], length: usize) -> Value {
    base16ct::lower::encode_string(split(rest, length)).into()
}

fn array(rest: &mut &[u8], length: usize) -> Value {
    (0..length).map(|_| value(rest)).collect()
}

fn map(rest: &mut &[u8], length: usize) -> Value {
    let mut members = Map::new();
    for _ in 0..length {
        let Value::String(key) = value(rest) else {
            panic!("a key that is no text");
        };
        let known = members.insert(key.clone(), value(rest));
        assert_eq!(known, None, "{key} is there twice");
    }
    members.into()
}
