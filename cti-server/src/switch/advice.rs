//! What the rules say of who calls, kept beside the cards: when these come, and anew with each offer, when queue and more are known. Extends
//! [`Rooms`].

use super::CardAdvice;
use super::rooms::Rooms;
use crm_core::rules::{Facts, Said};
use cti_types::{InteractionId, Now, QueueId};
use softphone_protocol::SaidView;

/// Customers of one number whose contact the rules are asked about: who has the number with many others is rarely beyond them.
const ADVISED_MAX: usize = 3;

impl Rooms {
    /// Asks the rules about the first customers a caller may be. `queue`: whose offer it is; else the one they wait in.
    pub(super) fn advise(&mut self, now: Now, interaction: InteractionId, queue: Option<QueueId>) {
        let rules = &self.directory.rules;
        let Some(contact) = self.contacts.get_mut(&interaction) else { return };
        let queue = queue.or(contact.queue);
        let name = queue.and_then(|queue| self.directory.queues.get(&queue)).map(|queue| queue.settings.name.as_str());
        let collected = &contact.collected;
        let Some(found) = contact.found.as_mut() else { return };
        found.advice.clear();
        if rules.is_empty() {
            return;
        }
        for card in found.cards.iter().take(ADVISED_MAX) {
            let mut facts = Facts::of_card(card, now.utc);
            facts.add_collected(collected.iter().map(|(key, value)| (key.as_str(), value.as_deref())));
            if let Some(name) = name {
                facts.set("queue.name", name);
            }
            let advice = rules.advise(now.utc, queue, facts);
            found.advice.push(CardAdvice {
                reasons: advice.reasons.into_iter().map(view).collect(),
                offers: advice.offers.into_iter().map(view).collect(),
            });
        }
    }
}

fn view(said: Said) -> SaidView {
    let Said { rule, rule_version, score: _, texts, why } = said;
    SaidView { rule, rule_version, texts, why }
}
