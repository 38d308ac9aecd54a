//! The files of the web app, built into the program by `build.rs`. Serves nothing.

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

include!(concat!(env!("OUT_DIR"), "/web_files.rs"));

/// The file of this path.
pub fn file(path: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|at| FILES.get(at))
}

/// Why there are none; `None`: they are there.
pub fn left_out() -> Option<&'static str> {
    LEFT_OUT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_there_or_says_why_not() {
        assert_ne!(file("index.html").is_some(), left_out().is_some());
        assert_eq!(file("no/such/file"), None);
        for one in FILES {
            assert_eq!(file(one.path), Some(one), "{}", one.path);
            assert!(one.tag.starts_with('"') && one.tag.ends_with('"') && !one.path.starts_with(['/', '.']));
        }
    }
}
