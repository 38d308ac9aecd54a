//! Session timers (RFC 4028): what the headers say and what both sides agree on by them. It runs no timer and sends nothing.

use crate::config::Config;
use crate::message::check::Reply;
use crate::message::{Message, Name, Writer, param};
use cti_types::Chance;
use std::time::Duration;

/// The extension's option tag.
pub(crate) const OPTION: &str = "timer";
/// The longest session taken; of a longer one only this much is believed, and a 422 that asks for more is final.
const SECONDS_MAX: u32 = 86_400;
/// RFC 4028 4: what Min-SE means where it is missing.
const MIN_SE_DEFAULT: u32 = 90;
/// RFC 4028 10: how long before the end the side that waits gives up, or a third of the interval if that is less.
const GIVE_UP_S: u32 = 32;

/// Who keeps the session alive, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refresher {
    Us,
    Them,
}

/// What holds between two refreshes of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The session interval: without a refresh for so long the session is over.
    pub(crate) seconds: u32,
    pub(crate) refresher: Refresher,
    /// The shortest interval that may be asked for on this session's way.
    min: u32,
    /// The far side understands the extension; without it, refreshing is ours and only we count.
    known: bool,
}

impl Terms {
    /// What our first INVITE proposes: we refresh, as a server is there to do it.
    pub(crate) fn proposed(config: &Config) -> Terms {
        Terms { seconds: seconds(config.session_expires), refresher: Refresher::Us, min: seconds(config.min_se), known: false }
    }

    /// What a 2xx to this request of theirs will say (RFC 4028 9). `before`: what holds in the dialog now.
    ///
    /// # Errors
    /// 422 with our Min-SE when they ask for a shorter session than we take.
    pub(crate) fn asked(config: &Config, request: &Message, before: Option<Terms>) -> Result<Terms, Reply> {
        let min = seconds(config.min_se);
        let wish = request.get(Name::SessionExpires).and_then(expires);
        if wish.is_some_and(|(length, _)| length < min) {
            return Err(Reply::new(422).with("Min-SE", min.to_string()));
        }
        let known = has_option(request);
        // RFC 4028 9: what they ask for is not cut below what they stand, even where our own least is smaller. Who does not count cares not.
        let stands = request.get(Name::MinSe).and_then(delta).or((known && wish.is_some()).then_some(MIN_SE_DEFAULT));
        let ours = seconds(config.session_expires).max(min).max(stands.unwrap_or(0));
        // RFC 4028 9: what they ask for may be made shorter, never longer.
        let length = wish.map_or(ours, |(length, _)| length.min(ours)).min(SECONDS_MAX);
        let refresher = match wish.and_then(|(_, refresher)| refresher) {
            Some(Role::Uac) if known => Refresher::Them,
            None if known => before.map_or(Refresher::Us, |terms| terms.refresher),
            Some(Role::Uac | Role::Uas) | None => Refresher::Us,
        };
        Ok(Terms { seconds: length, refresher, min: before.map_or(min, |terms| terms.min), known })
    }

    /// What a 2xx grants of what our request proposed (RFC 4028 7.2). One that says nothing leaves the refreshing to us.
    pub(crate) fn granted(self, answer: &Message) -> Terms {
        let Some((length, refresher)) = answer.get(Name::SessionExpires).and_then(expires) else {
            return Terms { refresher: Refresher::Us, known: false, ..self };
        };
        let refresher = match refresher {
            Some(Role::Uas) => Refresher::Them,
            Some(Role::Uac) | None => Refresher::Us,
        };
        // They may not go below what we told them is the least; if they do, we don't follow.
        Terms { seconds: length.clamp(self.min, SECONDS_MAX), refresher, known: true, ..self }
    }

    /// What to propose after this 422; `None` when it asks for nothing new, or for too much.
    pub(crate) fn raised(self, refusal: &Message) -> Option<Terms> {
        let min = refusal.get(Name::MinSe).and_then(delta)?;
        (min > self.seconds && min <= SECONDS_MAX).then_some(Terms { seconds: min, min, ..self })
    }

