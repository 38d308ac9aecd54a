//! Writes the table of shipped prompts from the folder `prompts`. Makes no audio: `prompts/make.sh` does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=prompts");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?).join("prompts");
    let mut clips = Vec::new();
    for folder in entries(&root)?.into_iter().filter(|p| p.is_dir()) {
        for file in entries(&folder)? {
            if file.extension().is_some_and(|e| e == "wav") {
                clips.push((format!("{}/{}", stem(&folder), stem(&file)), file));
            }
        }
    }
    // `builtin` searches by bisection.
    clips.sort();
    let mut table = String::from("static BUILTIN: &[(&str, &[u8])] = &[\n");
    for (name, file) in clips {
        let path = file.display().to_string();
        let _ = writeln!(table, "    ({name:?}, include_bytes!({path:?})),");
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("prompts.rs"), table)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}
