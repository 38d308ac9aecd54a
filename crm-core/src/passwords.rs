//! Passwords hashed with argon2id and checked against their hash. Knows no user and no database.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{Error, Result};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Blocks (1 KiB each) asked of the allocator for one hash. Allocators keep what is freed below some size (glibc: up to 32 MiB, for each of
/// many arenas), so that a few sign-ins would cost hundreds of megabytes for ever. What is above goes back to the system at once; pages
/// that are not touched cost nothing.
const BLOCKS_ASKED: usize = 33 * 1024;

/// The hash of a password, as text with its salt and cost (PHC string format).
///
/// # Errors
/// For a salt of a wrong length or a password beyond 4 GiB.
pub(crate) fn hash(password: &str, salt: &[u8]) -> Result<String> {
    let (salt, params) = (Salt::new(salt)?, Params::default());
    let output = derive(Algorithm::default(), Version::default(), &params, password, &salt, Params::DEFAULT_OUTPUT_LEN)?;
    let params = ParamsString::try_from(&params)?;
    let (algorithm, version) = (Algorithm::default().ident(), Some(Version::default().into()));
    Ok(PasswordHash { algorithm, version, params, salt: Some(salt), hash: Some(output) }.to_string())
}

/// Whether this password has this hash. A hash that cannot be read is nobody's.
pub(crate) fn verify(password: &str, hash: &str) -> bool {
    same(password, hash).unwrap_or(false)
}

fn same(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|_| Error::EncodingInvalid)?;
    let (Some(salt), Some(known)) = (&hash.salt, &hash.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from)?;
    let output = derive(algorithm, version, &Params::try_from(&hash)?, password, salt, known.len())?;
    // Outputs are compared in constant time.
    Ok(output == *known)
}

fn derive(algorithm: Algorithm, version: Version, params: &Params, password: &str, salt: &Salt, length: usize) -> Result<Output> {
    let mut blocks = Vec::with_capacity(params.block_count().max(BLOCKS_ASKED));
    blocks.resize(params.block_count(), Block::new());
    let mut out = [0; Output::MAX_LENGTH];
    let out = out.get_mut(..length).ok_or(Error::OutputSize)?;
    Argon2::new(algorithm, version, params.clone()).hash_password_into_with_memory(password.as_bytes(), salt, out, &mut blocks)?;
    Ok(Output::new(out)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    const SALT: [u8; 16] = *b"0123456789abcdef";

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hashed = hash("correct horse", &SALT).unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(verify("correct horse", &hashed));
        assert!(!verify("correct horsf", &hashed) && !verify("", &hashed));
    }

    #[test]
    fn hashes_are_those_of_everybody_else() {
        let theirs: PasswordHash = Argon2::default().hash_password_with_salt(b"battery staple", &SALT).unwrap();
        assert_eq!(hash("battery staple", &SALT).unwrap(), theirs.to_string());
        let ours = hash("battery staple", &SALT).unwrap();
        Argon2::default().verify_password(b"battery staple", ours.as_str()).unwrap();
    }

    #[test]
    fn other_costs_are_read_from_the_hash_and_rubbish_is_nobodys() {
        let light = Argon2::from(Params::new(64, 1, 1, Some(16)).unwrap());
        let theirs: PasswordHash = light.hash_password_with_salt(b"pw", &SALT).unwrap();
        assert!(verify("pw", &theirs.to_string()) && !verify("pW", &theirs.to_string()));
        for rubbish in ["", "$", "$argon2id$v=19$m=19456,t=2,p=1$", "$argon2id$v=19$m=1,t=0,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAA", "$2b$10$abc"]
        {
            assert!(!verify("pw", rubbish), "{rubbish}");
        }
    }
}
