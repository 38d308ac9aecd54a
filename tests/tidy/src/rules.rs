//! The tables the tests read: the edges between packages, what is banned, which licences are allowed. No code.

/// Which of our packages each may import. A new package must be entered here, with a reason in ARCHITECTURE.md.
///
/// `["*"]`: all. Packages that only test are named in [`TEST_PACKAGES`] and may import anything of ours.
pub const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("cti-types", &[]),
    ("cti-sip", &["cti-types"]),
    ("cti-media", &["cti-types"]),
    ("cti-acd", &["cti-types"]),
    ("cti-call", &["cti-types"]),
    ("cti-interaction", &["cti-types"]),
    ("ivr", &["cti-types"]),
    ("softphone-protocol", &["cti-types"]),
    ("crm-core", &["cti-types"]),
    ("recordings", &["cti-types"]),
    ("cti-phone", &[]),
    ("cti-media-engine", &["cti-types", "cti-media"]),
    ("softphone-ws", &["cti-types", "softphone-protocol"]),
    ("cti-server", &["*"]),
    ("cordboard", &["cti-types", "softphone-ws", "cti-server"]),
];

/// Packages that only test or measure. They may import anything of ours; nobody but they may import them.
pub const TEST_PACKAGES: &[&str] = &["sim", "storage", "e2e", "tidy", "cti-load"];

/// Edges allowed for tests of a package alone (`[dev-dependencies]`), besides [`MAY_IMPORT`]: importer, imported.
pub const MAY_IMPORT_IN_TESTS: &[(&str, &str)] = &[];

/// Packages whose `src` holds no socket, file, clock, thread, random source or Tokio.
pub const PURE: &[&str] = &["cti-types", "cti-sip", "cti-media", "cti-acd", "cti-call", "cti-interaction", "ivr", "softphone-protocol"];

/// Pure parts of a package that is not pure as a whole: a folder, and the files in it that are its shell.
pub const PURE_FOLDERS: &[(&str, &[&str])] = &[("cti-server/src/switch/", &["run.rs", "clips.rs"])];

/// Crates that must not be anywhere under a pure package, however indirect (tests excepted).
pub const IMPURE_CRATES: &[&str] = &["tokio", "mio", "socket2", "async-std", "smol", "hyper", "sqlx", "getrandom", "rand", "fastrand"];

/// Crates that must not stand in the lock file at all, with the reason.
pub const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", "needs a C library on every machine; TLS is rustls"),
    ("openssl", "needs a C library on every machine; TLS is rustls"),
    ("native-tls", "another TLS on every system; TLS is rustls"),
    ("ring", "one cryptography library is enough: aws-lc-rs"),
];

/// Banned crates that may stand in the lock file because nothing builds them, which is tested: crate, why it stands there.
pub const LOCKED_ONLY: &[(&str, &str)] = &[("ring", "rustls-webpki has it as an option, and its weak feature is enough for the lock file")];

/// Licences a crate may be used under.
pub const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "0BSD",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that name no licence in their manifest but bring its text, which was read: crate, licence.
pub const LICENCES_READ: &[(&str, &str)] = &[("rsip", "MIT"), ("rsip-derives", "MIT")];

/// At this length a file should be looked at for the second thing it does.
pub const LINES_NOTED: usize = 500;
/// Beyond this length a file fails.
pub const LINES_MAX: usize = 1_000;
