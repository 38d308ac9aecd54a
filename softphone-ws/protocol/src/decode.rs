//! Reading a client's message so that an error names the field to mend. Total: any text gives a message or a [`BadMessage`].

use crate::message::{ClientMessage, Command, ErrorCode, TargetAsked, WireError};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Longest note of a wrap-up, in characters; a longer one is refused.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Most digits in one command; more are refused.
pub const DIGITS_MAX: usize = 32;
/// Highest priority of work.
pub const PRIORITY_MAX: u8 = 9;
/// Longest number of one command, in characters; a longer one is refused.
pub const DIALLED_MAX: usize = 40;
/// Longest SDP of a page, in bytes; a longer one is refused.
pub const SDP_BYTES_MAX: usize = 16_000;
/// Longest name a page has for itself, in characters; a longer one is refused.
pub const CLIENT_MAX: usize = 64;
/// Longest name by which people know a page, in characters; a longer one is refused.
pub const LABEL_MAX: usize = 80;
/// Most topics named in one message; more are refused.
pub const TOPICS_MAX: usize = 200;
/// Longest error text, in characters; a longer one is cut. Bounds what of a bad message is sent back.
const ERROR_CHARS_MAX: usize = 300;

/// Why a message was not understood, ready to be sent as a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadMessage {
    /// The command's id, where one could be read.
    pub id: Option<u64>,
    pub error: WireError,
}

impl ClientMessage {
    /// Reads one text frame and checks the limits of its values.
    ///
    /// # Errors
    /// [`BadMessage`] with the id (when readable) and the wrong field's name: a field of the command for commands,
    /// else a field of the message.
    pub fn decode(text: &str) -> Result<ClientMessage, BadMessage> {
        let without_id = |code, message| BadMessage { id: None, error: WireError::new(code, message) };
        let value: Value = serde_json::from_str(text).map_err(|e| without_id(ErrorCode::BadJson, cut(&format!("not JSON: {e}"))))?;
        let Value::Object(fields) = value else {
            return Err(without_id(ErrorCode::BadJson, "a message is a JSON object".into()));
        };
        let id = fields.get("id").and_then(Value::as_u64);
        match serde_json::from_value::<ClientMessage>(Value::Object(fields.clone())) {
            Ok(message) => check(&message).map(|()| message).map_err(|error| BadMessage { id, error }),
            Err(e) => Err(BadMessage { id, error: explain(fields, &e.to_string()) }),
        }
    }
}

impl Command {
    /// Checks the limits of its values, for a command that came by another way than a text frame.
    ///
    /// # Errors
    /// What is wrong, with the field's name.
    pub fn check(&self) -> Result<(), WireError> {
        check_command(self)
    }
}

fn explain(fields: Map<String, Value>, message: &str) -> WireError {
    if fields.get("type").and_then(Value::as_str) == Some("command") {
        if let Some(Value::Object(command)) = fields.get("command") {
            if let Err(e) = serde_json::from_value::<Command>(Value::Object(command.clone())) {
                return explain_command(command.clone(), &e.to_string());
            }
        }
    }
    let error = WireError::new(ErrorCode::BadMessage, cut(message));
    match culprit::<ClientMessage>(fields, "type", message) {
        Some(field) => error.field(field),
        None => error,
    }
}

fn explain_command(command: Map<String, Value>, message: &str) -> WireError {
    let field = culprit::<Command>(command, "do", message);
    let code = if field.as_deref() == Some("do") { ErrorCode::UnknownCommand } else { ErrorCode::BadValue };
    let error = WireError::new(code, cut(message));
    match field {
        Some(field) => error.field(field),
        None => error,
    }
}

