//! The flow of somebody who may leave a message and nothing else: where a queue overflows or an agent is not reached. Nobody's document.

use crate::node::{Flow, Ix, Kind, Node, Prompt, Voicemail};
use cti_types::flow::HangUpCause;
use cti_types::mailbox::Taking;

impl Flow {
    /// Greets with these prompts, each with its language (`en/voicemail-greeting`) or without, takes the message, and says goodbye.
    pub fn voicemail(taking: Taking, greeting: Vec<String>, language: &str) -> Flow {
        let prompt = |name: String| if name.contains('/') { Prompt::Fixed(name) } else { Prompt::Neutral(name) };
        let goodbye = vec![Prompt::Neutral("thank-you".into()), Prompt::Neutral("goodbye".into())];
        let message =
            Voicemail { prompts: greeting.into_iter().map(prompt).collect(), taking, review: Vec::new(), next: Ix(2), otherwise: Ix(3) };
        let nodes = [
            ("pick-up", Kind::Answer { next: Ix(1) }),
            ("message", Kind::Voicemail(message)),
            ("thanks", Kind::Play { prompts: goodbye, interruptible: false, next: Ix(3) }),
            ("end", Kind::HangUp { cause: HangUpCause::Normal }),
        ];
        Flow {
            name: "voicemail".into(),
            language: language.to_owned(),
            languages: vec![language.to_owned()],
            nodes: nodes.into_iter().map(|(name, kind)| Node { name: name.into(), kind }).collect(),
            start: Ix(0),
        }
    }
}
