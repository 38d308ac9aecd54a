//! Certificates, and where the server speaks what needs them.

use rcgen::Certificate;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// A certificate for this address, `<ip>.pem` in this folder, and its key, `<ip>.key.pem`.
///
/// # Panics
/// When the files cannot be written.
pub fn certificate(folder: &Path, ip: IpAddr) -> Certificate {
    let made = rcgen::generate_simple_self_signed([ip.to_string()]).expect("a certificate");
    std::fs::write(folder.join(format!("{ip}.key.pem")), made.signing_key.serialize_pem()).expect("a key file");
    std::fs::write(folder.join(format!("{ip}.pem")), made.cert.pem()).expect("a certificate file");
    made.cert
}

/// For the setting `SIP__INTERFACE`: this transport on a free port of `ip`, with the certificate in this folder where it needs one.
pub fn interface(ip: IpAddr, transport: &str, folder: &Path) -> String {
    let files = match transport {
        "tls" | "wss" => {
            let file = |name: String| folder.join(name).display().to_string();
            format!(", certificate = \"{}\", key = \"{}\"", file(format!("{ip}.pem")), file(format!("{ip}.key.pem")))
        }
        _ => String::new(),
    };
    format!("{{ address = \"{}\", transports = [\"{transport}\"]{files} }}", SocketAddr::new(ip, 0))
}
