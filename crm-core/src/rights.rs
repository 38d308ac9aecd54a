//! Who may do what with which field of a customer's record, and with the rows about it: one table that is enforced, and written out as
//! `crm-core/RIGHTS.md`. What a role may do at an endpoint of these rows is looked up here as well ([`role_may`]). Which rows somebody sees is
//! `viewer`'s matter.

use crate::error::{FieldError, Result, StoreError};
use crate::model::{CustomField, UserRole};
use crate::viewer::Viewer;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// What is done with a row or a field of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Read,
    /// Give it when the row is made; of a list of its own, such as consent, add to it.
    Create,
    Change,
    Delete,
}

impl Verb {
    pub const ALL: [Verb; 4] = [Verb::Read, Verb::Create, Verb::Change, Verb::Delete];

    fn word(self) -> &'static str {
        match self {
            Verb::Read => "read",
            Verb::Create => "create",
            Verb::Change => "change",
            Verb::Delete => "delete",
        }
    }
}

/// One line of the table. Who may: A agent, S supervisor, N analyst, X administrator, O whoever owns the customer.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub resource: &'static str,
    /// A field, or several parted by blanks; empty: the row as such; `*`: every field that has no line.
    pub field: &'static str,
    read: &'static str,
    create: &'static str,
    change: &'static str,
    delete: &'static str,
    pub note: &'static str,
}

impl Row {
    const fn holders(&self, verb: Verb) -> &'static str {
        match verb {
            Verb::Read => self.read,
            Verb::Create => self.create,
            Verb::Change => self.change,
            Verb::Delete => self.delete,
        }
    }

    /// Whether the line is about this field.
    pub fn is_of(&self, field: &str) -> bool {
        self.field.split(' ').any(|name| name == field)
    }

    /// Whether somebody of this role may, without owning the customer.
    pub fn allows(&self, role: UserRole, verb: Verb) -> bool {
        self.holders(verb).contains(letter(role))
    }
}

