//! Runs of scripts, kept: begun for a contact, answered, gone back in. What an answer writes into the record is written with it or not at all.

use super::document::{Script, WriteTo};
use super::run::{Run, StepView, Written, in_language};
use super::targets::{Defined, customer_patch, ticket_patch};
use crate::audit::{Action, write_audit};
use crate::crud::{change_of, patched, to_object, update_in};
use crate::db::{Row, args, text};
use crate::error::{FieldError, Result, StoreError};
use crate::model::{Customer, Hours, Kind, Queue, ScriptId, ScriptRunId, Stored, TicketId, Who, is_line};
use crate::rights::{Verb, check_write, differing};
use crate::rules::Facts;
use crate::rules::template::{For, render};
use crate::sla::Calendar;
use crate::store::Store;
use crate::tickets::TicketWrite;
use crate::viewer::Viewer;
use cti_types::{CustomerId, InteractionId, QueueId, UserId, Utc};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

const RESOURCE: &str = "script_run";
const COLUMNS: &str =
    "id, version, created_at, updated_at, script_id, number, interaction_id, agent_id, customer_id, language, state, data, run, ticket_id";
/// Values a flow collected, handed in with a run.
const DATA_MAX: usize = 50;
/// How often a customer or a ticket that somebody else writes at the same time is read again.
const TRIES_MAX: usize = 3;

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ScriptRunState)]
pub enum RunState {
    Running,
    Over,
}

/// What begins a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StartScriptRun)]
pub struct StartRun {
    /// The script; or the queue whose script it is.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub script_id: Option<ScriptId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[schema(value_type = Uuid)]
    pub interaction_id: InteractionId,
    /// Who is spoken with: whose card is read and whose fields are written.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    /// In which language it is shown; left out: the document's own.
    #[serde(default)]
    pub language: Option<String>,
    /// What the flow collected, as the call shows it: known as `ivr.KEY`. At most 50 values.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
}

/// A run with the step it stands at.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScriptRun {
    #[schema(value_type = Uuid)]
    pub id: ScriptRunId,
    /// Grows with each answer; an answer names the one it is based on.
    pub version: i64,
    #[schema(value_type = i64)]
    pub created_at: Utc,
    #[schema(value_type = i64)]
    pub updated_at: Utc,
    #[schema(value_type = Uuid)]
    pub script_id: ScriptId,
    /// The script's version it began with and goes on with.
    pub number: u32,
    #[schema(value_type = Uuid)]
    pub interaction_id: InteractionId,
    #[schema(value_type = Uuid)]
    pub agent_id: UserId,
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    /// The ticket its answers are written into; none yet.
    #[schema(value_type = Option<Uuid>)]
    pub ticket_id: Option<TicketId>,
    pub state: RunState,
    /// What was answered so far, by the inputs' names.
    #[schema(value_type = Object)]
    pub answers: BTreeMap<String, Json>,
    pub step: StepView,
}

/// A row.
#[derive(Clone)]
struct Kept {
    id: ScriptRunId,
    version: i64,
    created_at: Utc,
    updated_at: Utc,
    script_id: ScriptId,
    number: u32,
    interaction_id: InteractionId,
    agent_id: UserId,
    customer_id: Option<CustomerId>,
    ticket_id: Option<TicketId>,
    language: String,
    data: BTreeMap<String, String>,
    run: Run,
}

