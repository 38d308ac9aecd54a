//! Who may do what: the one table of roles and rights. Who somebody is, is found out in `caller`.

use crm_core::model::UserRole;
use std::collections::BTreeSet;

/// Something a role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    /// Find and read customers.
    CustomersRead,
    /// Add and change customers.
    CustomersWrite,
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
    /// The server's figures from another machine.
    MetricsRead,
}

/// What a role allows. A role that is not named here allows nothing.
const fn rights(role: UserRole) -> &'static [Right] {
    use Right::*;
    match role {
        UserRole::Agent => &[CustomersRead, CustomersWrite, InteractionsOwn, NamesRead, CallsMake, CallsAct],
        UserRole::Supervisor => &[
            CustomersRead,
            CustomersWrite,
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
        ],
        UserRole::Analyst => &[InteractionsOwn, InteractionsAll, NamesRead, PeopleRead, MetricsRead],
        UserRole::Admin => &[
            CustomersRead,
            CustomersWrite,
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
        ],
    }
}

/// Whether any of these roles allows it.
pub(super) fn allows(roles: &BTreeSet<UserRole>, right: Right) -> bool {
    roles.iter().any(|role| rights(*role).contains(&right))
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
    fn only_an_administrator_changes_the_house() {
        for role in [UserRole::Agent, UserRole::Supervisor, UserRole::Analyst] {
            for right in [Right::ConfigWrite, Right::Tokens, Right::AuditRead, Right::SipRefused] {
                assert!(!allows(&BTreeSet::from([role]), right), "{role:?} {right:?}");
            }
        }
    }
}
