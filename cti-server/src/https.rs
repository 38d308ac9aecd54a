//! The certificate that pages, REST and WebSocket are served with: given as files, made here, or by an authority (see `acme`), and read again when its files change. Serves
//! nothing itself.

use crate::acme;
use crate::config::TlsConfig;
use crate::net::tls::server_config;
use anyhow::Context;
use arc_swap::ArcSwap;
use cti_types::Utc;
use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long a certificate made here is valid, in days; browsers refuse longer ones.
const VALID_DAYS: i32 = 800;
/// At a start after so long a new one is made.
const KEPT: Duration = Duration::from_secs(700 * 86_400);

/// See the module.
pub(crate) struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    now: ArcSwap<ServerConfig>,
}

/// Where what is made here, or by an authority, is kept.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("tls")
}

/// What of a file tells that it changed.
type Seen = [Option<(SystemTime, u64)>; 2];

/// What became of the files as they were seen.
struct Watched {
    read: Seen,
    refused: Option<Seen>,
}

impl Certificates {
    /// Those of the configuration. `data`: where one made here is kept; `names`: what it is for.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub(crate) fn open(config: &TlsConfig, data: &Path, names: &BTreeSet<String>, now: Utc) -> anyhow::Result<Certificates> {
        let folder = folder(data);
        let (certificate, key) = match (&config.certificate, &config.key) {
            (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
            (Some(_) | None, _) if config.acme.is_some() => acme::files(&folder),
            (Some(_) | None, _) => made_here(&folder, names, now)?,
        };
        let first = if config.acme.is_some() && !certificate.exists() {
            // Until the authority has made one.
            let (certificate, key) = made_here(&folder, names, now)?;
            load(&certificate, &key)?
        } else {
            load(&certificate, &key)?
        };
        Ok(Certificates { certificate, key, now: ArcSwap::from_pointee(first) })
    }

    /// For the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.now.load_full())
    }

    /// Reads the files again whenever they change, until it is aborted.
    pub(crate) async fn watch(self: Arc<Self>) {
        let mut watched = Watched { read: self.seen(), refused: None };
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look(&mut watched);
        }
    }

    /// While the files cannot be used, as between the writing of one and of the other, the former certificate stays; that is said once.
    fn look(&self, watched: &mut Watched) {
        let seen = self.seen();
        if seen == watched.read {
            return;
        }
        match load(&self.certificate, &self.key) {
            Ok(config) => {
                self.now.store(Arc::new(config));
                *watched = Watched { read: seen, refused: None };
                tracing::info!("the certificate was read again");
            }
            Err(error) if watched.refused != Some(seen) => {
                tracing::error!("the changed certificate cannot be used; the former one stays: {error:#}");
                watched.refused = Some(seen);
            }
            Err(_) => {}
        }
    }

    fn seen(&self) -> Seen {
        [&self.certificate, &self.key].map(|file| {
            let about = std::fs::metadata(file).ok()?;
            Some((about.modified().ok()?, about.len()))
        })
    }
}

fn load(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let mut config = server_config(certificate, key)?;
    // RFC 7301: what is spoken on these connections.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A certificate of our own with its key: the one that is kept, or a new one where there is none, it is for other names, or it is old.
fn made_here(folder: &Path, names: &BTreeSet<String>, now: Utc) -> anyhow::Result<(PathBuf, PathBuf)> {
    let (certificate, key, list) = (folder.join("self-signed.pem"), folder.join("self-signed.key"), folder.join("self-signed.names"));
    let wanted = names.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
    let is_young =
        std::fs::metadata(&certificate).and_then(|about| about.modified()).is_ok_and(|made| made.elapsed().is_ok_and(|age| age < KEPT));
    if is_young && key.exists() && std::fs::read_to_string(&list).is_ok_and(|kept| kept == wanted) {
        return Ok((certificate, key));
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let (chain, private) = self_signed(names, now).context("cannot make a certificate")?;
    write_private(&key, &private)?;
    write_private(&certificate, &chain)?;
    write_private(&list, &wanted)?;
    Ok((certificate, key))
}

/// A certificate and its key, PEM.
fn self_signed(names: &BTreeSet<String>, now: Utc) -> anyhow::Result<(String, String)> {
    let today = jiff::Timestamp::from_microsecond(now.0)?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let date = |days: i32| -> anyhow::Result<_> {
        let date = today.checked_add(jiff::Span::new().try_days(days)?)?;
        Ok(rcgen::date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs()))
    };
    let mut params = rcgen::CertificateParams::new(names.iter().cloned().collect::<Vec<_>>())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Cordboard, made for itself");
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = date(-1)?;
    params.not_after = date(VALID_DAYS)?;
    let key = rcgen::KeyPair::generate()?;
    let made = params.self_signed(&key)?;
    Ok((made.pem(), key.serialize_pem()))
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let new = path.with_extension("new");
    let write = || {
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    fn now() -> Utc {
        crate::clock::Clock::start().utc()
    }

    #[test]
    fn a_certificate_made_here_is_kept_until_it_is_for_other_names() {
        let folder = tempfile::tempdir().unwrap();
        let config = TlsConfig { self_signed: true, ..TlsConfig::default() };
        let made = |list: &[&str]| {
            Certificates::open(&config, folder.path(), &names(list), now()).unwrap();
            std::fs::read_to_string(folder.path().join("tls/self-signed.pem")).unwrap()
        };
        let first = made(&["localhost", "127.0.0.1"]);
        assert_eq!(made(&["localhost", "127.0.0.1"]), first);
        assert_ne!(made(&["localhost", "127.0.0.1", "desk.example.com"]), first);
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("tls/self-signed.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_changed_certificate_is_read_again_and_a_broken_one_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        let write = |(chain, private): (String, String)| {
            std::fs::write(&key, private).unwrap();
            std::fs::write(&certificate, chain).unwrap();
        };
        write(self_signed(&names(&["a.example"]), now()).unwrap());
        let config = TlsConfig { certificate: Some(certificate.clone()), key: Some(key.clone()), ..TlsConfig::default() };
        let open = Certificates::open(&config, folder.path(), &BTreeSet::new(), now()).unwrap();
        let mut watched = Watched { read: open.seen(), refused: None };
        let first = open.now.load_full();
        open.look(&mut watched);
        assert!(Arc::ptr_eq(&first, &open.now.load_full()), "nothing changed");
        std::fs::write(&certificate, "nothing").unwrap();
        open.look(&mut watched);
        assert!(Arc::ptr_eq(&first, &open.now.load_full()) && watched.refused.is_some());
        write(self_signed(&names(&["b.example"]), now()).unwrap());
        // Both could be as long as the first, and written within one tick of the disk's clock.
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        std::fs::File::options().write(true).open(&certificate).unwrap().set_modified(later).unwrap();
        open.look(&mut watched);
        assert!(!Arc::ptr_eq(&first, &open.now.load_full()) && watched.refused.is_none());
    }
}
