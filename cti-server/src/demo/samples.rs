//! The people of the demo: who works there and who calls. Plain data, all invented; telephone numbers are of ranges kept for fiction
//! where the country has one.

use crm_core::model::{CustomerKind, OpenItemKind};

/// Somebody who works in the demo.
pub(super) struct Colleague {
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    pub(super) role: Part,
    /// The SIP user of their desk phone, if they take calls or listen to them.
    pub(super) phone: Option<&'static str>,
    /// Proficiency in sales, support and Mandarin, 0 to 10.
    pub(super) skills: (u8, u8, u8),
    /// Played by the program unless it is started without agents.
    pub(super) simulated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Agent,
    Supervisor,
    Admin,
}

const fn agent(login: &'static str, name: &'static str, phone: &'static str, skills: (u8, u8, u8)) -> Colleague {
    Colleague { login, name, role: Part::Agent, phone: Some(phone), skills, simulated: true }
}

pub(super) const COLLEAGUES: [Colleague; 7] = [
    agent("alice", "Alice Carter", "201", (8, 4, 0)),
    agent("bob", "Bob Novak", "202", (5, 5, 0)),
    agent("mei", "Mei Lin", "203", (6, 6, 10)),
    agent("jonas", "Jonas Weber", "204", (3, 9, 0)),
    Colleague { simulated: false, ..agent("you", "You", "210", (7, 7, 5)) },
    Colleague {
        login: "supervisor",
        name: "Sara Supervisor",
        role: Part::Supervisor,
        phone: Some("220"),
        skills: (0, 0, 0),
        simulated: false,
    },
    Colleague { login: "admin", name: "Adam Administrator", role: Part::Admin, phone: None, skills: (0, 0, 0), simulated: false },
];

/// Dialled, it leads through the flow.
pub(super) const IVR_NUMBER: &str = "+12025550100";
/// Dialled, it leads straight to the sales queue.
pub(super) const QUEUE_NUMBER: &str = "+12025550101";

/// A customer of the demo.
pub(super) struct Sample {
    pub(super) name: &'static str,
    /// The company a person belongs to.
    pub(super) company: Option<&'static str>,
    pub(super) kind: CustomerKind,
    pub(super) number: &'static str,
    pub(super) language: &'static str,
    pub(super) tier: &'static str,
    pub(super) notes: &'static str,
    pub(super) open: &'static [(OpenItemKind, &'static str)],
    /// Earlier contacts in the last two weeks.
    pub(super) contacts: u8,
}

const fn person(
    name: &'static str,
    number: &'static str,
    language: &'static str,
    tier: &'static str,
    contacts: u8,
    notes: &'static str,
    open: &'static [(OpenItemKind, &'static str)],
) -> Sample {
    Sample { name, company: None, kind: CustomerKind::Person, number, language, tier, notes, open, contacts }
}

const fn company(
    name: &'static str,
    number: &'static str,
    language: &'static str,
    tier: &'static str,
    contacts: u8,
    notes: &'static str,
    open: &'static [(OpenItemKind, &'static str)],
) -> Sample {
    Sample { kind: CustomerKind::Company, ..person(name, number, language, tier, contacts, notes, open) }
}

use OpenItemKind::Ticket;