const fn row(resource: &'static str, field: &'static str, [read, create, change, delete]: [&'static str; 4], note: &'static str) -> Row {
    Row { resource, field, read, create, change, delete, note }
}

/// The table. A resource of another area adds its lines here.
pub const TABLE: &[Row] = &[
    row("customer", "", ["ASX", "ASX", "ASX", ""], "Of those one sees. Deleting is erasure."),
    row("customer", "*", ["ASX", "ASX", "ASX", ""], "Names, kind, company, languages, notes, attributes."),
    row("customer", "tier", ["ASX", "ASX", "SX", ""], "What a customer is worth to the house."),
    row("customer", "external_id", ["ASX", "ASX", "SX", ""], "Another system finds the customer by it."),
    row("customer", "owner_id", ["ASX", "ASX", "OSX", ""], ""),
    row("customer", "team_id", ["ASX", "ASX", "OSX", ""], ""),
    row("customer", "visibility", ["ASX", "ASX", "OSX", ""], ""),
    row("customer", "shares", ["ASX", "", "OSX", ""], "Replaced as a whole."),
    row("customer", "contacts", ["ASX", "ASX", "ASX", ""], "Replaced as a whole."),
    row("customer", "fields", ["ASX", "ASX", "ASX", ""], "Each by its definition's `visible_to` and `editable_by` besides."),
    row("customer", "relations", ["ASX", "ASX", "", "ASX"], "The name of the other one only if one sees them."),
    row("customer", "consent", ["ASX", "ASX", "", ""], "History is never changed."),
    row("customer", "values", ["ASX", "", "", ""], "What formulas give."),
    row("customer", "timeline", ["ASX", "", "", ""], ""),
    row("customer", "changes", ["SX", "", "", ""], "Who changed what, on the timeline."),
    row("custom_field", "", ["ASX", "X", "X", "X"], "Definitions."),
    row("formula", "", ["SX", "X", "X", "X"], "With its versions and publishing."),
    row(
        "duplicate",
        "",
        ["SX", "", "SX", ""],
        "The work list, of pairs of whom one sees both; those alike of one customer an agent reads, too.",
    ),
    row("merge", "", ["SX", "SX", "SX", ""], "Of customers one sees. Choosing a field is writing it. Changed: undone."),
    row("export", "", ["X", "X", "", ""], "Not with reading: one who may look somebody up may not carry all away."),
    row("erasure", "", ["X", "X", "", ""], "With its certificate."),
    row("legal_hold", "", ["X", "X", "X", ""], "Changed: lifted."),
    row("import", "", ["X", "X", "X", "X"], "Customers taken over from files."),
    row("retention_policy", "", ["X", "X", "X", "X"], ""),
    row(
        "ticket",
        "",
        ["ASX", "ASX", "ASX", ""],
        "Of whom one sees the main customer and whom to speak with, and what is given to oneself by name, without the names of those one does \
         not see. With what is said of it, what hangs on it, and the steps of complaints.",
    ),
    row("ticket", "fields", ["ASX", "ASX", "ASX", ""], "Each by its definition's `editable_by` besides."),
    row("ticket", "*", ["ASX", "ASX", "ASX", ""], "What people write. Customers and tickets named: those one sees."),
    row(
        "ticket",
        "number status status_at live reopened_count merged_into created_by responded_at resolved_at closed_at response_target_ms \
         response_due_at response_left_ms response_breached_at resolution_target_ms resolution_due_at resolution_left_ms \
         resolution_breached_at due_at breached next_escalation_at complaint complaint_step responsible_id satisfaction \
         satisfaction_comment satisfaction_at satisfaction_via",
        ["ASX", "", "", ""],
        "The program's; they follow from what is done with the ticket.",
    ),
    row("ticket_type", "", ["ASNX", "X", "X", "X"], ""),
    row("ticket_template", "", ["ASNX", "X", "X", "X"], ""),
    row("sla_policy", "", ["SX", "X", "X", "X"], ""),
    row("ticket_rule", "", ["SX", "X", "X", "X"], ""),
    row("ticket_trigger", "", ["SX", "X", "X", "X"], ""),
    row("order", "", ["ASNX", "ASX", "ASX", "SX"], "Of customers one sees, before and after."),
    row("order", "*", ["ASNX", "ASX", "ASX", ""], ""),
    row("contract", "", ["ASNX", "ASX", "ASX", "SX"], "Of customers one sees, before and after."),
    row("contract", "*", ["ASNX", "ASX", "ASX", ""], ""),
    row("product_owned", "", ["ASNX", "ASX", "ASX", "SX"], "Of customers one sees, before and after."),
    row("product_owned", "*", ["ASNX", "ASX", "ASX", ""], ""),
    row("product", "", ["ASNX", "X", "X", "X"], "The catalogue."),
    row(
        "task",
        "",
        ["ASX", "ASX", "ASX", "ASX"],
        "One's own, one's team's and queues', and of customers one sees; supervisors all. Deleted by whose it is.",
    ),
    row("task", "*", ["ASX", "ASX", "ASX", ""], "Customers and tickets named: those one sees."),
    row("task", "created_by made_at done_at sort_at", ["ASX", "", "", ""], "The program's."),
    row("callback", "", ["ASX", "ASX", "ASX", "ASX"], "As tasks."),
    row("callback", "*", ["ASX", "ASX", "ASX", ""], "As tasks."),
    row(
        "callback",
        "raw_number state next_at attempts offered_to offered_at created_by made_at done_at sort_at",
        ["ASX", "", "", ""],
        "The program's; they follow from what is done with it.",
    ),
    row("reminder", "", ["ASX", "ASX", "ASX", "ASX"], "As tasks."),
    row("reminder", "*", ["ASX", "ASX", "ASX", ""], "As tasks."),
    row("reminder", "created_by next_at", ["ASX", "", "", ""], "The program's."),
    row("note", "", ["ASX", "ASX", "ASX", "ASX"], "Of customers and on tickets one sees; changed by who wrote it."),
    row("note", "*", ["ASX", "ASX", "", ""], "What it is on."),
    row("note", "text", ["ASX", "ASX", "ASX", ""], ""),
    row("note", "author_id mentions", ["ASX", "", "", ""], "The program's."),
    row("knowledge_article", "", ["ASNX", "SX", "SX", "SX"], "Each for its audience, titles of translations too."),
    row("knowledge_article", "*", ["ASNX", "SX", "SX", ""], ""),
    row("knowledge_article", "title", ["ASNX", "SX", "", ""], "Changed with a version."),
    row("knowledge_article", "state published latest", ["ASNX", "", "", ""], "The program's; they follow from what becomes of versions."),
    row("knowledge_category", "", ["ASNX", "SX", "SX", "SX"], ""),
    row("article_request", "", ["ASNX", "ASX", "SX", "SX"], ""),
    row("script", "", ["SX", "X", "X", "X"], ""),
    row("script_run", "", ["ASX", "ASX", "", ""], "One's own; read by supervisors. Answered, not changed."),
    row("rule", "", ["SX", "X", "X", "X"], "What it says is asked by whoever reads customers."),
    row("webhook", "", ["X", "X", "X", "X"], ""),
];

const ROLES: [(UserRole, char, &str); 4] = [
    (UserRole::Agent, 'A', "agent"),
    (UserRole::Supervisor, 'S', "supervisor"),
    (UserRole::Analyst, 'N', "analyst"),
    (UserRole::Admin, 'X', "administrator"),
];

/// These four are the store's own, not fields.
const OWN: [&str; 4] = ["id", "version", "created_at", "updated_at"];

fn letter(role: UserRole) -> char {
    match role {
        UserRole::Agent => 'A',
        UserRole::Supervisor => 'S',
        UserRole::Analyst => 'N',
        UserRole::Admin => 'X',
    }
}

/// The line of a field (`""`: of the row), which may be that of all others.
fn line(resource: &str, field: &str) -> Option<&'static Row> {
    let of = |field: &str| TABLE.iter().find(|row| row.resource == resource && row.is_of(field));
    if field.is_empty() { of("") } else { of(field).or_else(|| of("*")) }
}

