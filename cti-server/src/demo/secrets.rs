//! The demo's passwords: drawn once for each data folder and kept there in a file only its owner can read. Nothing here is fixed.

use anyhow::Context;
use cti_types::Chance;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file's name in the data folder.
const FILE: &str = "demo-logins.json";
/// Characters of a password, 5 random bits each.
const PASSWORD_LEN: usize = 16;

/// What the demo must know again after a restart.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Secrets {
    /// Login → password.
    people: BTreeMap<String, String>,
    /// SIP user → password.
    phones: BTreeMap<String, String>,
    /// An administrator's API token.
    #[serde(default)]
    token: Option<String>,
    #[serde(skip)]
    path: PathBuf,
    #[serde(skip)]
    fresh: bool,
}

impl Secrets {
    /// Those of this folder; new ones for these logins and SIP users when it has none yet.
    pub(super) fn open(data: &Path, logins: &[&str], phones: &[&str], chance: &mut Chance) -> anyhow::Result<Secrets> {
        let path = data.join(FILE);
        let mut secrets = match std::fs::read_to_string(&path) {
            Ok(text) => {
                serde_json::from_str(&text).with_context(|| format!("{} is damaged; remove it for new passwords", path.display()))?
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Secrets { fresh: true, ..Secrets::default() },
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        secrets.path = path;
        for (names, kept) in [(logins, &mut secrets.people), (phones, &mut secrets.phones)] {
            for name in names {
                kept.entry((*name).to_owned()).or_insert_with(|| chance.token(PASSWORD_LEN));
            }
        }
        secrets.save()?;
        Ok(secrets)
    }

    /// They were drawn now: accounts that exist already have other passwords.
    pub(super) fn fresh(&self) -> bool {
        self.fresh
    }

    pub(super) fn person(&self, login: &str) -> &str {
        self.people.get(login).map_or("", String::as_str)
    }

    pub(super) fn phone(&self, user: &str) -> &str {
        self.phones.get(user).map_or("", String::as_str)
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(super) fn keep_token(&mut self, token: &str) -> anyhow::Result<()> {
        self.token = Some(token.to_owned());
        self.save()
    }

    /// Written beside and renamed, so that a crash leaves either the old file or the new one.
    fn save(&self) -> anyhow::Result<()> {
        let beside = self.path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
            file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&beside, &self.path)
        };
        write().with_context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_restart_finds_the_same_passwords_and_the_file_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let mut chance = Chance::from_number(7);
        let mut first = Secrets::open(dir.path(), &["a", "b"], &["201"], &mut chance).unwrap();
        first.keep_token("t").unwrap();
        let again = Secrets::open(dir.path(), &["a", "b", "c"], &["201"], &mut chance).unwrap();
        assert!(first.fresh() && !again.fresh());
        assert_eq!((again.person("a"), again.phone("201"), again.token()), (first.person("a"), first.phone("201"), Some("t")));
        assert_eq!(again.person("c").len(), PASSWORD_LEN);
        assert_ne!(first.person("a"), first.person("b"));
        let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn two_folders_share_no_password() {
        let mut chance = Chance::from_number(8);
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut open = |dir: &Path| Secrets::open(dir, &["a"], &["201"], &mut chance).unwrap();
        let (one, two) = (open(one.path()), open(two.path()));
        assert!(one.person("a") != two.person("a") && one.phone("201") != two.phone("201"));
    }
}
