//! Prompts and music in memory, by name. Reads the built-in files and, over them, a folder of the site's own.

use anyhow::{Context, bail};
use cti_media::progress::{Progress, clip};
use cti_types::media::Clip;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

/// Longest clip, in seconds; a longer file is refused when it is loaded.
const CLIP_SECONDS_MAX: u32 = 600;

/// Name of the ring-back tone; a site may put its own under it.
pub const RING_BACK: &str = "tone/ring-back";

/// The tone before a message, as flows name it.
pub const BEEP: &str = "tone/beep";
/// What who dialled hears of a number that is busy, or that there is no way to.
pub const BUSY: &str = "tone/busy";
pub const CONGESTION: &str = "tone/congestion";

/// All clips the server can play.
#[derive(Clone, Default)]
pub struct Library {
    clips: BTreeMap<String, Clip>,
}

impl Library {
    /// The prompts and music that ship with the program, with the ring-back tone of this country (ISO 3166-1 alpha-2).
    pub fn builtin(country: &str) -> anyhow::Result<Library> {
        let mut library = Library::default();
        for name in ivr::prompts::names() {
            if let Some(bytes) = ivr::prompts::builtin(name) {
                library.add(name, bytes).with_context(|| format!("built-in prompt {name}"))?;
            }
        }
        // What a caller hears while the far side rings and sends nothing itself, and what tells the rest.
        for (name, tone) in
            [(RING_BACK, Progress::Ringing), (BEEP, Progress::Beep), (BUSY, Progress::Busy), (CONGESTION, Progress::Congestion)]
        {
            library.clips.insert(name.to_owned(), clip(country, tone));
        }
        Ok(library)
    }

    /// Adds `<dir>/**/*.wav`, each under its path without the ending (`en/welcome`); a name that exists is replaced.
    pub fn add_folder(&mut self, dir: &Path) -> anyhow::Result<()> {
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read prompt folder {}", folder.display()))? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "wav") {
                    let name = path.strip_prefix(dir)?.with_extension("").to_string_lossy().replace('\\', "/");
                    let bytes = std::fs::read(&path)?;
                    self.add(&name, &bytes).with_context(|| format!("prompt file {}", path.display()))?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str, wav: &[u8]) -> anyhow::Result<()> {
        let samples = read_wav(Cursor::new(wav))?;
        self.clips.insert(name.to_owned(), Clip { name: name.into(), samples: samples.into() });
        Ok(())
    }

    pub fn get(&self, name: &str) -> Option<Clip> {
        self.clips.get(name).cloned()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.clips.contains_key(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.clips.keys().map(String::as_str)
    }

    /// The clips of these names; names that do not exist are left out.
    pub fn all(&self, names: &[String]) -> Vec<Clip> {
        names.iter().filter_map(|name| self.get(name)).collect()
    }

    /// Short silence of the given name for tests that need no audio files.
    pub fn silent(names: &[&str], ms: usize) -> Library {
        let samples: Arc<[i16]> = vec![0; ms * 8].into();
        let clip = |name: &&str| ((*name).to_owned(), Clip { name: (*name).into(), samples: samples.clone() });
        Library { clips: names.iter().map(clip).collect() }
    }
}

fn read_wav(source: impl Read) -> anyhow::Result<Vec<i16>> {
    let reader = hound::WavReader::new(source)?;
    let spec = reader.spec();
    if spec.sample_rate != 8000 || spec.channels != 1 || spec.bits_per_sample != 16 {
        bail!(
            "is {} Hz, {} channel(s), {} bit; must be 8000 Hz, mono, 16 bit (convert with: sox in.wav -r 8000 -c 1 -b 16 out.wav)",
            spec.sample_rate,
            spec.channels,
            spec.bits_per_sample
        );
    }
    if reader.duration() > CLIP_SECONDS_MAX * 8000 {
        bail!("is longer than {CLIP_SECONDS_MAX} s");
    }
    Ok(reader.into_samples::<i16>().collect::<Result<_, _>>()?)
}
