//! Runs `towpath` where nothing of the machine shows: without variables, in a home of its own, and
//! with what differs from run to run replaced in what it says.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;
use towpath_tests::ChannelBuilder;

/// A call of `towpath` that is yet to be made.
#[must_use]
pub(crate) struct Towpath {
    command: Command,
    home: TempDir,
    names: Vec<(String, &'static str)>,
}

/// A call that was made and is not over.
#[must_use]
pub(crate) struct Running {
    process: Child,
    home: TempDir,
    names: Vec<(String, &'static str)>,
}

/// What came of a call. Displayed, it is the whole of it: exit status, stdout and stderr.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Calls `towpath index CHANNEL` with these arguments behind it.
pub(crate) fn index(channel: &ChannelBuilder, args: &[&str]) -> Outcome {
    Towpath::index(channel).args(args).run()
}

impl Towpath {
    /// A call with these arguments, from a folder of its own, which is its home too.
    pub(crate) fn new<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_towpath"));
        command.env_clear();
        // Where python3 is found, what Windows needs, where coverage goes.
        for kept in ["PATH", "SYSTEMROOT", "LLVM_PROFILE_FILE"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command
            .args(args)
            // Whether towpath was built with one is of this machine.
            .env("TOWPATH_NO_INSPECTOR", "1")
            .env("NO_COLOR", "1")
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .current_dir(home.path())
            .stdin(Stdio::null());
        let names = Vec::new();
        Self { command, home, names }.named_home()
    }

    /// `towpath index CHANNEL`.
    pub(crate) fn index(channel: &ChannelBuilder) -> Self {
        Self::new(["index"])
            .arg(channel.path())
            .naming(channel.path(), "[CHANNEL]")
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    /// Reads standard input from this file.
    pub(crate) fn stdin(mut self, path: &Path) -> Self {
        self.command.stdin(fs_err::File::open(path).unwrap().into_file());
        self
    }

    pub(crate) fn env(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// Shows this path by a name. Paths in it are to be named before it.
    pub(crate) fn naming(mut self, path: &Path, name: &'static str) -> Self {
        self.names.push((path.display().to_string(), name));
        self
    }

    /// The folder that the command is run in.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Makes the call and waits for its end.
    pub(crate) fn run(self) -> Outcome {
        self.start().wait()
    }

    /// Makes the call, which must succeed, and looks whether a file in its home is there then. The
    /// home goes away with the call.
    pub(crate) fn run_and_look(self, file: &Path) -> bool {
        let mut running = self.start();
        let status = running.process.wait().unwrap();
        let is_there = file.is_file();
        let outcome = running.wait();
        assert!(status.success(), "{outcome}");
        is_there
    }

    /// Makes the call.
    pub(crate) fn start(mut self) -> Running {
        let process = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Running {
            process,
            home: self.home,
            names: self.names,
        }
    }

    fn named_home(self) -> Self {
        let home = self.home.path().to_owned();
        self.naming(&home, "[HOME]")
    }
}

impl Running {
    pub(crate) fn is_over(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    /// Ends it without giving it a say.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    /// Asks it to end, as Ctrl-C does.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let process = self.process.id().to_string();
        let asked = Command::new("kill").args(["-INT", &process]).status();
        assert!(asked.unwrap().success());
    }

    /// The next line that it prints, without its end; empty when it prints no more.
    pub(crate) fn next_line(&mut self) -> String {
        let stdout = self.process.stdout.as_mut().unwrap();
        let mut line = Vec::new();
        // No byte more: the rest is for `wait`.
        let mut byte = [0];
        while stdout.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            line.extend(byte);
        }
        String::from_utf8(line).unwrap()
    }

    /// Stops reading what it prints.
    pub(crate) fn close_stdout(&mut self) {
        drop(self.process.stdout.take());
    }

    /// Waits for the end.
    pub(crate) fn wait(self) -> Outcome {
        let output = self.process.wait_with_output().unwrap();
        drop(self.home);
        Outcome::new(&output, &self.names)
    }
}

impl Outcome {
    fn new(output: &Output, names: &[(String, &'static str)]) -> Self {
        let shown = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let text = names
                .iter()
                .fold(text, |text, (path, name)| text.replace(path, name));
            text.lines().map(|line| without_duration(line) + "\n").collect()
        };
        Self {
            status: output.status.code(),
            stdout: shown(&output.stdout),
            stderr: shown(&output.stderr),
        }
    }

    /// The exit status; -1 if there is none, because a signal ended the process.
    pub(crate) fn status(&self) -> i32 {
        self.status.unwrap_or(-1)
    }

    pub(crate) fn stdout(&self) -> &str {
        &self.stdout
    }

    pub(crate) fn stderr(&self) -> &str {
        &self.stderr
    }

    /// Goes on only if the exit status is 0.
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.status, Some(0), "{self}");
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => writeln!(formatter, "exit status: {status}")?,
            None => writeln!(formatter, "killed")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(formatter, "----- {name} -----\n{text}")?;
            }
        }
        Ok(())
    }
}

/// The line, with the time that a run took replaced, in words (`in 0.05 s`) and in JSON.
fn without_duration(line: &str) -> String {
    if let Some((start, took)) = line.rsplit_once(" in ")
        && took.ends_with(" s")
        && took.starts_with(|first: char| first.is_ascii_digit())
    {
        return format!("{start} in [TIME]");
    }
    crate::published::with_values_replaced(line, "seconds", "[TIME]")
}