    /// The headers of a 2xx.
    pub(crate) fn write_answer(self, writer: &mut Writer) {
        let refresher = if self.refresher == Refresher::Us { "uas" } else { "uac" };
        writer.header("Supported", OPTION).header("Session-Expires", format_args!("{};refresher={refresher}", self.seconds));
        if self.known {
            // RFC 4028 9: the one who asked must know that the timer runs.
            writer.header("Require", OPTION);
        }
    }

    /// The headers of an INVITE or UPDATE of ours.
    pub(crate) fn write_request(self, writer: &mut Writer) {
        let refresher = if self.refresher == Refresher::Us { "uac" } else { "uas" };
        writer.header("Supported", OPTION).header("Session-Expires", format_args!("{};refresher={refresher}", self.seconds));
        if self.min != MIN_SE_DEFAULT {
            writer.header("Min-SE", self.min);
        }
    }

    /// The whole interval.
    pub(crate) fn interval(self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }

    /// When we refresh: at half the interval (RFC 4028 7.4), up to a tenth of it earlier, so that calls which began together don't stay together.
    pub(crate) fn refresh_after(self, chance: &mut Chance) -> Duration {
        let ms = u64::from(self.seconds) * 1000;
        Duration::from_millis(ms / 2 - chance.below(ms / 10))
    }

    /// When a session that they should refresh is given up.
    pub(crate) fn give_up_after(self) -> Duration {
        Duration::from_secs((self.seconds - GIVE_UP_S.min(self.seconds / 3)).into())
    }
}

/// Which side of the request or response at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Uac,
    Uas,
}

/// Session-Expires. What can't be read counts as missing: a call is worth more than its timer.
fn expires(value: &str) -> Option<(u32, Option<Role>)> {
    let (_, params) = value.split_once(';').unwrap_or((value, ""));
    let role = match param(params, "refresher") {
        Some(role) if role.eq_ignore_ascii_case("uac") => Some(Role::Uac),
        Some(role) if role.eq_ignore_ascii_case("uas") => Some(Role::Uas),
        Some(_) | None => None,
    };
    Some((delta(value)?, role))
}

/// RFC 3261 25.1 `delta-seconds`, before any parameters; a number beyond all bounds is a long time, too.
fn delta(value: &str) -> Option<u32> {
    let digits = value.split(';').next()?.trim_ascii();
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    number.then(|| digits.parse().unwrap_or(u32::MAX))
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX).clamp(1, SECONDS_MAX)
}

