//! The audio shipped inside the program: prompts in English and Mandarin, and music on hold. Decodes nothing.
//!
//! The files lie in `ivr/prompts`, made by `make.sh` there: WAV, 8 kHz, mono, 16-bit linear PCM.

include!(concat!(env!("OUT_DIR"), "/prompts.rs"));

/// The WAV file of this full name (`en/welcome`, `zh/digit-3`, `music/default`).
pub fn builtin(name: &str) -> Option<&'static [u8]> {
    let at = BUILTIN.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    BUILTIN.get(at).map(|(_, wav)| *wav)
}

/// All names [`builtin`] knows, in order of the alphabet.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILTIN.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of a canonical WAV, after checking its header.
    fn samples(name: &str) -> Vec<i16> {
        let wav = builtin(name).unwrap();
        assert_eq!((&wav[..4], &wav[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]), "{name}");
        let word = |at: usize| u16::from_le_bytes([wav[at], wav[at + 1]]);
        assert_eq!((word(20), word(22), word(24), word(34)), (1, 1, 8000, 16), "{name}: PCM, mono, 8 kHz, 16 bit");
        assert_eq!(&wav[36..40], b"data", "{name}");
        wav[44..].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
    }

    fn level_db(samples: &[i16]) -> f64 {
        let power = samples.iter().map(|s| (f64::from(*s) / 32768.0).powi(2)).sum::<f64>() / samples.len() as f64;
        10.0 * power.log10()
    }

    #[test]
    fn every_clip_is_telephone_audio_at_an_even_level() {
        for name in names() {
            let samples = samples(name);
            assert!(samples.len() > 800, "{name} lasts {} ms", samples.len() / 8);
            let wanted = if name.starts_with("music/") { -24.0 } else { -20.0 };
            let level = level_db(&samples);
            assert!((wanted - 4.0..=wanted + 1.0).contains(&level), "{name}: {level:.1} dBFS");
            assert!(samples.iter().all(|s| s.unsigned_abs() < 32000), "{name} clips");
        }
    }

    #[test]
    fn both_languages_have_the_same_sentences_and_their_whole_vocabulary() {
        let sentences = |language: &str| -> Vec<&str> {
            names().filter_map(|n| n.strip_prefix(language)).filter(|n| !n.starts_with("/number-")).collect()
        };
        assert_eq!(sentences("en"), sentences("zh"));
        for language in ["en", "zh"] {
            for word in crate::say::vocabulary(language) {
                assert!(builtin(&format!("{language}/{word}")).is_some(), "{language}/{word}");
            }
        }
    }

    #[test]
    fn the_music_lasts_half_a_minute_and_joins_itself_without_a_click() {
        let music = samples("music/default");
        assert!(music.len() >= 30 * 8000);
        let step = |a: i16, b: i16| (i32::from(a) - i32::from(b)).unsigned_abs();
        let largest_inside = music.windows(2).map(|w| step(w[0], w[1])).max().unwrap();
        assert!(step(music[0], music[music.len() - 1]) <= largest_inside);
        assert!((level_db(&music[..800]) - level_db(&music[music.len() - 800..])).abs() < 12.0);
    }

    #[test]
    fn the_shipped_audio_stays_small_and_unknown_names_are_none() {
        assert!(names().filter_map(builtin).map(<[u8]>::len).sum::<usize>() <= 4 << 20);
        assert_eq!(builtin("en/no-such"), None);
        assert_eq!(builtin(""), None);
    }
}
