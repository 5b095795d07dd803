//! What a server prints when it is ready.

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::setup::ADMIN;

/// The values to print.
#[derive(Debug)]
pub struct Ready<'a> {
    /// The address of the server.
    pub url: &'a str,
    /// The duration of the start.
    pub took: Duration,
    /// The data folder; None if the data is in memory.
    pub folder: Option<&'a Path>,
    /// The password of the first admin, if the admin was created by this start.
    pub password: Option<&'a SecretString>,
}

impl Ready<'_> {
    /// Returns the lines.
    #[must_use]
    pub fn text(&self) -> String {
        let (url, seconds) = (self.url, self.took.as_secs_f64());
        let data = self.folder.map_or_else(
            || "in memory, deleted at the end".to_owned(),
            |folder| folder.display().to_string(),
        );
        let steps = self.password.map_or_else(String::new, |password| {
            let steps = self.first_steps(password);
            format!("\nSign in, create a test, start it and request a variant:\n\n{steps}")
        });
        format!(
            "Bellwether is ready: {url}/v1 ({seconds:.1} s)\n\nemail     {ADMIN}\n{}data      {data}\n{steps}\n\
             Ctrl-C stops the server.\n",
            self.password_line(),
        )
    }

    fn password_line(&self) -> String {
        match (self.password, self.folder) {
            (Some(password), Some(_)) => {
                format!("password  {}  (not shown again)\n", password.expose_secret())
            }
            (Some(password), None) => format!("password  {}\n", password.expose_secret()),
            (None, Some(folder)) => {
                let data = if folder == Path::new(".bellwether") {
                    String::new()
                } else {
                    format!(" --data {}", folder.display())
                };
                let program = std::env::args().next().unwrap_or_else(|| "bellwether".to_owned());
                let reset = format!("{program} reset-password{data}");
                format!("password  as printed at the first start; set a new one with: {reset}\n")
            }
            (None, None) => String::new(),
        }
    }

    /// Returns three commands for a shell with curl and sed.
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
