//! What a server prints when it is ready.

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::setup::ADMIN;

/// What there is to say of a server that is ready.
#[derive(Debug)]
pub struct Ready<'a> {
    /// Where it answers.
    pub url: &'a str,
    /// How long its start took.
    pub took: Duration,
    /// Its data folder; None when it keeps nothing.
    pub folder: Option<&'a Path>,
    /// The first admin's password, if they were added now.
    pub password: Option<&'a SecretString>,
}

impl Ready<'_> {
    /// The lines.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("Bellwether is ready: {}/v1 ({:.1} s)\n\n", self.url, self.took.as_secs_f64());
        text += &format!("email     {ADMIN}\n");
        text += &self.password_line();
        text += &match self.folder {
            Some(folder) => format!("data      {}\n", folder.display()),
            None => "data      in memory; nothing is kept after the end\n".to_owned(),
        };
        if let Some(password) = self.password {
            text += "\nSign in, create a test, start it and request a variant:\n\n";
            text += &self.first_steps(password);
        }
        text + "\nCtrl-C stops the server.\n"
    }

    fn password_line(&self) -> String {
        match (self.password, self.folder) {
            (Some(password), Some(_)) => {
                format!("password  {}  (shown only now, and not stored)\n", password.expose_secret())
            }
            (Some(password), None) => format!("password  {}\n", password.expose_secret()),
            (None, Some(folder)) => {
                let data = if folder == Path::new(".bellwether") {
                    String::new()
                } else {
                    format!(" --data {}", folder.display())
                };
                format!(
                    "password  as printed at the first start; to set a new one: bellwether reset-password{data}\n"
                )
            }
            (None, None) => String::new(),
        }
    }

    /// Three lines to paste into a shell. They need curl and sed.
    fn first_steps(&self, password: &SecretString) -> String {
        let login = json!({ "email": ADMIN, "password": password.expose_secret() });
        let test = json!({
            "test_id": "pricing-page",
            "name": "Pricing page: ROI calculator",
            "variants": [
                { "key": "control", "weight": 5000, "is_control": true },
                { "key": "calculator", "weight": 5000, "parameters": { "hero": "roi" } },
            ],
            "goals": [{ "key": "demo-booked", "kind": "binary", "role": "primary" }],
        });
        let start = json!({ "revision": 1, "status": "running" });
        let unit = json!({ "unit_id": "acme.com" });
        let token = r#" -H "authorization: Bearer $TOKEN""#;
        let pick = r#"sed 's/.*"access_token":"\([^"]*\)".*/\1/'"#;
        format!(
            "TOKEN=$({} | {pick})\n{}\n{} && {}\n",
            self.curl("/login", &login, ""),
            self.curl("/tests", &test, token),
            self.curl("/tests/pricing-page", &start, &format!(" -X PATCH{token}")),
            self.curl("/tests/pricing-page/assignments", &unit, token),
        )
    }

    fn curl(&self, path: &str, body: &serde_json::Value, options: &str) -> String {
        let json = " -w '\\n' -H 'content-type: application/json'";
        format!("curl -sS{options} {}/v1{path}{json} -d '{body}'", self.url)
    }
}