impl Store {
    /// Begins a script for a contact, or goes on with the run that this agent has of it already: for the customer who is named now.
    ///
    /// # Errors
    /// `NotFound` when the script or queue has no live version; `Invalid`; `Unavailable`.
    pub async fn start_script_run(&self, who: &Who, now: Utc, start: StartRun) -> Result<ScriptRun> {
        let Some(agent) = who.user else { return Err(StoreError::invalid(RESOURCE, "", "only a person runs a script")) };
        check_start(&start)?;
        if let Some(script) = start.script_id {
            if let Some(kept) = self.run_of(start.interaction_id, agent, script).await? {
                return self.run_for(who, now, kept, start.customer_id).await;
            }
        }
        let version = match (start.script_id, start.queue_id) {
            (Some(script), _) => self.live_script(script).await?,
            (None, Some(queue)) => self.script_of_queue(queue).await?,
            (None, None) => return Err(StoreError::invalid(RESOURCE, "script_id", "name a script or a queue")),
        };
        if let Some(customer) = start.customer_id {
            match self.get::<Customer>(customer).await {
                Err(StoreError::NotFound { .. }) => {
                    return Err(StoreError::invalid(RESOURCE, "customer_id", "choose a customer that exists"));
                }
                Err(error) => return Err(error),
                Ok(_) => {}
            }
        }
        let language = start.language.unwrap_or_else(|| version.document.language.clone());
        let script = parsed(version.document)?;
        let id: ScriptRunId = self.new_id(now);
        let run = written(&Run::start(&script))?;
        let data = serde_json::to_string(&start.data).map_err(|e| StoreError::corrupt_from("data of a run", e))?;
        let mut tx = self.db.begin().await?;
        let sql = format!(
            "INSERT INTO script_run ({COLUMNS}) VALUES ($1, 1, $2, $2, $3, $4, $5, $6, $7, $8, 'running', $9, $10, NULL) \
             ON CONFLICT (interaction_id, agent_id, script_id) DO NOTHING"
        );
        let row = args![
            id.to_string(),
            now,
            version.script_id.to_string(),
            version.number,
            start.interaction_id.to_string(),
            agent.to_string(),
            start.customer_id.map(|id| id.to_string()),
            language,
            data,
            run,
        ];
        if tx.execute_on(RESOURCE, sql, row).await? > 0 {
            let after = Some(json!({ "script": version.script_id, "number": version.number, "interaction": start.interaction_id }));
            write_audit(self, &mut tx, who, now, Action::Create, RESOURCE, &id.to_string(), None, after).await?;
        }
        tx.commit().await?;
        let kept = self.run_of(start.interaction_id, agent, version.script_id).await?;
        self.run_for(who, now, kept.ok_or(StoreError::NotFound { resource: RESOURCE })?, start.customer_id).await
    }

    async fn run_of(&self, interaction: InteractionId, agent: UserId, script: ScriptId) -> Result<Option<Kept>> {
        let sql = format!("SELECT {COLUMNS} FROM script_run WHERE interaction_id = $1 AND agent_id = $2 AND script_id = $3");
        let rows = self.db.fetch(sql, args![interaction.to_string(), agent.to_string(), script.to_string()]).await?;
        rows.first().map(read).transpose()
    }

    /// A run that began before somebody said who the customer is is theirs from now on, and writes into their records, not the other's.
    async fn run_for(&self, who: &Who, now: Utc, mut kept: Kept, customer: Option<CustomerId>) -> Result<ScriptRun> {
        let script = self.script_of(&kept).await?;
        for _ in 0..TRIES_MAX {
            if customer.is_none() || customer == kept.customer_id || kept.run.is_over(&script) {
                return self.run_view(now, kept).await;
            }
            let mut tx = self.db.begin().await?;
            let sql = "UPDATE script_run SET version = version + 1, updated_at = $3, customer_id = $4, ticket_id = NULL \
                       WHERE id = $1 AND version = $2";
            let row = args![kept.id.to_string(), kept.version, now, customer.map(|id| id.to_string())];
            if tx.execute_on(RESOURCE, sql, row).await? > 0 {
                let (before, after) = (json!({ "customer_id": kept.customer_id }), json!({ "customer_id": customer }));
                write_audit(self, &mut tx, who, now, Action::Update, RESOURCE, &kept.id.to_string(), Some(before), Some(after)).await?;
            }
            // Nothing was written where an answer came in between: it is looked at anew.
            tx.commit().await?;
            kept = self.kept_run(kept.id).await?;
        }
        Err(StoreError::VersionConflict { resource: RESOURCE, current: kept.version })
    }