/// Whether a role may do this with rows of a resource at all. Of a resource that is not in the table nobody may.
pub fn role_may(role: UserRole, resource: &str, verb: Verb) -> bool {
    line(resource, "").is_some_and(|row| row.allows(role, verb))
}

/// Whether the viewer may do this with the field (`""`: with the row). `owns`: the customer is theirs.
pub fn may(viewer: &Viewer, owns: bool, resource: &str, field: &str, verb: Verb) -> bool {
    if viewer.user.is_none() {
        return true;
    }
    line(resource, field).is_some_and(|row| {
        let holders = row.holders(verb);
        viewer.roles.iter().any(|role| holders.contains(letter(*role))) || (owns && holders.contains('O'))
    })
}

/// Takes out of what is sent for a row what nobody may write so, as the program keeps it, and refuses what only others may. What is sent back
/// as it stands (`now`) is not written. Of resources whose fields have no lines nothing is looked at.
///
/// # Errors
/// `NotAllowed` naming each field.
pub fn admit(
    viewer: &Viewer,
    resource: &'static str,
    verb: Verb,
    given: &mut Map<String, Json>,
    now: Option<&Map<String, Json>>,
) -> Result<()> {
    if line(resource, "*").is_none() {
        return Ok(());
    }
    // The store's own fields are in no line but that of all others, which may be closed to a change.
    given.retain(|field, _| OWN.contains(&field.as_str()) || line(resource, field).is_none_or(|row| !row.holders(verb).is_empty()));
    let written =
        |(field, value): &(&String, &Json)| !OWN.contains(&field.as_str()) && now.is_none_or(|now| now.get(*field) != Some(*value));
    let written: Vec<String> = given.iter().filter(written).map(|(field, _)| field.clone()).collect();
    check_write(viewer, false, resource, verb, &written, &[])
}

/// Whether the viewer has one of these roles; of none: everybody.
pub(crate) fn among(viewer: &Viewer, roles: &BTreeSet<UserRole>) -> bool {
    viewer.user.is_none() || roles.is_empty() || !viewer.roles.is_disjoint(roles)
}

/// Whether the viewer may read this field defined at run time.
pub fn sees_field(viewer: &Viewer, field: &CustomField) -> bool {
    field.active && among(viewer, &field.visible_to)
}

/// Whether they may write it.
pub fn edits_field(viewer: &Viewer, field: &CustomField) -> bool {
    sees_field(viewer, field) && among(viewer, &field.editable_by)
}

/// Takes out of a row as JSON what the viewer may not read. `defined`: the resource's custom fields; values without a definition are left out.
pub fn mask(viewer: &Viewer, owns: bool, resource: &str, defined: &[CustomField], row: &mut Map<String, Json>) {
    row.retain(|field, _| OWN.contains(&field.as_str()) || may(viewer, owns, resource, field, Verb::Read));
    if let Some(Json::Object(values)) = row.get_mut("fields") {
        values.retain(|key, _| defined.iter().any(|field| field.key == *key && sees_field(viewer, field)));
    }
}

