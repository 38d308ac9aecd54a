//! Who may do what. Of a customer's record and the rows about it the one table is `crm_core::rights`; here are the rights besides. Who somebody
//! is, is found out in `caller`.

use crm_core::model::UserRole;
use crm_core::rights::{Verb, role_may};
use std::collections::BTreeSet;

/// Something a role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    /// Find and read customers.
    CustomersRead,
    /// Add and change customers.
    CustomersWrite,
    /// The fields defined at run time.
    FieldsRead,
    /// Make two customers one, take it back, and decide who are not the same.
    CustomersMerge,
    /// Take customers over from files.
    CustomersImport,
    /// Take customers out of the house as a file, and see who did. Not with reading: one who may look somebody up may not carry all away.
    CustomersExport,
    /// Erase customers, and see the certificates.
    CustomersErase,
    /// Say how long what is kept, and what may not be erased.
    RetentionWrite,
    /// Find and read tickets, and what one should know of them.
    TicketsRead,
    /// Make, change, assign, merge and rate tickets; take the steps of complaints.
    TicketsWrite,
    /// Read interactions one took part in, and hear their recordings.
    InteractionsOwn,
    /// Read all interactions, and hear all recordings.
    InteractionsAll,
    /// Names that screens need: sites, teams, queues, skills, reasons, codes.
    NamesRead,
    /// The people who work here.
    PeopleRead,
    /// Hours, numbers, trunks, phones, flows.
    ConfigRead,
    /// All configuration and people.
    ConfigWrite,
    /// Call numbers outside; which ones, the dial rules say.
    CallsMake,
    /// See the calls one is in or may take, and do things in them.
    CallsAct,
    /// Have others call, and act in their calls.
    CallsForOthers,
    /// See the calls of others, listen, step in, move and end them.
    CallsOversee,
    /// The SIP messages of calls and trunks, secrets masked.
    SipRead,
    /// Whom the server turned away.
    SipRefused,
    /// Tokens for programs.
    Tokens,
    /// Who changed what.
    AuditRead,
    /// Find and read articles of the knowledge base.
    KnowledgeRead,
    /// Say what articles were worth, and ask for missing ones.
    KnowledgeUse,
    /// Write, review and publish articles.
    KnowledgeWrite,
    /// The server's figures from another machine.
    MetricsRead,
    /// Orders, contracts, products owned, and the catalogue.
    OrdersRead,
    /// Add and change them, and push them in.
    OrdersWrite,
    /// Delete them.
    OrdersDelete,
    /// Tasks, callbacks, reminders and notes: one's own, those of one's team and queues, and those of customers.
    Work,
    /// Those of everybody.
    WorkAll,
    /// What one is told.
    Notifications,
    /// Who is told of changes over HTTP.
    Webhooks,
}

/// The line of `crm_core::rights` that a right to records is: who holds it is said there alone.
const fn of_table(right: Right) -> Option<(&'static str, Verb)> {
    match right {
        Right::CustomersRead => Some(("customer", Verb::Read)),
        Right::CustomersWrite => Some(("customer", Verb::Change)),
        Right::FieldsRead => Some(("custom_field", Verb::Read)),
        Right::CustomersMerge => Some(("merge", Verb::Create)),
        Right::CustomersImport => Some(("import", Verb::Create)),
        Right::CustomersExport => Some(("export", Verb::Create)),
        Right::CustomersErase => Some(("erasure", Verb::Create)),
        Right::RetentionWrite => Some(("retention_policy", Verb::Change)),
        Right::TicketsRead => Some(("ticket", Verb::Read)),
        Right::TicketsWrite => Some(("ticket", Verb::Change)),
        Right::KnowledgeRead => Some(("knowledge_article", Verb::Read)),
        Right::KnowledgeUse => Some(("article_request", Verb::Create)),
        Right::KnowledgeWrite => Some(("knowledge_article", Verb::Change)),
        Right::OrdersRead => Some(("order", Verb::Read)),
        Right::OrdersWrite => Some(("order", Verb::Change)),
        Right::OrdersDelete => Some(("order", Verb::Delete)),
        Right::Work => Some(("task", Verb::Change)),
        Right::Webhooks => Some(("webhook", Verb::Change)),
        Right::InteractionsOwn
        | Right::InteractionsAll
        | Right::NamesRead
        | Right::PeopleRead
        | Right::ConfigRead
        | Right::ConfigWrite
        | Right::CallsMake
        | Right::CallsAct
        | Right::CallsForOthers
        | Right::CallsOversee
        | Right::SipRead
        | Right::SipRefused
        | Right::Tokens
        | Right::AuditRead
        | Right::MetricsRead
        | Right::WorkAll
        | Right::Notifications => None,
    }
}