    /// A run with the step it stands at.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn script_run(&self, now: Utc, id: ScriptRunId) -> Result<ScriptRun> {
        let kept = self.kept_run(id).await?;
        self.run_view(now, kept).await
    }

    /// The runs of a contact, the first begun first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn script_runs_of(&self, now: Utc, interaction: InteractionId) -> Result<Vec<ScriptRun>> {
        let sql = format!("SELECT {COLUMNS} FROM script_run WHERE interaction_id = $1 ORDER BY id LIMIT 50");
        let mut all = Vec::new();
        for row in self.db.fetch(sql, vec![text(interaction)]).await? {
            all.push(self.run_view(now, read(&row)?).await?);
        }
        Ok(all)
    }

    /// Takes the answers to the step a run stands at, writes those that go into the records, as far as the viewer may, and goes on: all of it
    /// or nothing.
    ///
    /// # Errors
    /// `Invalid` with each wrong answer as `answers.NAME`, also where the record refuses it; `NotAllowed` in the same way; `VersionConflict`
    /// naming what others keep writing: the run, the customer or the ticket; `NotFound`, `Unavailable`.
    pub async fn answer_script_run(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        id: ScriptRunId,
        version: i64,
        given: &Map<String, Json>,
    ) -> Result<ScriptRun> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_answer(viewer, who, now, id, version, given).await {
                Err(StoreError::VersionConflict { resource: "customer" | "ticket", .. }) if tries < TRIES_MAX => {}
                done => return done,
            }
        }
    }

    async fn try_answer(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        id: ScriptRunId,
        version: i64,
        given: &Map<String, Json>,
    ) -> Result<ScriptRun> {
        let mut kept = self.kept_run(id).await?;
        same_version(&kept, version)?;
        let script = self.script_of(&kept).await?;
        let facts = self.run_facts(now, &kept).await?;
        let invalid = |errors| StoreError::Invalid { resource: RESOURCE, errors };
        let writes = kept.run.answer(&script, &facts, given).map_err(invalid)?;
        let (to_customer, to_ticket): (Vec<Written>, Vec<Written>) = writes.into_iter().partition(|one| one.write.to == WriteTo::Customer);
        let defined = self.written_fields().await?;
        let customer = self.changed_customer(viewer, kept.customer_id, &to_customer, &defined).await?;
        let ticket = self.changed_ticket_of(viewer, who, now, &kept, &script, &facts, &to_ticket, &defined).await?;
        let mut tx = self.db.begin().await?;
        let mut told = Vec::new();
        if let Some((old, data)) = customer {
            let stored =
                update_in(self, &mut tx, who, now, &old, data, Vec::new()).await.map_err(|error| of_inputs(error, &to_customer))?;
            told.push(change_of(who, stored.id, Some(stored.version), &[&stored.data, &old.data]));
        }
        if let Some(ticket) = ticket {
            self.write_ticket_in(&mut tx, who, now, &ticket).await.map_err(|error| of_inputs(error, &to_ticket))?;
            kept.ticket_id = Some(ticket.id());
            told.push(ticket.change(who));
        }
        self.put_run(&mut tx, who, now, &kept, &script).await?;
        tx.commit().await?;
        for change in told {
            self.tell(change);
        }
        self.script_run(now, id).await
    }

    /// Goes back to the step before. What was answered, and written, stays.
    ///
    /// # Errors
    /// `Invalid` at the first step; `VersionConflict`, `NotFound`, `Unavailable`.
    pub async fn script_run_back(&self, who: &Who, now: Utc, id: ScriptRunId, version: i64) -> Result<ScriptRun> {
        let mut kept = self.kept_run(id).await?;
        same_version(&kept, version)?;
        if !kept.run.back() {
            return Err(StoreError::invalid(RESOURCE, "", "this is the first step"));
        }
        let script = self.script_of(&kept).await?;
        let mut tx = self.db.begin().await?;
        self.put_run(&mut tx, who, now, &kept, &script).await?;
        tx.commit().await?;
        self.script_run(now, id).await
    }

    async fn kept_run(&self, id: ScriptRunId) -> Result<Kept> {
        let rows = self.db.fetch(format!("SELECT {COLUMNS} FROM script_run WHERE id = $1"), vec![text(id)]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: RESOURCE }), read)
    }

    async fn script_of(&self, kept: &Kept) -> Result<Script> {
        parsed(self.script_version(kept.script_id, kept.number).await?.document)
    }

    async fn run_facts(&self, now: Utc, kept: &Kept) -> Result<Facts> {
        let card = match kept.customer_id {
            Some(customer) => self.card(customer).await?,
            None => None,
        };
        let mut facts = card.map(|card| Facts::of_card(&card, now)).unwrap_or_default();
        facts.add_collected(kept.data.iter().map(|(key, value)| (key.as_str(), Some(value.as_str()))));
        self.add_queue(now, kept.script_id, &mut facts).await?;
        Ok(facts)
    }

    /// The time, and the queue whose script it is.
    async fn add_queue(&self, now: Utc, script: ScriptId, facts: &mut Facts) -> Result<()> {
        let queue = match self.get::<crate::model::Script>(script).await {
            Ok(script) => script.queue_id,
            Err(StoreError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        let Some(queue) = queue else {
            facts.add_time(now, &TimeZone::UTC);
            return Ok(());
        };
        // A queue with a script is not deleted.
        let queue = self.get::<Queue>(queue).await?;
        facts.add_time(now, &TimeZone::get(&queue.zone).unwrap_or(TimeZone::UTC));
        facts.set("queue.name", queue.name.as_str());
        let calendar = match queue.hours_id {
            Some(hours) => Calendar::from(&self.get::<Hours>(hours).await?.data),
            None => Calendar::Always,
        };
        facts.add_opening("queue", &calendar, now);
        Ok(())
    }

    async fn run_view(&self, now: Utc, kept: Kept) -> Result<ScriptRun> {
        let script = self.script_of(&kept).await?;
        let facts = self.run_facts(now, &kept).await?;
        let step = kept.run.shown(&script, &facts, &kept.language).ok_or_else(|| StoreError::corrupt("a run stands at no step"))?;
        Ok(ScriptRun {
            id: kept.id,
            version: kept.version,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
            script_id: kept.script_id,
            number: kept.number,
            interaction_id: kept.interaction_id,
            agent_id: kept.agent_id,
            customer_id: kept.customer_id,
            ticket_id: kept.ticket_id,
            state: if kept.run.is_over(&script) { RunState::Over } else { RunState::Running },
            answers: kept.run.answers().clone(),
            step,
        })
    }

    /// The customer as the answers make them; none where nothing changes.
    async fn changed_customer(
        &self,
        viewer: &Viewer,
        customer: Option<CustomerId>,
        writes: &[Written],
        defined: &Defined,
    ) -> Result<Option<(Stored<Customer>, Customer)>> {
        if writes.iter().all(|one| one.value.is_none()) {
            return Ok(None);
        }
        let Some(customer) = customer else {
            let given = writes.iter().filter(|one| one.value.is_some());
            let error =
                |one: &Written| FieldError { field: answer(&one.input), mend: "choose the customer first: it is written there".into() };
            return Err(StoreError::Invalid { resource: RESOURCE, errors: given.map(error).collect() });
        };
        let (old, _) = self.customer(viewer, customer).await?;
        let mut data = patched(&old, &customer_patch(&old, writes, defined))?;
        self.prepare(&mut data, Some(&old.data)).await.map_err(|error| of_inputs(error, writes))?;
        if data == old.data {
            return Ok(None);
        }
        let differ = differing(&to_object(&old.data)?, &to_object(&data)?);
        let owns = viewer.owns(old.owner_id);
        check_write(viewer, owns, Kind::Customer.word(), Verb::Change, &differ, defined.of(WriteTo::Customer))
            .map_err(|error| of_inputs(error, writes))?;
        Ok(Some((old, data)))
    }

    /// The ticket as the answers make it, one that is opened among them; none where nothing is written.
    async fn changed_ticket_of(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        kept: &Kept,
        script: &Script,
        facts: &Facts,
        writes: &[Written],
        defined: &Defined,
    ) -> Result<Option<TicketWrite>> {
        if writes.iter().all(|one| one.value.is_none()) {
            return Ok(None);
        }
        let there = self.ticket_of_contact(kept.ticket_id, kept.interaction_id, kept.customer_id).await?;
        let mut fields = ticket_patch(there.as_ref().map(|row| &row.data), writes, defined);
        if there.is_none() {
            // A document that writes to tickets says which one is opened.
            let Some(new) = &script.document().ticket else { return Err(StoreError::corrupt("a script opens no ticket")) };
            let title = in_language(&new.title, &kept.language, &script.document().language);
            let title: String = render(title, &kept.run.known(facts), For::Plain).chars().take(200).collect();
            fields.entry("title").or_insert_with(|| Json::from(title));
            fields.insert("type_id".to_owned(), json!(new.type_id));
            fields.insert("customer_id".to_owned(), json!(kept.customer_id));
        }
        let write = self.ticket_write(viewer, who, now, there, kept.interaction_id, &Json::Object(fields)).await;
        write.map(Some).map_err(|error| of_inputs(error, writes))
    }

    async fn put_run(&self, tx: &mut crate::db::Tx, who: &Who, now: Utc, kept: &Kept, script: &Script) -> Result<()> {
        let sql = "UPDATE script_run SET version = version + 1, updated_at = $3, state = $4, run = $5, ticket_id = $6 \
                   WHERE id = $1 AND version = $2";
        let state = if kept.run.is_over(script) { "over" } else { "running" };
        let ticket = kept.ticket_id.map(|id| id.to_string());
        let row = args![kept.id.to_string(), kept.version, now, state, written(&kept.run)?, ticket];
        if tx.execute_on(RESOURCE, sql, row).await? == 0 {
            return Err(StoreError::VersionConflict { resource: RESOURCE, current: kept.version + 1 });
        }
        // Answers are the customer's; the audit says which were given, not what.
        let answered: Vec<&String> = kept.run.answers().keys().collect();
        let after = Some(json!({ "answered": answered, "state": state }));
        write_audit(self, tx, who, now, Action::Update, RESOURCE, &kept.id.to_string(), None, after).await
    }
}

fn check_start(start: &StartRun) -> Result<()> {
    let bad = |field: &str, mend: &str| Err(StoreError::invalid(RESOURCE, field, mend));
    let right = |(key, value): (&String, &String)| {
        (1..=64).contains(&key.chars().count()) && is_line(key) && value.chars().count() <= 500 && !value.contains('\0')
    };
    if start.data.len() > DATA_MAX || !start.data.iter().all(right) {
        return bad("data", "give at most 50 values of at most 500 characters, with names of at most 64");
    }
    if start.language.as_ref().is_some_and(|language| language.len() > 35 || !is_line(language)) {
        return bad("language", "choose a language such as en or zh");
    }
    Ok(())
}

fn same_version(kept: &Kept, version: i64) -> Result<()> {
    if kept.version == version {
        return Ok(());
    }
    Err(StoreError::VersionConflict { resource: RESOURCE, current: kept.version })
}

fn parsed(document: super::Document) -> Result<Script> {
    // It was right when it was added.
    Script::parse(document).map_err(|_| StoreError::corrupt("a script's version cannot be run"))
}

fn written(run: &Run) -> Result<String> {
    serde_json::to_string(run).map_err(|e| StoreError::corrupt_from("a run cannot be written as JSON", e))
}

fn answer(input: &str) -> String {
    format!("answers.{input}")
}

/// Says of what the record refuses which input wrote it.
fn of_inputs(error: StoreError, writes: &[Written]) -> StoreError {
    let input = |field: &str| writes.iter().find(|one| one.write.field == field || one.write.field.starts_with(&format!("{field}.")));
    let named = |errors: Vec<FieldError>| -> Vec<FieldError> {
        let name = |error: FieldError| match input(&error.field) {
            Some(one) => FieldError { field: answer(&one.input), ..error },
            None => error,
        };
        errors.into_iter().map(name).collect()
    };
    match error {
        StoreError::Invalid { errors, .. } => StoreError::Invalid { resource: RESOURCE, errors: named(errors) },
        StoreError::NotAllowed { resource, errors } => StoreError::NotAllowed { resource, errors: named(errors) },
        other => other,
    }
}

fn read(row: &Row) -> Result<Kept> {
    let bad = |error| StoreError::corrupt_from("a run of a script", error);
    Ok(Kept {
        id: row.id(0)?,
        version: row.int(1)?,
        created_at: Utc(row.int(2)?),
        updated_at: Utc(row.int(3)?),
        script_id: row.id(4)?,
        number: row.int(5)? as u32,
        interaction_id: row.id(6)?,
        agent_id: row.id(7)?,
        customer_id: row.opt_id(8)?,
        language: row.text(9)?.to_owned(),
        data: serde_json::from_str(row.text(11)?).map_err(bad)?,
        run: serde_json::from_str(row.text(12)?).map_err(bad)?,
        ticket_id: row.opt_id(13)?,
    })
}
