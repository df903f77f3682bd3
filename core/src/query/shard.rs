//! Reads a shard of sharded repodata: the records of one package in msgpack (CEP 16).

use rmp::Marker;
use serde_json::{Map, Number, Value};

use super::error::LoadError;
use super::split::Section;

/// How deep a shard may be nested.
const DEPTH_MAX: usize = 64;

/// Gives each record, with its key.
pub(super) fn for_each_record(
    bytes: &[u8],
    visit: &mut dyn FnMut(Section, &str, &Value),
) -> Result<(), LoadError> {
    let value = Rest(bytes).value(0).map_err(LoadError::Shard)?;
    let Value::Object(shard) = value else {
        return Err(LoadError::Shard("it is no map".to_owned()));
    };
    let mut visit_all = |section, records: Option<&Value>| {
        for (key, record) in records.and_then(Value::as_object).into_iter().flatten() {
            visit(section, key, record);
        }
    };
    visit_all(Section::Packages, shard.get("packages"));
    visit_all(Section::Packages, shard.get("packages.conda"));
    if let Some(v3) = shard.get("v3") {
        visit_all(Section::V3(".conda"), v3.get("conda"));
        visit_all(Section::V3(".tar.bz2"), v3.get("tar.bz2"));
        visit_all(Section::V3(".whl"), v3.get("whl"));
    }
    if ["packages", "packages.conda", "v3"]
        .iter()
        .all(|key| !shard.contains_key(*key))
    {
        return Err(LoadError::NoRecords);
    }
    Ok(())
}

/// What of a shard has not been read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes(&mut self, count: u64) -> Result<&'a [u8], String> {
        let place = usize::try_from(count).ok();
        let parts = place.and_then(|place| self.0.split_at_checked(place));
        let (bytes, rest) = parts.ok_or("it is cut off")?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A number of so many bytes, of 8 at most.
    fn unsigned(&mut self, bytes: u64) -> Result<u64, String> {
        let bytes = self.bytes(bytes)?;
        Ok(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn text(&mut self, length: u64) -> Result<Value, String> {
        let text = std::str::from_utf8(self.bytes(length)?);
        text.map(Value::from)
            .map_err(|_| "it has text that is not UTF-8".to_owned())
    }

    /// Bytes as hexadecimal text: only digests are bytes.
    fn digest(&mut self, length: u64) -> Result<Value, String> {
        Ok(base16ct::lower::encode_string(self.bytes(length)?).into())
    }

    fn array(&mut self, length: u64, depth: usize) -> Result<Value, String> {
        // Room is made as items come: what is counted need not be there.
        let items = (0..length).map(|_| self.value(depth));
        items.collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn map(&mut self, length: u64, depth: usize) -> Result<Value, String> {
        let mut members = Map::new();
        for _ in 0..length {
            let Value::String(key) = self.value(depth)? else {
                return Err("it has a key that is no text".to_owned());
            };
            members.insert(key, self.value(depth)?);
        }
        Ok(Value::Object(members))
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEPTH_MAX {
            return Err("it is nested too deeply".to_owned());
        }
        let marker = self.bytes(1)?.first().copied().map(Marker::from_u8);
        let signed = |number: u64, bits: u32| (number << (64 - bits)).cast_signed() >> (64 - bits);
        let float = |number: f64| Number::from_f64(number).map_or(Value::Null, Value::Number);
        Ok(match marker.unwrap_or(Marker::Reserved) {
            Marker::Null => Value::Null,
            Marker::True => true.into(),
            Marker::False => false.into(),
            Marker::FixPos(number) => number.into(),
            Marker::FixNeg(number) => number.into(),
            Marker::U8 => self.unsigned(1)?.into(),
            Marker::U16 => self.unsigned(2)?.into(),
            Marker::U32 => self.unsigned(4)?.into(),
            Marker::U64 => self.unsigned(8)?.into(),
            Marker::I8 => signed(self.unsigned(1)?, 8).into(),
            Marker::I16 => signed(self.unsigned(2)?, 16).into(),
            Marker::I32 => signed(self.unsigned(4)?, 32).into(),
            Marker::I64 => signed(self.unsigned(8)?, 64).into(),
            Marker::F32 => float(
                self.bytes(4)?
                    .try_into()
                    .map(f32::from_be_bytes)
                    .map_or(0.0, f64::from),
            ),
            Marker::F64 => float(f64::from_bits(self.unsigned(8)?)),
            Marker::FixStr(length) => self.text(length.into())?,
            Marker::Str8 => self.unsigned(1).and_then(|length| self.text(length))?,
            Marker::Str16 => self.unsigned(2).and_then(|length| self.text(length))?,
            Marker::Str32 => self.unsigned(4).and_then(|length| self.text(length))?,
            Marker::Bin8 => self.unsigned(1).and_then(|length| self.digest(length))?,
            Marker::Bin16 => self.unsigned(2).and_then(|length| self.digest(length))?,
            Marker::Bin32 => self.unsigned(4).and_then(|length| self.digest(length))?,
            Marker::FixArray(length) => self.array(length.into(), depth + 1)?,
            Marker::Array16 => self
                .unsigned(2)
                .and_then(|length| self.array(length, depth + 1))?,
            Marker::Array32 => self
                .unsigned(4)
                .and_then(|length| self.array(length, depth + 1))?,
            Marker::FixMap(length) => self.map(length.into(), depth + 1)?,
            Marker::Map16 => self.unsigned(2).and_then(|length| self.map(length, depth + 1))?,
            Marker::Map32 => self.unsigned(4).and_then(|length| self.map(length, depth + 1))?,
            _ => return Err("it has a value of a kind that repodata does not have".to_owned()),
        })
    }
}