pub(super) const CUSTOMERS: [Sample; 25] = [
    person("Emma Thompson", "+442079460011", "en", "gold", 5, "Prefers to be called in the morning.", &[]),
    person("Liam O'Brien", "+442079460012", "en", "silver", 3, "", &[]),
    person("Olivia Martin", "+12025550111", "en", "none", 1, "New since last month.", &[]),
    person("Noah Williams", "+12025550112", "en", "gold", 6, "Buys for the whole family.", &[]),
    person("Ava Johnson", "+12025550113", "en", "bronze", 2, "", &[]),
    person("Ethan Brown", "+12025550114", "en", "none", 0, "", &[]),
    person("Sophie Dubois", "+33199001234", "en", "silver", 4, "Speaks French and English.", &[]),
    person("Lukas Schneider", "+493023125001", "en", "bronze", 2, "", &[]),
    person("王芳", "+861055550101", "zh", "gold", 5, "老客户，喜欢电话联系。", &[]),
    person("李伟", "+861055550102", "zh", "silver", 3, "", &[]),
    person("张敏", "+861055550103", "zh", "none", 2, "工作日下午方便接听。", &[]),
    person("刘洋", "+861055550104", "zh", "bronze", 1, "", &[]),
    person("陈静", "+861055550105", "zh", "gold", 4, "", &[]),
    person("Grace Kim", "+12025550115", "en", "silver", 2, "Works night shifts.", &[]),
    person("Daniel Garcia", "+12025550116", "en", "none", 1, "", &[(Ticket, "Cannot sign in to the shop")]),
    person("Hannah Lee", "+12025550117", "en", "bronze", 3, "Shares a telephone with Peter Lee.", &[]),
    person("Peter Lee", "+12025550117", "en", "none", 1, "Shares a telephone with Hannah Lee.", &[]),
    Sample {
        company: Some("Northwind Traders"),
        ..person("Isabel Romero", "+442079460021", "en", "gold", 4, "Buyer for Northwind; knows the catalogue by heart.", &[])
    },
    company("Northwind Traders", "+442079460020", "en", "gold", 5, "Frame contract until the end of the year.", &[]),
    company("Blue Harbor Hotels", "+12025550120", "en", "gold", 4, "Three houses, one account.", &[]),
    company("Maple Street Clinic", "+12025550121", "en", "silver", 3, "Calls are urgent more often than not.", &[]),
    company("Riverside School", "+12025550122", "en", "bronze", 2, "Closed in August.", &[]),
    company("北京远景科技有限公司", "+861055550120", "zh", "gold", 4, "年度合同客户。", &[]),
    company("上海晨光贸易有限公司", "+862155550121", "zh", "silver", 2, "", &[]),
    company("Old Mill Bakery", "+442079460022", "en", "none", 1, "", &[]),
];

/// Calls now and then though no customer has this number.
pub(super) const STRANGER: &str = "+12025550199";

/// What agents write after a call, and the code it goes with.
pub(super) const OUTCOMES: [(&str, &str); 10] = [
    ("Resolved", "Explained the settings; works now."),
    ("Resolved", "Sent the invoice again."),
    ("Resolved", "Address corrected in the account."),
    ("Order placed", "Wants delivery before the weekend."),
    ("Order placed", "Ordered one more of the same."),
    ("Order placed", "Took the offer from the newsletter."),
    ("Follow-up needed", "Will send photographs; look again tomorrow."),
    ("Follow-up needed", "Asks for a quote for ten pieces."),
    ("Complaint", "Second call about the late parcel. Apologised."),
    ("Information given", "Asked about opening hours."),
];

/// The wrap-up codes, in the order they are shown.
pub(super) const CODES: [&str; 5] = ["Resolved", "Order placed", "Information given", "Follow-up needed", "Complaint"];

/// Reasons for not being ready.
pub(super) const REASONS: [&str; 4] = ["Break", "Lunch", "Training", "Meeting"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_samples_hold_what_a_visitor_should_see() {
        let numbers: BTreeSet<_> = CUSTOMERS.iter().map(|c| c.number).collect();
        assert_eq!(numbers.len(), CUSTOMERS.len() - 1, "exactly two customers share a number");
        assert!(!numbers.contains(STRANGER));
        assert!(CUSTOMERS.iter().any(|c| c.kind == CustomerKind::Company) && CUSTOMERS.iter().any(|c| c.language == "zh"));
        assert!(CUSTOMERS.iter().any(|c| c.contacts >= 5), "one card has its last five interactions");
        for sample in &CUSTOMERS {
            let normal = crm_core::number::normalise(sample.number, "US");
            assert_eq!(normal, cti_types::Number::E164(sample.number.to_owned()), "{}", sample.name);
        }
    }

    #[test]
    fn every_outcome_has_its_code() {
        assert!(OUTCOMES.iter().all(|(code, _)| CODES.contains(code)));
    }
}