/// Refuses what the viewer may not write. `given` are the fields that differ from what stands there, with `fields` by their keys.
///
/// # Errors
/// `NotAllowed` naming each of them.
pub fn check_write(
    viewer: &Viewer,
    owns: bool,
    resource: &'static str,
    verb: Verb,
    given: &[String],
    defined: &[CustomField],
) -> Result<()> {
    let refused = |name: &&String| match name.strip_prefix("fields.") {
        // A key nobody defined is refused as such when the row is written.
        Some(key) => defined.iter().any(|field| field.key == key && !edits_field(viewer, field)),
        None => !may(viewer, owns, resource, name, verb),
    };
    let mend = "leave it as it is: your roles may not write it";
    let errors: Vec<FieldError> =
        given.iter().filter(refused).map(|name| FieldError { field: name.clone(), mend: mend.to_owned() }).collect();
    if errors.is_empty() { Ok(()) } else { Err(StoreError::NotAllowed { resource, errors }) }
}

/// The names of fields that differ between two forms of a row, those of custom fields as `fields.key`.
pub fn differing(old: &Map<String, Json>, new: &Map<String, Json>) -> Vec<String> {
    let mut names = Vec::new();
    let both: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in both {
        let (was, is) = (old.get(name).unwrap_or(&Json::Null), new.get(name).unwrap_or(&Json::Null));
        if was == is {
            continue;
        }
        if name != "fields" {
            names.push(name.clone());
            continue;
        }
        let value = |of: &Json, key: &str| of.get(key).cloned().unwrap_or(Json::Null);
        let keys: BTreeSet<&String> = [was, is].into_iter().filter_map(Json::as_object).flat_map(Map::keys).collect();
        names.extend(keys.into_iter().filter(|key| value(was, key) != value(is, key)).map(|key| format!("fields.{key}")));
    }
    names
}

/// The table as a document.
pub fn document() -> String {
    let mut out = String::from(
        "# Who may do what with a customer's record\n\n\
         Made from the table in `src/rights.rs`, which is what the server enforces; a test keeps both equal. Which customers somebody sees\n\
         at all is told in `src/viewer.rs`. Roles add up. \"owner\": whoever owns the customer, whatever their role.\n\n\
         | resource | field | read | create | change | delete | |\n|---|---|---|---|---|---|---|\n",
    );
    for row in TABLE {
        let field = match row.field {
            "" => "(the row)".to_owned(),
            "*" => "any other".to_owned(),
            names => names.split(' ').map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" "),
        };
        out.push_str(&format!("| {} | {field} |", row.resource));
        for verb in Verb::ALL {
            out.push_str(&format!(" {} |", names(row.holders(verb))));
        }
        out.push_str(&format!(" {} |\n", row.note));
    }
    let verbs: Vec<&str> = Verb::ALL.into_iter().map(Verb::word).collect();
    out.push_str(&format!(
        "\nWriting a field one may not write is refused with 403 and its name; a field one may not read is left out of answers. A field that\n\
         nobody may write is the program's: what is sent for it is left aside, so that a row may be sent back as it was read.\n\
         What is not in the table ({}) nobody may.\n",
        verbs.join(", ")
    ));
    out
}