/// What a role allows besides what the table of records says. A role that is not named here allows nothing.
const fn rights(role: UserRole) -> &'static [Right] {
    use Right::*;
    match role {
        UserRole::Agent => &[InteractionsOwn, NamesRead, CallsMake, CallsAct, Notifications],
        UserRole::Supervisor => &[
            InteractionsOwn,
            InteractionsAll,
            NamesRead,
            PeopleRead,
            ConfigRead,
            CallsMake,
            CallsAct,
            CallsForOthers,
            CallsOversee,
            SipRead,
            WorkAll,
            Notifications,
        ],
        UserRole::Analyst => &[InteractionsOwn, InteractionsAll, NamesRead, PeopleRead, MetricsRead, Notifications],
        UserRole::Admin => &[
            InteractionsOwn,
            InteractionsAll,
            NamesRead,
            PeopleRead,
            ConfigRead,
            ConfigWrite,
            CallsMake,
            CallsAct,
            CallsForOthers,
            CallsOversee,
            SipRead,
            SipRefused,
            Tokens,
            AuditRead,
            MetricsRead,
            WorkAll,
            Notifications,
        ],
    }
}

/// Whether any of these roles allows it.
pub(super) fn allows(roles: &BTreeSet<UserRole>, right: Right) -> bool {
    match of_table(right) {
        Some((resource, verb)) => roles.iter().any(|role| role_may(*role, resource, verb)),
        None => roles.iter().any(|role| rights(*role).contains(&right)),
    }
}

/// What an endpoint asks of who calls it. Checked before its handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody; the endpoint looks for itself where it must.
    Open,
    /// Anybody signed in, even who must first change their password.
    SignedIn,
    /// Who holds the right, and need not change their password first.
    Needs(Right),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_add_up() {
        let both = BTreeSet::from([UserRole::Agent, UserRole::Analyst]);
        assert!(allows(&both, Right::CustomersRead));
        assert!(allows(&both, Right::MetricsRead));
        assert!(!allows(&both, Right::ConfigRead));
        assert!(!allows(&BTreeSet::new(), Right::NamesRead));
    }

    #[test]
    fn a_right_to_records_stands_in_their_table_alone() {
        for role in [UserRole::Agent, UserRole::Supervisor, UserRole::Analyst, UserRole::Admin] {
            let twice: Vec<&Right> = rights(role).iter().filter(|right| of_table(**right).is_some()).collect();
            assert!(twice.is_empty(), "{role:?} {twice:?}");
        }
        // Definitions and formulas are configuration; the table of records says the same of them.
        for (resource, verb, right) in [("formula", Verb::Read, Right::ConfigRead), ("custom_field", Verb::Change, Right::ConfigWrite)] {
            for role in [UserRole::Agent, UserRole::Supervisor, UserRole::Analyst, UserRole::Admin] {
                assert_eq!(role_may(role, resource, verb), allows(&BTreeSet::from([role]), right), "{resource} {role:?}");
            }
        }
    }

    #[test]
    fn only_an_administrator_changes_the_house() {
        for role in [UserRole::Agent, UserRole::Supervisor, UserRole::Analyst] {
            for right in [
                Right::ConfigWrite,
                Right::Tokens,
                Right::AuditRead,
                Right::SipRefused,
                Right::CustomersImport,
                Right::CustomersExport,
                Right::CustomersErase,
                Right::RetentionWrite,
                Right::Webhooks,
            ] {
                assert!(!allows(&BTreeSet::from([role]), right), "{role:?} {right:?}");
            }
        }
    }
}
