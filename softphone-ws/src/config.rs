//! The gateway's limits. Every one has a default that suits a house of a thousand agents.

use std::time::Duration;

/// Limits and settings of the gateway. The doc of each says what happens at it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Origins that may open a socket besides the one the page came from, as browsers write them: `https://desk.example.com`.
    pub allowed_origins: Vec<String>,
    /// Browsers reach us by TLS only: a page that came without it is not ours.
    pub only_secure: bool,
    /// Name of the cookie whose value is given to the authenticator.
    pub cookie: String,
    /// Most sockets at once; one more is refused with 503.
    pub sockets_max: usize,
    /// Most sockets of one user at once; one more is refused with 429.
    pub sockets_per_user_max: usize,
    /// Longest message read, in bytes; a longer one is answered `too_big`. One 16 times as long ends the socket.
    pub message_bytes_max: usize,
    /// Messages a second a socket may send over time, and how many at once; more are answered `slow_down`.
    pub messages_per_s: u32,
    pub messages_burst: u32,
    /// Most topics one socket follows; one more is answered `too_many_topics`.
    pub topics_per_socket_max: usize,
    /// Most replies waiting for one socket; one more closes it as too slow (1013).
    pub replies_max: usize,
    /// Deltas a topic keeps, by count and by bytes; who is further behind gets a snapshot.
    pub deltas_max: usize,
    pub delta_bytes_max: usize,
    /// Most entries of one topic; a further one is left out, with a warning.
    pub entries_max: usize,
    /// Least time between two deltas of any topic but `me`; changes in between are joined, the latest wins.
    pub conflate: Duration,
    /// How often the server pings.
    pub ping_every: Duration,
    /// A socket from which nothing came for so long is closed.
    pub dead_after: Duration,
    /// One message must leave within this time, else the socket is closed as too slow (1013).
    pub write_within: Duration,
    /// `hello` must come within this time after the upgrade.
    pub hello_within: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            allowed_origins: Vec::new(),
            only_secure: false,
            cookie: "cordboard_session".into(),
            sockets_max: 5_000,
            sockets_per_user_max: 8,
            message_bytes_max: 64 * 1024,
            messages_per_s: 20,
            messages_burst: 40,
            topics_per_socket_max: 200,
            replies_max: 256,
            deltas_max: 256,
            delta_bytes_max: 1024 * 1024,
            entries_max: 50_000,
            conflate: Duration::from_millis(250),
            ping_every: Duration::from_secs(20),
            dead_after: Duration::from_secs(45),
            write_within: Duration::from_secs(30),
            hello_within: Duration::from_secs(10),
        }
    }
}