fn names(letters: &str) -> String {
    let mut names: Vec<&str> = ROLES.iter().filter(|(_, letter, _)| letters.contains(*letter)).map(|(_, _, name)| *name).collect();
    if letters.contains('O') {
        names.push("owner");
    }
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cti_types::UserId;
    use serde_json::json;

    fn viewer(role: UserRole) -> Viewer {
        Viewer::of(UserId::from_u128(1), BTreeSet::from([role]), None)
    }

    #[test]
    fn the_document_is_that_of_the_table() {
        // Tests run in their package's folder.
        let path = "RIGHTS.md";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, document()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == document(), "RIGHTS.md is stale: run this test with UPDATE=1 and commit the file");
    }

    #[test]
    fn each_line_stands_once_and_names_known_holders() {
        let mut seen = BTreeSet::new();
        for row in TABLE {
            assert!(seen.insert((row.resource, row.field)), "{} {}", row.resource, row.field);
            for verb in Verb::ALL {
                assert!(row.holders(verb).chars().all(|c| "ASNXO".contains(c)), "{} {}", row.resource, row.field);
                // Who may write must see what they write.
                let unseen = row.holders(verb).chars().filter(|c| *c != 'O' && !row.read.contains(*c)).count();
                assert_eq!(unseen, 0, "{} {}", row.resource, row.field);
            }
        }
    }

    #[test]
    fn a_line_of_a_field_is_one_that_is_enforced() {
        for row in TABLE.iter().filter(|row| !row.field.is_empty() && row.resource != "customer") {
            let of_all = TABLE.iter().find(|other| other.resource == row.resource && other.field.is_empty()).unwrap();
            // Answers are masked for customers alone: of other rows one reads all or nothing.
            assert_eq!(row.read, of_all.read, "{} {}", row.resource, row.field);
            assert!(line(row.resource, "*").is_some(), "{}: without a line for the others none is looked at", row.resource);
        }
        let state = TABLE.iter().find(|row| row.resource == "ticket" && row.is_of("number")).unwrap();
        let columns: BTreeSet<&str> = crate::model::TicketState::COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(state.field.split(' ').collect::<BTreeSet<_>>(), columns);
    }

    #[test]
    fn what_the_program_keeps_is_left_aside_and_what_others_write_is_refused() {
        let mut given = json!({ "id": "x", "title": "Call", "sort_at": 5, "made_at": 7 }).as_object().unwrap().clone();
        admit(&viewer(UserRole::Agent), "task", Verb::Change, &mut given, None).unwrap();
        assert_eq!(Json::Object(given.clone()), json!({ "id": "x", "title": "Call" }));
        assert!(admit(&viewer(UserRole::Analyst), "task", Verb::Change, &mut given.clone(), None).is_err());
        assert!(admit(&viewer(UserRole::Analyst), "task", Verb::Change, &mut given.clone(), Some(&given)).is_ok());
        let mut site = json!({ "name": "North" }).as_object().unwrap().clone();
        admit(&viewer(UserRole::Admin), "site", Verb::Create, &mut site, None).unwrap();
        assert_eq!(site.len(), 1);
    }

    #[test]
    fn a_field_without_a_line_of_its_own_has_the_common_one_and_another_resource_has_none() {
        let agent = viewer(UserRole::Agent);
        assert!(may(&agent, false, "customer", "notes", Verb::Change));
        assert!(!may(&agent, false, "customer", "tier", Verb::Change));
        assert!(!may(&agent, false, "customer", "visibility", Verb::Change));
        assert!(may(&agent, true, "customer", "visibility", Verb::Change));
        assert!(!may(&agent, false, "moon", "name", Verb::Read));
        assert!(!may(&viewer(UserRole::Analyst), false, "customer", "", Verb::Read));
        assert!(may(&Viewer::program(), false, "moon", "name", Verb::Delete));
    }

    #[test]
    fn what_may_not_be_read_is_left_out_and_what_may_not_be_written_is_named() {
        let field = |key: &str, visible: &[UserRole], editable: &[UserRole]| {
            let mut field: CustomField = serde_json::from_value(json!({ "key": key, "type": "text" })).unwrap();
            field.visible_to = visible.iter().copied().collect();
            field.editable_by = editable.iter().copied().collect();
            field
        };
        let defined =
            [field("open", &[], &[]), field("read", &[], &[UserRole::Admin]), field("hidden", &[UserRole::Supervisor], &[UserRole::Agent])];
        let mut row = json!({ "id": "x", "name": "Ann", "fields": { "open": 1, "read": 2, "hidden": 3, "gone": 4 } });
        let agent = viewer(UserRole::Agent);
        mask(&agent, false, "customer", &defined, row.as_object_mut().unwrap());
        assert_eq!(row, json!({ "id": "x", "name": "Ann", "fields": { "open": 1, "read": 2 } }));

        let old = json!({ "name": "Ann", "tier": "none", "fields": { "open": 1, "read": 2 } });
        let new = json!({ "name": "Ann", "tier": "gold", "fields": { "open": 5, "read": 3, "hidden": 6, "odd": 7 } });
        let given = differing(old.as_object().unwrap(), new.as_object().unwrap());
        assert_eq!(given, ["fields.hidden", "fields.odd", "fields.open", "fields.read", "tier"]);
        let Err(StoreError::NotAllowed { errors, .. }) = check_write(&agent, false, "customer", Verb::Change, &given, &defined) else {
            panic!("allowed")
        };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["fields.hidden", "fields.read", "tier"]);
        check_write(&viewer(UserRole::Admin), false, "customer", Verb::Change, &["tier".into(), "fields.read".into()], &defined).unwrap();
    }
}
