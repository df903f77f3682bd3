//! Writes one large object as it is put together, member after member.

use std::io::{self, Write};

use super::{Layout, indent, write_string};

/// An object that is being written. Members are given in the order of their keys.
///
/// ```
/// use towpath_core::json::{Layout, ObjectStream};
/// let mut out = Vec::new();
/// let mut stream = ObjectStream::begin(&mut out, Layout::Compact).unwrap();
/// stream.begin_object("packages").unwrap();
/// stream.member("a-1-0.conda", "{}").unwrap();
/// stream.end_object().unwrap();
/// stream.member("repodata_version", "1").unwrap();
/// stream.finish().unwrap();
/// assert_eq!(out, br#"{"packages":{"a-1-0.conda":{}},"repodata_version":1}"#);
/// ```
pub struct ObjectStream<W> {
    out: W,
    layout: Layout,
    /// For each object that is open: whether it has a member yet.
    open: Vec<bool>,
    /// Kept between members so that it is allocated once.
    line: String,
}

impl<W: Write> ObjectStream<W> {
    /// Opens the outermost object.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn begin(mut out: W, layout: Layout) -> io::Result<Self> {
        out.write_all(b"{")?;
        Ok(Self {
            out,
            layout,
            open: vec![false],
            line: String::new(),
        })
    }

    /// Opens an object that is the member `key` of the one that is open.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn begin_object(&mut self, key: &str) -> io::Result<()> {
        self.begin_member(key);
        self.line.push('{');
        self.open.push(false);
        self.flush_line()
    }

    /// Writes the member `key` with a value in canonical spelling.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn member(&mut self, key: &str, canonical: &str) -> io::Result<()> {
        self.begin_member(key);
        match self.layout {
            Layout::Compact => self.line.push_str(canonical),
            Layout::Pretty => indent(&mut self.line, canonical, self.open.len()),
        }
        self.flush_line()
    }

    /// Closes the object that was opened last.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn end_object(&mut self) -> io::Result<()> {
        let has_members = self.open.pop().unwrap_or(false);
        if has_members {
            self.new_line();
        }
        self.line.push('}');
        self.flush_line()
    }

    /// Closes the outermost object. A document over several lines ends its last one.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> io::Result<()> {
        while !self.open.is_empty() {
            self.end_object()?;
        }
        if self.layout == Layout::Pretty {
            self.line.push('\n');
        }
        self.flush_line()?;
        self.out.flush()
    }

    fn begin_member(&mut self, key: &str) {
        if let Some(has_members) = self.open.last_mut()
            && std::mem::replace(has_members, true)
        {
            self.line.push(',');
        }
        self.new_line();
        write_string(&mut self.line, key);
        self.line
            .push_str(if self.layout == Layout::Pretty { ": " } else { ":" });
    }

    fn new_line(&mut self) {
        if self.layout == Layout::Pretty {
            self.line.push('\n');
            self.line.extend(std::iter::repeat_n("  ", self.open.len()));
        }
    }

    fn flush_line(&mut self) -> io::Result<()> {
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_over_several_lines() {
        let mut out = Vec::new();
        let mut stream = ObjectStream::begin(&mut out, Layout::Pretty).unwrap();
        stream.begin_object("empty").unwrap();
        stream.end_object().unwrap();
        stream.begin_object("packages").unwrap();
        stream.member("a", r#"{"depends":["b"],"n":[]}"#).unwrap();
        stream.member("c", "1").unwrap();
        stream.end_object().unwrap();
        stream.member("removed", "[]").unwrap();
        stream.finish().unwrap();
        let expected = "{\n  \"empty\": {},\n  \"packages\": {\n    \"a\": {\n      \"depends\": [\n        \"b\"\n      ],\n      \"n\": []\n    },\n    \"c\": 1\n  },\n  \"removed\": []\n}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
