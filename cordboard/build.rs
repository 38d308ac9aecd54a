//! Builds the web app with npm when its sources changed, and makes a table of its files to be built into the program. Where that cannot be
//! done the table is empty and says why, and the program is built all the same.
//!
//! `CORDBOARD_WEB`: `off` leaves the app out, `require` fails the build where the app cannot be built. Nothing else is needed by hand.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the app is, from this package's folder.
const WEB: &str = "../softphone-ws/web";
/// What the app is made of, below it.
const SOURCES: [&str; 8] =
    ["src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json", "postcss.config.js"];
/// Lines of npm's last words that are shown.
const LINES_SHOWN: usize = 30;
/// Where a built app says of which sources it is.
const STAMP: &str = ".sources";

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let web = here.join(WEB);
    println!("cargo::rerun-if-env-changed=CORDBOARD_WEB");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    // A path that is not there would make every build run this again.
    for source in SOURCES.iter().filter(|source| web.join(source).exists()) {
        println!("cargo::rerun-if-changed={WEB}/{source}");
    }
    let wish = env::var("CORDBOARD_WEB").unwrap_or_default();
    let made = if wish == "off" { Err("it was left out by CORDBOARD_WEB=off".to_owned()) } else { app(&web) };
    let (files, why) =
        match made.and_then(|dist| collected(&dist, &out, &here).map_err(|error| format!("its files cannot be read: {error}"))) {
            Ok(files) => (files, None),
            Err(why) => (Vec::new(), Some(why)),
        };
    if let Some(why) = &why {
        assert!(wish != "require", "the web app cannot be built: {why}");
        if wish != "off" {
            println!("cargo::warning=the web app is left out: {}", why.lines().next().unwrap_or_default());
        }
    }
    fs::write(out.join("web_app.rs"), table(&files, why.as_deref())).expect("OUT_DIR can be written");
}

/// The folder of the built app, which is built anew when its sources are others than those it was built of.
fn app(web: &Path) -> Result<PathBuf, String> {
    if !web.join("package.json").exists() {
        return Err("softphone-ws/web/package.json is not there".to_owned());
    }
    let dist = web.join("dist");
    let stamp = fingerprint(&SOURCES.map(|name| web.join(name))).map_err(|error| format!("its sources cannot be read: {error}"))?;
    let built_of = fs::read_to_string(dist.join(STAMP)).unwrap_or_default();
    if built_of == stamp && dist.join("index.html").exists() {
        return Ok(dist);
    }
    if !is_installed(web) {
        npm(web, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(web, &["run", "build"])?;
    fs::write(dist.join(STAMP), stamp).map_err(|error| format!("dist cannot be written: {error}"))?;
    Ok(dist)
}

/// npm notes in a file of its own what it has installed.
fn is_installed(web: &Path) -> bool {
    let when = |path: &str| fs::metadata(web.join(path)).and_then(|about| about.modified()).ok();
    match (when("node_modules/.package-lock.json"), when("package-lock.json")) {
        (Some(installed), Some(wanted)) => installed >= wanted,
        (Some(_) | None, _) => false,
    }
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let words = arguments.join(" ");
    let run = Command::new("npm").args(arguments).current_dir(web).env_remove("NODE_ENV").env("CI", "1").output();
    let done = match run {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err("npm was not found; install Node.js 20 or later and build again".to_owned());
        }
        Err(error) => return Err(format!("npm {words} could not be run: {error}")),
        Ok(done) => done,
    };
    if done.status.success() {
        return Ok(());
    }
    let said = format!("{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES_SHOWN)..).unwrap_or_default().join("\n");
    Err(format!("npm {words} failed ({})\n{last}", done.status))
}

/// Changes with any name or content below these paths.
fn fingerprint(paths: &[PathBuf]) -> io::Result<String> {
    let mut all = Vec::new();
    for path in paths.iter().filter(|path| path.exists()) {
        below(path, &mut all)?;
    }
    let mut hasher = DefaultHasher::new();
    for path in all {
        hasher.write(path.to_string_lossy().as_bytes());
        hasher.write(&fs::read(path)?);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The files below a path, or itself, in the order of their names.
fn below(path: &Path, all: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        all.push(path.to_owned());
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| below(entry, all))
}

/// A file of the app as it will be served.
struct Served {
    /// Below the app's folder, with slashes.
    path: String,
    file: PathBuf,
}

/// Copies what is to be served into `out`, with compressed forms beside it where Node.js makes them.
fn collected(dist: &Path, out: &Path, here: &Path) -> io::Result<Vec<Served>> {
    let to = out.join("web");
    if to.exists() {
        fs::remove_dir_all(&to)?;
    }
    let mut all = Vec::new();
    below(dist, &mut all)?;
    let mut files = Vec::new();
    for file in all {
        let Ok(inside) = file.strip_prefix(dist) else { continue };
        let parts: Vec<String> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        // Notes of the build, and maps of sources.
        if parts.iter().any(|part| part.starts_with('.')) || inside.extension().is_some_and(|end| end == "map") {
            continue;
        }
        let copy = to.join(inside);
        fs::create_dir_all(copy.parent().unwrap_or(&to))?;
        fs::copy(&file, &copy)?;
        files.push(Served { path: parts.join("/"), file: copy });
    }
    // Without it they are served as they are.
    let compressed = Command::new("node").arg(here.join("build").join("compress.mjs")).arg(&to).status();
    if !compressed.is_ok_and(|status| status.success()) {
        println!("cargo::warning=the web app's files are built in without their compressed forms");
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The table as Rust.
fn table(files: &[Served], why: Option<&str>) -> String {
    let mut text = format!("/// The web app as it is built in.\nstatic APP: App = App {{ left_out: {why:?}, files: &[\n");
    for Served { path, file } in files {
        let mut hasher = DefaultHasher::new();
        hasher.write(&fs::read(file).unwrap_or_default());
        let tag = format!("\"{:016x}\"", hasher.finish());
        let bytes = |file: &Path| format!("include_bytes!({:?}).as_slice()", file.display().to_string());
        let form = |end: &str| {
            let form = PathBuf::from(format!("{}.{end}", file.display()));
            if form.exists() { format!("Some({})", bytes(&form)) } else { "None".to_owned() }
        };
        text.push_str(&format!(
            "    File {{ path: {path:?}, kind: {:?}, tag: {tag:?}, plain: {}, brotli: {}, gzip: {} }},\n",
            kind(path),
            bytes(file),
            form("br"),
            form("gz"),
        ));
    }
    text.push_str("] };\n");
    text
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "ogg" | "opus" => "audio/ogg",
        _ => "application/octet-stream",
    }
}