fn has_option(message: &Message) -> bool {
    message.values(Name::Supported).chain(message.values(Name::Require)).any(|option| option.eq_ignore_ascii_case(OPTION))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn config() -> Config {
        Config::new("x", Vec::new(), [0; 32])
    }

    fn request(headers: &str) -> Message {
        Message::parse(&Bytes::from(format!("INVITE sip:a@b SIP/2.0\r\n{headers}\r\n"))).unwrap()
    }

    fn answer(headers: &str) -> Message {
        Message::parse(&Bytes::from(format!("SIP/2.0 200 OK\r\n{headers}\r\n"))).unwrap()
    }

    fn headers(write: impl FnOnce(&mut Writer)) -> String {
        let mut writer = Writer::response(200, None);
        write(&mut writer);
        String::from_utf8(writer.finish(None).to_vec()).unwrap()
    }

    #[test]
    fn a_request_of_theirs_is_granted_as_rfc_4028_table_2_says() {
        let table = [
            ("", "1800;refresher=uas", false),
            ("Supported: timer\r\n", "1800;refresher=uas", true),
            ("k: 100rel, Timer\r\nx: 600\r\n", "600;refresher=uas", true),
            ("Supported: timer\r\nSession-Expires: 600 ;refresher=uac\r\n", "600;refresher=uac", true),
            ("Require: timer\r\nSession-Expires: 600;refresher=UAS\r\n", "600;refresher=uas", true),
            ("Session-Expires: 600;refresher=uac\r\n", "600;refresher=uas", false),
            ("Supported: timer\r\nSession-Expires: 99999999999\r\n", "1800;refresher=uas", true),
            ("Supported: timer\r\nSession-Expires: 7200\r\nMin-SE: 3600\r\n", "3600;refresher=uas", true),
            ("Session-Expires: soon\r\nMin-SE: \r\n", "1800;refresher=uas", false),
            ("Supported: timer\r\nSession-Expires: 90\r\n", "90;refresher=uas", true),
        ];
        for (text, expected, required) in table {
            let terms = Terms::asked(&config(), &request(text), None).unwrap();
            let written = headers(|writer| terms.write_answer(writer));
            assert!(written.contains(&format!("Session-Expires: {expected}\r\n")), "{text}: {written}");
            assert_eq!(written.contains("Require: timer"), required, "{text}");
        }
    }

    #[test]
    fn a_wish_is_not_cut_below_what_its_sender_stands() {
        let short = Config { session_expires: Duration::from_secs(8), min_se: Duration::from_secs(4), ..config() };
        let table = [
            ("Supported: timer\r\nSession-Expires: 1800\r\n", 90),
            ("Supported: timer\r\nSession-Expires: 1800\r\nMin-SE: 20\r\n", 20),
            ("Supported: timer\r\nSession-Expires: 6\r\n", 6),
            ("Supported: timer\r\n", 8),
            ("", 8),
        ];
        for (text, length) in table {
            assert_eq!(Terms::asked(&short, &request(text), None).unwrap().seconds, length, "{text}");
        }
    }

    #[test]
    fn too_short_a_session_is_422_and_told_the_least() {
        for text in ["Session-Expires: 89\r\n", "Supported: timer\r\nSession-Expires: 0;refresher=uac\r\n"] {
            let refusal = Terms::asked(&config(), &request(text), None).unwrap_err();
            assert_eq!((refusal.code, &refusal.headers[..]), (422, &[("Min-SE", "90".to_owned())][..]), "{text}");
        }
    }

    #[test]
    fn who_refreshes_stays_unless_they_say_otherwise() {
        let theirs = Terms::asked(&config(), &request("Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n"), None).unwrap();
        let again = |text: &str| Terms::asked(&config(), &request(text), Some(theirs)).unwrap().refresher;
        assert_eq!(again("Supported: timer\r\n"), Refresher::Them);
        assert_eq!(again("Supported: timer\r\nSession-Expires: 600;refresher=uas\r\n"), Refresher::Us);
        assert_eq!(again(""), Refresher::Us, "who does not know of it any more cannot refresh");
    }

    #[test]
    fn an_answer_grants_who_refreshes_and_for_how_long() {
        let table = [
            ("", 1800, Refresher::Us),
            ("Session-Expires: 600;refresher=uac\r\n", 600, Refresher::Us),
            ("Session-Expires: 600;refresher=uas\r\n", 600, Refresher::Them),
            ("Session-Expires: 600\r\n", 600, Refresher::Us),
            ("Session-Expires: 1;refresher=uac\r\n", 90, Refresher::Us),
            ("Session-Expires: x;refresher=uas\r\n", 1800, Refresher::Us),
        ];
        for (text, length, refresher) in table {
            let terms = Terms::proposed(&config()).granted(&answer(text));
            assert_eq!((terms.seconds, terms.refresher), (length, refresher), "{text}");
        }
    }

    #[test]
    fn a_422_raises_the_proposal_but_not_beyond_a_day() {
        let terms = Terms::proposed(&config());
        let raised = terms.raised(&answer("Min-SE: 3600\r\n")).unwrap();
        let written = headers(|writer| raised.write_request(writer));
        assert!(written.contains("Session-Expires: 3600;refresher=uac\r\nMin-SE: 3600\r\n"), "{written}");
        for text in ["", "Min-SE: 1800\r\n", "Min-SE: 86401\r\n", "Min-SE: much\r\n"] {
            assert_eq!(terms.raised(&answer(text)), None, "{text}");
        }
    }

    #[test]
    fn refreshes_are_spread_before_half_the_interval() {
        let (terms, mut chance) = (Terms::proposed(&config()), Chance::from_number(3));
        let times: Vec<u64> = (0..200).map(|_| terms.refresh_after(&mut chance).as_secs()).collect();
        assert!(times.iter().all(|s| (720..=900).contains(s)), "{times:?}");
        assert!(times.iter().max().unwrap() - times.iter().min().unwrap() > 100, "{times:?}");
    }

    #[test]
    fn a_session_that_is_theirs_is_given_up_a_little_before_its_end() {
        let of = |seconds| Terms { seconds, ..Terms::proposed(&config()) }.give_up_after().as_secs();
        assert_eq!((of(1800), of(90), of(6)), (1768, 60, 4));
    }
}
