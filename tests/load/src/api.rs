//! The REST interface of a Cordboard, as far as this tool needs it. Knows no resource by heart.

use anyhow::Context as _;
use bytes::Bytes;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::collections::HashMap;

/// What is there of one kind: its key field's value → (id, version).
pub(crate) type Known = HashMap<String, (String, i64)>;

/// A client with somebody's token.
pub(crate) struct Api {
    http: reqwest::Client,
    pub(crate) base: String,
    token: String,
}

impl Api {
    pub(crate) fn new(base: &str, token: &str) -> Self {
        Self { http: reqwest::Client::new(), base: base.trim_end_matches('/').to_owned(), token: token.to_owned() }
    }

    /// Status and body of a request, whatever they are.
    async fn send(&self, method: &Method, path: &str, version: Option<i64>, body: Option<&Value>) -> anyhow::Result<(StatusCode, Bytes)> {
        let mut request = self.http.request(method.clone(), format!("{}/api/v1/{path}", self.base)).bearer_auth(&self.token);
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| format!("{method} {path}"))?;
        Ok((response.status(), response.bytes().await.with_context(|| format!("{method} {path}"))?))
    }

    pub(crate) async fn call(&self, method: Method, path: &str, version: Option<i64>, body: Option<&Value>) -> anyhow::Result<Value> {
        let (status, bytes) = self.send(&method, path, version, body).await?;
        // The body of a refusal names fields, never what stood in them.
        anyhow::ensure!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&bytes));
        if status == StatusCode::NO_CONTENT || bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).with_context(|| format!("{method} {path}: not JSON"))
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, None, None).await
    }

    /// The bytes of what is no JSON.
    pub(crate) async fn fetch(&self, path: &str) -> anyhow::Result<Bytes> {
        let (status, bytes) = self.send(&Method::GET, path, None, None).await?;
        anyhow::ensure!(status.is_success(), "GET {path}: {status}");
        Ok(bytes)
    }

    /// All items of a list; `query` has a question mark.
    pub(crate) async fn all(&self, query: &str) -> anyhow::Result<Vec<Value>> {
        let (mut all, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let mut page = self.get(&format!("{query}&limit=500{after}")).await?;
            if let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) {
                all.extend(items);
            }
            cursor = page.get("next").and_then(Value::as_str).map(str::to_owned);
            if cursor.is_none() {
                return Ok(all);
            }
        }
    }

    pub(crate) async fn known(&self, kind: &str, key: &str) -> anyhow::Result<Known> {
        let items = self.all(&format!("{kind}?")).await?;
        let entry = |item: &Value| Some((item.get(key)?.as_str()?.to_owned(), id_of(item)?));
        Ok(items.iter().filter_map(entry).collect())
    }

    /// Makes it, or brings the one of that name up to date; gives its id.
    pub(crate) async fn ensure(&self, kind: &str, key: &str, known: &Known, body: &Value) -> anyhow::Result<String> {
        let name = body.get(key).and_then(Value::as_str).context("the key is missing")?;
        let made = match known.get(name) {
            Some((id, version)) => self.call(Method::PATCH, &format!("{kind}/{id}"), Some(*version), Some(body)).await?,
            None => self.call(Method::POST, kind, None, Some(body)).await?,
        };
        Ok(match (id_of(&made), known.get(name)) {
            (Some((id, _)), _) => id,
            (None, Some((id, _))) => id.clone(),
            (None, None) => anyhow::bail!("{kind}: the answer has no id"),
        })
    }

    /// Makes it unless something unique of it is there already.
    pub(crate) async fn make_once(&self, kind: &str, body: &Value) -> anyhow::Result<()> {
        let (status, bytes) = self.send(&Method::POST, kind, None, Some(body)).await?;
        anyhow::ensure!(status.is_success() || status == StatusCode::CONFLICT, "POST {kind}: {status} {}", String::from_utf8_lossy(&bytes));
        Ok(())
    }
}

fn id_of(item: &Value) -> Option<(String, i64)> {
    let id = item.get("id")?.as_str()?.to_owned();
    Some((id, item.get("version").and_then(Value::as_i64).unwrap_or(1)))
}
