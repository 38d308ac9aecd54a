//! The files of the web app, as they are built into the program. Serves nothing.

/// One file of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File {
    /// Below the app's root, such as `assets/index-1a2b.js`.
    pub path: &'static str,
    /// Its media type.
    pub kind: &'static str,
    /// A strong ETag of its content, in quotes.
    pub tag: &'static str,
    pub plain: &'static [u8],
    /// Compressed (RFC 7932, RFC 1952), where that is worth it.
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

impl File {
    /// Its name changes with its content, so that it may be kept for ever.
    pub fn is_hashed(&self) -> bool {
        self.path.starts_with("assets/")
    }
}

/// The app's files, in the order of their paths.
#[derive(Clone, Copy, Debug)]
pub struct App {
    pub files: &'static [File],
    /// Why there are none; `None`: they are there.
    pub left_out: Option<&'static str>,
}

impl App {
    /// The file of this path.
    pub fn file(&self, path: &str) -> Option<&'static File> {
        self.files.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|at| self.files.get(at))
    }
}
