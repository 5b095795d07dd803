//! Tests a server as a new user runs it: it runs the main journey over HTTP, replays the published trial twice, and
//! stops on Ctrl-C. The server is `bellwether serve`, which `make run` starts, or the functions under
//! `cargo lambda watch`, which `make watch` starts.

mod server;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use server::Server;

#[test]
fn serve_answers_the_journey_and_stops_on_ctrl_c() {
    let _turn = crate::TURN.blocking_lock();
    journey(Server::of_the_command());
}

#[test]
fn make_watch_serves_the_journey_and_stops_on_ctrl_c() {
    let _turn = crate::TURN.blocking_lock();
    journey(Server::with_hot_reload());
}

fn journey(mut server: Server) {
    a_campaign_of_300_accounts_is_counted_exactly(&server);
    an_analyst_signs_in_and_is_limited_to_the_role(&server);
    the_published_trial_gives_the_same_results_twice(&server);
    an_undeclared_method_gets_405_with_the_allowed_methods(&server);
    the_first_rotation_created_the_only_key(&server);
    let log = std::fs::read_to_string(server.log()).unwrap();
    assert!(log.contains("assign-variant") && !log.contains(&server.token), "the log contains a token");
    assert_eq!(server.interrupt(), Some(0));
    assert!(std::net::TcpStream::connect(("127.0.0.1", server.port())).is_err(), "the port is still open");
    assert!(!server.session().exists());
}

/// Pseudo-random numbers that are the same on every run.
fn shuffle<T>(items: &mut [T], mut seed: u64) {
    for last in (1..items.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(last, usize::try_from((seed >> 33) % (last as u64 + 1)).unwrap());
    }
}

fn a_campaign_of_300_accounts_is_counted_exactly(server: &Server) {
    let test = json!({ "test_id": "campaign", "name": "Campaign",
        "variants": [{ "key": "control", "weight": 5_000, "is_control": true }, { "key": "new", "weight": 5_000 }],
        "targeting": { "employees": { "$gte": 200 } },
        "goals": [{ "key": "demo-booked", "kind": "binary", "role": "primary" }] });
    assert_eq!(server.post("/tests", &test).0, 201);
    let (status, started) = server.patch("/tests/campaign", &json!({ "revision": 1, "status": "running" }));
    assert_eq!((status, &started["status"]), (200, &json!("running")));

    let ask = |n: usize| json!({ "unit_id": format!("account-{n}.example"), "attributes": { "employees": 200 + n } });
    let mut asked: Vec<usize> = (0..300).chain(0..60).collect();
    shuffle(&mut asked, 1);
    let mut response: BTreeMap<usize, String> = BTreeMap::new();
    for n in asked {
        let (status, answer) = server.post("/tests/campaign/assignments", &ask(n));
        assert_eq!(status, 200, "{answer}");
        let variant = answer["variant"].as_str().unwrap().to_owned();
        let before = response.insert(n, variant.clone());
        assert!(before.is_none_or(|before| before == variant), "account {n} was assigned two variants");
    }
    let converts = |n: &usize| n.is_multiple_of(3);
    let mut outcomes: Vec<usize> = (0..300).filter(converts).chain((0..60).filter(converts)).collect();
    shuffle(&mut outcomes, 2);
    for n in outcomes {
        let body = json!({ "unit_id": format!("account-{n}.example"), "goal": "demo-booked", "event_id": format!("crm-{n}") });
        assert_eq!(server.post("/tests/campaign/conversions", &body).0, 202);
    }
    let small = json!({ "unit_id": "small.example", "attributes": { "employees": 3 } });
    assert_eq!(server.post("/tests/campaign/assignments", &small).1["reason"], "not_targeted");

    let (status, report) = server.get("/tests/campaign/results?fresh=true");
    assert_eq!(status, 200);
    for (index, arm) in ["control", "new"].into_iter().enumerate() {
        let units = response.values().filter(|variant| *variant == arm).count();
        let converted = response.iter().filter(|(n, variant)| *variant == arm && converts(n)).count();
        let read = &report["goals"][0]["arms"][index];
        assert_eq!(
            (&read["variant"], &read["units"], &read["converted"]),
            (&json!(arm), &json!(units), &json!(converted))
        );
    }
    assert_eq!(response.len(), 300);
    let (_, list) = server.get("/tests?limit=10");
    assert_eq!(list["tests"][0]["test_id"], "campaign");
    assert_eq!(server.get("/tests/campaign").1["revision"], 2);
}

fn an_analyst_signs_in_and_is_limited_to_the_role(server: &Server) {
    let credentials = json!({ "email": "analyst@example.com", "password": "a long enough password" });
    let mut person = credentials.clone();
    person["role"] = json!("analyst");
    assert_eq!(server.post("/users", &person).0, 201);
    let (status, signed_in) = server.post("/login", &credentials);
    assert_eq!(
        (status, &signed_in["scope"]),
        (
            200,
            &json!(
                "tests:read tests:write assignments:read conversions:read results:read workspace:read accounts:read accounts:write"
            )
        )
    );
    let bearer = format!("Bearer {}", signed_in["access_token"].as_str().unwrap());
    let post =
        |path: &str| server.agent.post(format!("{}{path}", server.url)).header("authorization", &bearer);
    assert_eq!(post("/users").send_json(&person).unwrap().status(), 403);
    assert_eq!(post("/tests/none/assignments").send_json(json!({})).unwrap().status(), 403);
}

fn the_published_trial_gives_the_same_results_twice(server: &Server) {
    let first = server.demo_trial();
    assert!(first.contains("new in this run: 2,834 assignments, 1,956 conversions"), "{first}");
    let second = server.demo_trial();
    assert!(second.contains("new in this run: 0 assignments, 0 conversions"), "{second}");
    // The minute of the count may differ.
    let table = |printed: &str| {
        let table = printed.split("==> results").nth(1).expect("results");
        table.lines().filter(|line| !line.starts_with("test ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(table(&first), table(&second));
    assert!(first.contains("fixed horizon +45.1 points (+41.0 to +49.2), p under 0.0001"), "{first}");
    assert!(first.contains("verdict       Ship incentive: it is better than control."), "{first}");
    let (_, report) = server.get("/tests/incentive-trial/results");
    assert_eq!(report["units"], json!({ "control": 623, "incentive": 2_211 }));
}

fn an_undeclared_method_gets_405_with_the_allowed_methods(server: &Server) {
    let answer = server.agent.delete(format!("{}/tests/campaign", server.url)).call().unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["allow"]), (405, &"GET, PATCH".parse().unwrap()));
}

fn the_first_rotation_created_the_only_key(server: &Server) {
    let mut answer = server.agent.get(format!("{}/.well-known/jwks.json", server.url)).call().unwrap();
    let keys: Value = answer.body_mut().read_json().unwrap();
    assert_eq!((answer.status().as_u16(), keys["keys"].as_array().map(Vec::len)), (200, Some(1)));
    assert_eq!(answer.headers()["cache-control"], "public, max-age=150");
    assert_eq!(server.get("/.well-known/oauth-authorization-server").0, 404, "without a custom domain");
}
