//! Where a REFER leads (RFC 3515) and which call a Replaces names (RFC 3891). It reads values; whether they may is for others.

use super::check::Reply;
use super::{Message, Name, NameAddr, Params, Scheme, Uri, unescape};

/// Longest Call-ID and tags that are looked for; a longer one names no call of ours.
const VALUE_BYTES_MAX: usize = 256;
/// Most headers of a URI looked at.
const URI_HEADERS_MAX: usize = 8;

/// The call a Replaces names, as its receiver has it: `to_tag` is the receiver's own tag, `from_tag` the far side's (RFC 3891 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaces {
    pub call_id: String,
    pub to_tag: String,
    pub from_tag: String,
    /// Only a call that is not answered yet is meant.
    pub early_only: bool,
}

impl Replaces {
    /// `None` when it names no call: a part is missing, there twice, or too long.
    pub fn parse(text: &str) -> Option<Replaces> {
        let (call_id, params) = text.split_once(';')?;
        let (mut to_tag, mut from_tag, mut early_only) = (None, None, false);
        for (name, value) in Params::new(params) {
            let place = match name {
                name if name.eq_ignore_ascii_case("to-tag") => &mut to_tag,
                name if name.eq_ignore_ascii_case("from-tag") => &mut from_tag,
                name => {
                    early_only |= name.eq_ignore_ascii_case("early-only");
                    continue;
                }
            };
            if place.replace(value?).is_some() {
                return None;
            }
        }
        let usable = |text: &&str| !text.is_empty() && text.len() <= VALUE_BYTES_MAX;
        let part = |text: Option<&str>| text.filter(usable).map(str::to_owned);
        Some(Replaces { call_id: part(Some(call_id.trim_ascii()))?, to_tag: part(to_tag)?, from_tag: part(from_tag)?, early_only })
    }
}

/// Where a REFER wants a call to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferTo {
    /// User part, unescaped; of `tel:` the number. Empty only beside a call that is named: a phone may write our Contact there, which has
    /// no user.
    pub user: String,
    /// Empty for `tel:`.
    pub host: String,
    /// The call there that is to be taken the place of.
    pub replaces: Option<Replaces>,
}

impl ReferTo {
    /// Reads the one Refer-To of a REFER.
    ///
    /// # Errors
    /// The answer to a REFER that has none, several, or one that asks for anything but a call.
    pub fn of(message: &Message) -> Result<ReferTo, Reply> {
        let mut values = message.values(Name::ReferTo);
        // RFC 3515 2.4.2: exactly one.
        let (Some(value), None) = (values.next(), values.next()) else { return Err(Reply::bad("One Refer-To Wanted")) };
        let malformed = || Reply::bad("Malformed Refer-To");
        let address = NameAddr::parse(value).ok_or_else(malformed)?;
        let uri = address.parsed_uri().ok_or_else(malformed)?;
        if uri.scheme == Scheme::Other {
            return Err(Reply::new(416));
        }
        if uri.param("method").is_some_and(|method| !method.eq_ignore_ascii_case("INVITE")) {
            return Err(Reply::new(501));
        }
        let user = uri.user_plain().unwrap_or_default();
        let replaces = match replaces_in(&uri) {
            Some(text) => Some(Replaces::parse(&text).ok_or_else(malformed)?),
            None if user.is_empty() => return Err(malformed()),
            None => None,
        };
        Ok(ReferTo { user: user.into_owned(), host: uri.host.to_owned(), replaces })
    }
}

/// The Replaces among the headers of a URI (RFC 3261 19.1.1, RFC 3891 6.1).
fn replaces_in(uri: &Uri<'_>) -> Option<String> {
    let headers = uri.headers.split('&').take(URI_HEADERS_MAX).filter_map(|header| header.split_once('='));
    let mut named = headers.filter(|(name, _)| unescape(name).eq_ignore_ascii_case("Replaces"));
    named.next().map(|(_, value)| unescape(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn refer(headers: &str) -> Message {
        Message::parse(&Bytes::from(format!("REFER sip:a@b SIP/2.0\r\n{headers}\r\n"))).unwrap()
    }

    #[test]
    fn a_replaces_names_a_call_only_whole() {
        let named = Replaces::parse("a1@h ; from-tag=f;To-Tag=t;early-only;x=y").unwrap();
        assert_eq!((named.call_id.as_str(), named.to_tag.as_str(), named.from_tag.as_str(), named.early_only), ("a1@h", "t", "f", true));
        let long = format!("c;to-tag={};from-tag=f", "t".repeat(257));
        for text in
            ["", "c", "c;to-tag=t", "c;from-tag=f", ";to-tag=t;from-tag=f", "c;to-tag=t;to-tag=u;from-tag=f", "c;to-tag;from-tag=f", &long]
        {
            assert_eq!(Replaces::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_refer_leads_where_its_refer_to_says() {
        let table = [
            ("Refer-To: <sip:bob%20b@pbx.example;transport=tcp>\r\n", "bob b", "pbx.example", None),
            ("r: tel:+44-20;phone-context=x\r\n", "+44-20", "", None),
            ("Refer-To: \"Bob\" <sip:7;npdi@h?X=1&Replaces=c%40h%3Bto-tag%3Dt%3Bfrom-tag%3Df>\r\n", "7", "h", Some(("c@h", "t", "f"))),
            ("Refer-To: <sip:h:5080;transport=ws?Replaces=c%3Bto-tag%3Dt%3Bfrom-tag%3Df>\r\n", "", "h", Some(("c", "t", "f"))),
        ];
        for (headers, user, host, replaces) in table {
            let asked = ReferTo::of(&refer(headers)).unwrap();
            let named = asked.replaces.as_ref().map(|r| (r.call_id.as_str(), r.to_tag.as_str(), r.from_tag.as_str()));
            assert_eq!((asked.user.as_str(), asked.host.as_str(), named), (user, host, replaces), "{headers}");
        }
    }

    #[test]
    fn a_refer_that_asks_for_anything_else_is_refused() {
        let table = [
            ("", 400),
            ("Refer-To: <sip:a@b>, <sip:c@d>\r\n", 400),
            ("Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n", 400),
            ("Refer-To: <sip:host.only>\r\n", 400),
            ("Refer-To: <http://a/b>\r\n", 416),
            ("Refer-To: <sip:a@b;method=BYE>\r\n", 501),
            ("Refer-To: <sip:a@b?Replaces=c%3Bto-tag%3Dt>\r\n", 400),
        ];
        for (headers, code) in table {
            assert_eq!(ReferTo::of(&refer(headers)).unwrap_err().code, code, "{headers}");
        }
    }
}
