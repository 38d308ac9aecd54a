//! Methods and header names. Unknown ones stay text; nothing here reads values.

/// A request method (case-sensitive, RFC 3261 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    Invite,
    Ack,
    Bye,
    Cancel,
    Register,
    Options,
    Info,
    Update,
    Prack,
    Refer,
    Message,
    Subscribe,
    Notify,
    Publish,
    /// Any other token; the message keeps its text.
    Other,
}

impl Method {
    pub fn of(text: &str) -> Method {
        match text {
            "INVITE" => Method::Invite,
            "ACK" => Method::Ack,
            "BYE" => Method::Bye,
            "CANCEL" => Method::Cancel,
            "REGISTER" => Method::Register,
            "OPTIONS" => Method::Options,
            "INFO" => Method::Info,
            "UPDATE" => Method::Update,
            "PRACK" => Method::Prack,
            "REFER" => Method::Refer,
            "MESSAGE" => Method::Message,
            "SUBSCRIBE" => Method::Subscribe,
            "NOTIFY" => Method::Notify,
            "PUBLISH" => Method::Publish,
            _ => Method::Other,
        }
    }

    /// The name on the wire; empty for `Other`.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Invite => "INVITE",
            Method::Ack => "ACK",
            Method::Bye => "BYE",
            Method::Cancel => "CANCEL",
            Method::Register => "REGISTER",
            Method::Options => "OPTIONS",
            Method::Info => "INFO",
            Method::Update => "UPDATE",
            Method::Prack => "PRACK",
            Method::Refer => "REFER",
            Method::Message => "MESSAGE",
            Method::Subscribe => "SUBSCRIBE",
            Method::Notify => "NOTIFY",
            Method::Publish => "PUBLISH",
            Method::Other => "",
        }
    }
}

/// RFC 3261 25.1 `token`.
pub(super) fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b)
}

/// Whether a text may stand before the colon of a header.
pub fn is_header_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token)
}

macro_rules! names {
    ($($variant:ident $long:literal $($short:literal)?),* $(,)?) => {
        /// A header this room reads. All others are `Other` and found by their text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Name {
            $($variant,)*
            Other,
        }

        impl Name {
            /// By long or compact form (RFC 3261 7.3.3), in any case of letters.
            pub fn of(text: &str) -> Name {
                $(if text.len() == $long.len() && text.eq_ignore_ascii_case($long) { return Name::$variant; })*
                $($(if text.len() == 1 && text.eq_ignore_ascii_case($short) { return Name::$variant; })?)*
                Name::Other
            }

            /// The long form; empty for `Other`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Name::$variant => $long,)*
                    Name::Other => "",
                }
            }
        }
    };
}

names! {
    Via "Via" "v",
    From "From" "f",
    To "To" "t",
    CallId "Call-ID" "i",
    CSeq "CSeq",
    Contact "Contact" "m",
    MaxForwards "Max-Forwards",
    ContentLength "Content-Length" "l",
    ContentType "Content-Type" "c",
    ContentEncoding "Content-Encoding" "e",
    RecordRoute "Record-Route",
    Route "Route",
    Authorization "Authorization",
    ProxyAuthorization "Proxy-Authorization",
    WwwAuthenticate "WWW-Authenticate",
    ProxyAuthenticate "Proxy-Authenticate",
    Expires "Expires",
    MinExpires "Min-Expires",
    SessionExpires "Session-Expires" "x",
    MinSe "Min-SE",
    Require "Require",
    Supported "Supported" "k",
    Unsupported "Unsupported",
    Allow "Allow",
    Accept "Accept",
    Reason "Reason",
    RetryAfter "Retry-After",
    Warning "Warning",
    Privacy "Privacy",
    PAssertedIdentity "P-Asserted-Identity",
    ReferTo "Refer-To" "r",
    Replaces "Replaces",
    Subject "Subject" "s",
    ContentDisposition "Content-Disposition",
    UserAgent "User-Agent",
    Server "Server",
}