/// The field that makes reading `T` fail with `message`. Serde names a missing field, but not one of the wrong kind; that one is
/// found by leaving fields out until the error changes. Costs one attempt a field; a message's length bounds their number.
fn culprit<T: DeserializeOwned>(mut fields: Map<String, Value>, tag: &str, message: &str) -> Option<String> {
    if let Some(name) = message.strip_prefix("missing field `") {
        return name.split('`').next().map(str::to_owned);
    }
    if message.starts_with("unknown variant") && !fields.contains_key(tag) {
        return Some(tag.to_owned());
    }
    let names: Vec<String> = fields.keys().filter(|name| *name != tag).take(16).cloned().collect();
    for name in names {
        fields.remove(&name);
        match serde_json::from_value::<T>(Value::Object(fields.clone())) {
            Err(e) if e.to_string() == message => {}
            Ok(_) | Err(_) => return Some(name),
        }
    }
    // No other field is to blame: the tag itself is unknown or not a text.
    Some(tag.to_owned())
}

fn check(message: &ClientMessage) -> Result<(), WireError> {
    let too_many = |field: &str| {
        Err(WireError::new(ErrorCode::TooManyTopics, format!("at most {TOPICS_MAX} topics in one message")).field(field.to_owned()))
    };
    match message {
        ClientMessage::Hello { resume } if resume.len() > TOPICS_MAX => too_many("resume"),
        ClientMessage::Subscribe { topics } | ClientMessage::Unsubscribe { topics } if topics.len() > TOPICS_MAX => too_many("topics"),
        ClientMessage::Command { command, .. } => check_command(command),
        ClientMessage::Hello { .. } | ClientMessage::Subscribe { .. } | ClientMessage::Unsubscribe { .. } | ClientMessage::Ping => Ok(()),
    }
}

