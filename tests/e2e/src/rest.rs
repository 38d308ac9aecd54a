//! The REST interface as a program uses it. Speaks JSON, checks nothing but what it is asked to.

use reqwest::{Client, Method};
use serde_json::Value;

/// An API client with one person's or program's rights. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rest {
    client: Client,
    base: String,
    authorization: Option<String>,
    cookie: Option<String>,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
    /// `null` when there was no JSON.
    pub body: Value,
}

impl Rest {
    pub(crate) fn new(http: &str, token: &str) -> Rest {
        Rest { client: Client::new(), base: http.to_owned(), authorization: Some(format!("Bearer {token}")), cookie: None }
    }

    /// A client of somebody who signs in with name and password.
    pub async fn sign_in(&self, login: &str, password: &str) -> Rest {
        let url = format!("{}/api/v1/session", self.base);
        let body = serde_json::json!({ "login": login, "password": password });
        let answer = self.client.post(url).json(&body).send().await.expect("an answer to the login");
        assert_eq!(answer.status(), 200, "{login} cannot sign in");
        let cookie = answer.headers().get("set-cookie").expect("a cookie").to_str().expect("a text").to_owned();
        let cookie = cookie.split(';').next().map(str::to_owned);
        Rest { client: self.client.clone(), base: self.base.clone(), authorization: None, cookie }
    }

    /// The same client with a token in place of a login.
    pub fn with_token(&self, token: &str) -> Rest {
        Rest { client: self.client.clone(), ..Rest::new(&self.base, token) }
    }

    /// The session's cookie, `name=value`.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// By which header it shows who it is, and with which value.
    pub(crate) fn login(&self) -> (&'static str, &str) {
        match (&self.cookie, &self.authorization) {
            (Some(cookie), _) => ("cookie", cookie),
            (None, Some(token)) => ("authorization", token),
            (None, None) => panic!("nobody is signed in"),
        }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        request
    }

    async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let etag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes().await.expect("a body");
        Answer { status, etag, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// `path` begins behind `/api/v1`.
    pub async fn get(&self, path: &str) -> Answer {
        Self::answer(self.request(Method::GET, path)).await
    }

    /// The body of what must be there.
    pub async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.body
    }

    /// The items of a list's first page.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        match self.read(path).await.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            other => panic!("GET {path} gave no items: {other:?}"),
        }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Self::answer(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Self::answer(self.request(Method::PUT, path).json(body)).await
    }

    /// Changes one row as it stands now.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        let etag = self.get(path).await.etag.unwrap_or_default();
        Self::answer(self.request(Method::PATCH, path).header("if-match", etag).json(body)).await
    }

    /// The bytes of a file.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let response = self.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "GET {path}");
        response.bytes().await.expect("a body").to_vec()
    }

    /// What must be there, as text.
    pub async fn text(&self, path: &str) -> String {
        let response = self.request(Method::GET, path).header("accept", "text/plain").send().await.expect("an answer");
        assert_eq!(response.status(), 200, "GET {path}");
        response.text().await.expect("a text")
    }

    /// One of the figures of `/metrics`.
    pub async fn figure(&self, name: &str) -> u64 {
        let response = self.client.get(format!("{}/metrics", self.base)).send().await.expect("an answer");
        let text = response.text().await.expect("the metrics");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse::<f64>().ok());
        value.unwrap_or_else(|| panic!("no figure {name}")) as u64
    }

    /// The row of a list whose field has this value.
    pub async fn find(&self, list: &str, field: &str, value: &str) -> Value {
        let items = self.items(&format!("{list}?limit=500")).await;
        let found = items.iter().find(|item| item.get(field).and_then(Value::as_str) == Some(value));
        found.cloned().unwrap_or_else(|| panic!("no {field} {value} in {list}"))
    }

    /// Interactions with this number, the latest first, with everything.
    pub async fn interactions_of(&self, number: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for item in self.items(&format!("/interactions?number={}", number.replace('+', "%2B"))).await {
            let id = item.get("id").and_then(Value::as_str).expect("an id");
            all.push(self.read(&format!("/interactions/{id}")).await);
        }
        all
    }
}
