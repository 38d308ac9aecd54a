//! Kamailio as a carrier: started in a folder of its own with a configuration written here. It registers us by digest, sends calls to our number
//! to where we registered, and all other calls to one telephone. Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(unreachable_pub, reason = "a module of one test program")]

use cti_phone::UserAgent;
use e2e::eventually;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub const REALM: &str = "carrier.example";
pub const USER: &str = "us";
pub const PASSWORD: &str = "between-us-two";

/// Signals go to all its processes at once: a killed parent would leave the others at work.
pub struct Kamailio {
    child: Option<Child>,
    folder: TempDir,
    pub ip: IpAddr,
    pub udp: SocketAddr,
    pub tls: SocketAddr,
}

impl Drop for Kamailio {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let said = std::fs::read_to_string(self.folder.path().join("output.log")).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            eprintln!("---- kamailio on {} said\n{}\n----", self.ip, lines[lines.len().saturating_sub(60)..].join("\n"));
        }
    }
}

impl Kamailio {
    /// A carrier at 127.0.0.`last` with its certificate from `keys`. Calls to `number` are ours, all others go to `far`.
    pub async fn start(last: u8, keys: &Path, number: &str, far: SocketAddr) -> Kamailio {
        let ip = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (udp, tls) = (free_port(ip), free_port(ip));
        let text = CONFIGURATION
            .replace("@UDP@", &udp.to_string())
            .replace("@TLS@", &tls.to_string())
            .replace("@IP@", &ip.to_string())
            .replace("@CERTIFICATE@", &keys.join(format!("{ip}.pem")).display().to_string())
            .replace("@KEY@", &keys.join(format!("{ip}.key.pem")).display().to_string())
            .replace("@REALM@", REALM)
            .replace("@USER@", USER)
            .replace("@PASSWORD@", PASSWORD)
            .replace("@NUMBER@", number)
            .replace("@FAR@", &far.to_string());
        std::fs::write(folder.path().join("kamailio.cfg"), text).expect("its configuration");
        let log = std::fs::File::create(folder.path().join("output.log")).expect("its log");
        let mut command = Command::new("kamailio");
        command.args(["-DD", "-E", "-m", "32", "-M", "8", "-f"]).arg(folder.path().join("kamailio.cfg"));
        command.arg("-w").arg(folder.path()).arg("-Y").arg(folder.path());
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("its log")).stderr(log).process_group(0);
        let child = command.spawn().expect("kamailio: install Debian's packages kamailio and kamailio-tls-modules");
        let carrier = Kamailio { child: Some(child), folder, ip, udp, tls };
        let asking = UserAgent::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a socket");
        eventually("a carrier that answers", async || (asking.options(udp).await.ok() == Some(200)).then_some(())).await;
        carrier
    }

    /// It is gone from one moment to the next, with whatever goes through it.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = child.wait();
    }
}

/// A port that is free for UDP and TCP at this address.
fn free_port(ip: IpAddr) -> SocketAddr {
    loop {
        let at = UdpSocket::bind((ip, 0)).and_then(|socket| socket.local_addr()).expect("a free port");
        if TcpListener::bind(at).is_ok() {
            return at;
        }
    }
}

const CONFIGURATION: &str = r#"#!KAMAILIO
debug=2
log_stderror=yes
children=2
tcp_children=2
enable_tls=yes
tcp_accept_aliases=yes
tcp_connection_lifetime=3600
tcp_source_ipv4=@IP@
auto_aliases=no
dns=no
rev_dns=no
listen=udp:@UDP@
listen=tls:@TLS@

loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"

modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "@CERTIFICATE@")
modparam("tls", "private_key", "@KEY@")
modparam("tls", "verify_certificate", 0)
modparam("tls", "require_certificate", 0)
modparam("usrloc", "db_mode", 0)
modparam("rr", "enable_double_rr", 1)

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (has_totag()) {
    if (loose_route()) {
      t_relay();
      exit;
    }
    if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
      exit;
    }
    sl_send_reply("404", "Not Here");
    exit;
  }
  if (is_method("OPTIONS")) {
    sl_send_reply("200", "OK");
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("@REALM@", "@PASSWORD@", "0")) {
      www_challenge("@REALM@", "1");
      exit;
    }
    if ($au != "@USER@") {
      sl_send_reply("403", "Forbidden");
      exit;
    }
    save("location");
    exit;
  }
  if (!is_method("INVITE")) {
    sl_send_reply("405", "Method Not Allowed");
    exit;
  }
  if ($rU == "@NUMBER@") {
    record_route();
    $rU = "@USER@";
    if (!lookup("location")) {
      sl_send_reply("480", "Not Registered");
      exit;
    }
    t_relay();
    exit;
  }
  if (!pv_proxy_authenticate("@REALM@", "@PASSWORD@", "0")) {
    proxy_challenge("@REALM@", "1");
    exit;
  }
  consume_credentials();
  record_route();
  $du = "sip:@FAR@";
  t_relay();
}
"#;