fn check_command(command: &Command) -> Result<(), WireError> {
    let bad = |field: &str, message: String| Err(WireError::new(ErrorCode::BadValue, message).field(field));
    match command {
        Command::SendDigits { digits, .. } => {
            let known = digits.chars().all(|c| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D'));
            if digits.is_empty() || digits.len() > DIGITS_MAX || !known {
                return bad("digits", format!("1 to {DIGITS_MAX} of 0-9 * # A-D"));
            }
            Ok(())
        }
        Command::Transfer { to: TargetAsked::Number { number }, .. } | Command::Consult { to: TargetAsked::Number { number }, .. } => {
            let right = (1..=DIALLED_MAX).contains(&number.chars().count());
            if right { Ok(()) } else { bad("to", format!("a number has 1 to {DIALLED_MAX} characters")) }
        }
        Command::Consult { to: TargetAsked::Flow { .. }, .. } => bad("to", "a flow cannot be asked: transfer to it".into()),
        Command::Consult { to: TargetAsked::QueueVoicemail { .. } | TargetAsked::AgentVoicemail { .. }, .. } => {
            bad("to", "nobody answers there: transfer to it".into())
        }
        Command::MoveWaiting { priority, .. } if *priority > PRIORITY_MAX => bad("priority", format!("0 to {PRIORITY_MAX}")),
        Command::Dial { number, .. } => {
            let right = (1..=DIALLED_MAX).contains(&number.chars().count());
            if right { Ok(()) } else { bad("number", format!("1 to {DIALLED_MAX} characters")) }
        }
        Command::SetWrapUp { note: Some(note), .. } if note.chars().count() > NOTE_CHARS_MAX => {
            bad("note", format!("at most {NOTE_CHARS_MAX} characters"))
        }
        Command::AudioOffer { sdp, client, label, .. } => {
            if sdp.is_empty() || sdp.len() > SDP_BYTES_MAX {
                return bad("sdp", format!("1 to {SDP_BYTES_MAX} bytes"));
            }
            if !(1..=CLIENT_MAX).contains(&client.chars().count()) || client.chars().any(char::is_control) {
                return bad("client", format!("1 to {CLIENT_MAX} characters, none of control"));
            }
            if label.chars().count() > LABEL_MAX || label.chars().any(char::is_control) {
                return bad("label", format!("at most {LABEL_MAX} characters, none of control"));
            }
            Ok(())
        }
        Command::SetPresence { presence: crate::PresenceAsked::Ready, reason: Some(_) } => {
            bad("reason", "a reason goes with not_ready only".into())
        }
        Command::SetPresenceOf { presence: crate::PresenceView::Ready | crate::PresenceView::LoggedOut, reason: Some(_), .. } => {
            bad("reason", "a reason goes with not_ready only".into())
        }
        Command::SetPresence { .. }
        | Command::SetPresenceOf { .. }
        | Command::SetWrapUp { .. }
        | Command::SignIn { .. }
        | Command::SignOut
        | Command::Decline { .. }
        | Command::Accept { .. }
        | Command::TakeMessage { .. }
        | Command::FinishMessage { .. }
        | Command::ReturnMessage { .. }
        | Command::Answer { .. }
        | Command::Hold { .. }
        | Command::Retrieve { .. }
        | Command::HangUp { .. }
        | Command::FinishWrapUp { .. }
        | Command::Transfer { .. }
        | Command::Consult { .. }
        | Command::Complete { .. }
        | Command::Return { .. }
        | Command::Swap { .. }
        | Command::Conference { .. }
        | Command::DropParty { .. }
        | Command::Mute { .. }
        | Command::Record { .. }
        | Command::Supervise { .. }
        | Command::SetMode { .. }
        | Command::Intercept { .. }
        | Command::ForceRelease { .. }
        | Command::TakeWaiting { .. }
        | Command::MoveWaiting { .. }
        | Command::AudioRelease
        | Command::EchoTest { .. }
        | Command::TakeOver => Ok(()),
    }
}

fn cut(message: &str) -> String {
    message.chars().take(ERROR_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LEG: &str = "00000000-0000-0000-0000-000000000007";

    fn refusal(text: &str) -> (Option<u64>, ErrorCode, Option<String>) {
        let bad = ClientMessage::decode(text).unwrap_err();
        (bad.id, bad.error.code, bad.error.field)
    }

    #[test]
    fn an_error_names_the_wrong_field() {
        let long_note = format!(
            r#"{{"type":"command","id":1,"command":{{"do":"set_wrap_up","assignment":"{LEG}","note":"{}"}}}}"#,
            "é".repeat(NOTE_CHARS_MAX + 1)
        );
        let digits = |d: &str| format!(r#"{{"type":"command","id":1,"command":{{"do":"send_digits","call":"{LEG}","digits":"{d}"}}}}"#);
        let ready = format!(r#"{{"type":"command","id":1,"command":{{"do":"set_presence","presence":"ready","reason":"{LEG}"}}}}"#);
        let table: Vec<(String, Option<u64>, ErrorCode, Option<&str>)> = vec![
            (String::new(), None, ErrorCode::BadJson, None),
            ("{".into(), None, ErrorCode::BadJson, None),
            ("[1]".into(), None, ErrorCode::BadJson, None),
            ("{}".into(), None, ErrorCode::BadMessage, Some("type")),
            (r#"{"type":"hullo"}"#.into(), None, ErrorCode::BadMessage, Some("type")),
            (r#"{"type":7,"id":1}"#.into(), Some(1), ErrorCode::BadMessage, Some("type")),
            (r#"{"type":"hello","resume":{"me":1}}"#.into(), None, ErrorCode::BadMessage, Some("resume")),
            (r#"{"type":"hello","resume":{"you":{"epoch":1,"version":1}}}"#.into(), None, ErrorCode::BadMessage, Some("resume")),
            (r#"{"type":"subscribe"}"#.into(), None, ErrorCode::BadMessage, Some("topics")),
            (r#"{"type":"subscribe","topics":["nothing"]}"#.into(), None, ErrorCode::BadMessage, Some("topics")),
            (r#"{"type":"command","command":{"do":"sign_out"}}"#.into(), None, ErrorCode::BadMessage, Some("id")),
            (r#"{"type":"command","id":-1,"command":{"do":"sign_out"}}"#.into(), None, ErrorCode::BadMessage, Some("id")),
            (r#"{"type":"command","id":1}"#.into(), Some(1), ErrorCode::BadMessage, Some("command")),
            (r#"{"type":"command","id":1,"command":5}"#.into(), Some(1), ErrorCode::BadMessage, Some("command")),
            (r#"{"type":"command","id":1,"command":{}}"#.into(), Some(1), ErrorCode::UnknownCommand, Some("do")),
            (r#"{"type":"command","id":1,"command":{"do":"dance"}}"#.into(), Some(1), ErrorCode::UnknownCommand, Some("do")),
            (r#"{"type":"command","id":1,"command":{"do":"hold"}}"#.into(), Some(1), ErrorCode::BadValue, Some("call")),
            (r#"{"type":"command","id":1,"command":{"do":"hold","call":"x"}}"#.into(), Some(1), ErrorCode::BadValue, Some("call")),
            (
                format!(r#"{{"type":"command","id":1,"command":{{"do":"send_digits","digits":5,"call":"{LEG}"}}}}"#),
                Some(1),
                ErrorCode::BadValue,
                Some("digits"),
            ),
            (
                r#"{"type":"command","id":1,"command":{"do":"sign_in","device":{"kind":"tin can"}}}"#.into(),
                Some(1),
                ErrorCode::BadValue,
                Some("device"),
            ),
            (digits(""), Some(1), ErrorCode::BadValue, Some("digits")),
            (digits("12x"), Some(1), ErrorCode::BadValue, Some("digits")),
            (digits(&"1".repeat(33)), Some(1), ErrorCode::BadValue, Some("digits")),
            (long_note, Some(1), ErrorCode::BadValue, Some("note")),
            (ready, Some(1), ErrorCode::BadValue, Some("reason")),
        ];
        for (text, id, code, field) in table {
            assert_eq!(refusal(&text), (id, code, field.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn what_a_page_says_of_itself_has_limits() {
        let offer = |sdp: &str, client: &str, label: &str| {
            let command = serde_json::json!({"do": "audio_offer", "sdp": sdp, "client": client, "label": label});
            serde_json::json!({"type": "command", "id": 1, "command": command}).to_string()
        };
        assert!(ClientMessage::decode(&offer("v=0", "c", "")).is_ok());
        let longest = offer(&"v".repeat(SDP_BYTES_MAX), &"\u{e9}".repeat(CLIENT_MAX), &"\u{e9}".repeat(LABEL_MAX));
        assert!(ClientMessage::decode(&longest).is_ok());
        let rows = [
            (offer("", "c", ""), "sdp"),
            (offer(&"v".repeat(SDP_BYTES_MAX + 1), "c", ""), "sdp"),
            (offer("v=0", "", ""), "client"),
            (offer("v=0", &"c".repeat(CLIENT_MAX + 1), ""), "client"),
            (offer("v=0", "c\n", ""), "client"),
            (offer("v=0", "c", &"l".repeat(LABEL_MAX + 1)), "label"),
            (offer("v=0", "c", "\u{7}"), "label"),
        ];
        for (text, field) in rows {
            assert_eq!(refusal(&text), (Some(1), ErrorCode::BadValue, Some(field.into())), "{field}");
        }
    }

    #[test]
    fn too_many_topics_in_one_message_are_refused() {
        let topics = vec!["\"me\""; TOPICS_MAX + 1].join(",");
        let text = format!(r#"{{"type":"subscribe","topics":[{topics}]}}"#);
        assert_eq!(refusal(&text), (None, ErrorCode::TooManyTopics, Some("topics".into())));
    }

    #[test]
    fn an_error_text_is_never_long() {
        let text = format!(r#"{{"type":"{}"}}"#, "x".repeat(10_000));
        let bad = ClientMessage::decode(&text).unwrap_err();
        assert!(bad.error.message.chars().count() <= ERROR_CHARS_MAX);
    }

    #[test]
    fn fields_unknown_to_this_version_are_passed_over() {
        let text = r#"{"type":"command","id":1,"later":true,"command":{"do":"sign_out","why":"tea"}}"#;
        assert_eq!(ClientMessage::decode(text).unwrap(), ClientMessage::Command { id: 1, command: Command::SignOut });
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = ClientMessage::decode(&text);
        }

        #[test]
        fn any_cut_or_changed_message_is_read_or_refused(at in 0usize..120, with in "[\\PC]{0,3}") {
            let whole = format!(r#"{{"type":"command","id":1,"command":{{"do":"send_digits","call":"{LEG}","digits":"12"}}}}"#);
            let at = at.min(whole.len());
            let _ = ClientMessage::decode(&format!("{}{with}{}", &whole[..at], &whole[(at + 1).min(whole.len())..]));
        }
    }
}
