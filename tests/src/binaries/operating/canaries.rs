//! Tests canaries, releases and rollbacks on an emulated cloud, and the wait for quiet alarms between them.

use serde_json::json;
use testing::cloud::Emulator;

use super::programs::{Ended, PYTHON, Programs, assert_one_line, outputs, run};

/// Calls the emulated AWS: the service, the operation and its parameters; prints the response as JSON.
const CALL: &str = "
import botocore.session, io, json, sys, zipfile
service, operation, parameters = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
package = io.BytesIO()
with zipfile.ZipFile(package, 'w') as written:
    written.writestr('bootstrap', parameters.pop('content', ''))
if operation == 'create_function':
    parameters['Code'] = {'ZipFile': package.getvalue()}
if operation == 'update_function_code':
    parameters['ZipFile'] = package.getvalue()
client = botocore.session.get_session().create_client(service, region_name='eu-central-1')
print(json.dumps(getattr(client, operation)(**parameters), default=str))
";

/// A deployment with the functions `a` and `b` in an emulated cloud.
struct Deployment {
    programs: Programs,
    emulator: Emulator,
}

impl Deployment {
    async fn start(test: &str) -> Self {
        let printed = outputs("000000000000", "https://a.example/v1");
        let functions = json!({ "a": { "name": "a" }, "b": { "name": "b" } }).to_string();
        let only = json!({ "create-user": { "name": "c", "version": "1" } }).to_string();
        let programs = Programs::of(test, &["sh"]).with_terraform(&printed.replace(&only, &functions));
        Self { programs, emulator: Emulator::start().await }
    }

    fn run(&self, command: &[&str]) -> Ended {
        let keys = [
            ("AWS_ENDPOINT_URL", &*self.emulator.url),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ];
        run(&[&[PYTHON], command].concat(), &self.programs, &keys)
    }

    fn call(&self, service: &str, operation: &str, parameters: &serde_json::Value) -> serde_json::Value {
        let ended = self.run(&["-c", CALL, service, operation, &parameters.to_string()]);
        assert_eq!(ended.code, Some(0), "{operation}: {ended:?}");
        serde_json::from_str(&ended.out.join("")).unwrap()
    }

    fn release(&self, action: &str) {
        let ended = self.run(&["deploy/release.py", action]);
        assert_eq!(ended.code, Some(0), "{action}: {ended:?}");
    }

    /// Returns the versions that callers of `a` and `b` reach, without the share of a canary.
    fn versions(&self) -> [String; 2] {
        ["a", "b"].map(|name| {
            let alias = self.call("lambda", "get_alias", &json!({ "FunctionName": name, "Name": "live" }));
            alias["FunctionVersion"].as_str().unwrap().to_owned()
        })
    }
}

#[tokio::test]
async fn a_rollback_leaves_functions_that_the_release_did_not_change() {
    let deployment = Deployment::start("canary").await;
    let publish = |name: &str, content: &str| {
        let code = json!({ "FunctionName": name, "Publish": true, "content": content });
        deployment.call("lambda", "update_function_code", &code);
    };
    for name in ["a", "b"] {
        let role = "arn:aws:iam::000000000000:role/x";
        let function = json!({ "FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap",
            "Role": role, "Publish": true, "content": "1" });
        deployment.call("lambda", "create_function", &function);
        let alias = json!({ "FunctionName": name, "Name": "live", "FunctionVersion": "1" });
        deployment.call("lambda", "create_alias", &alias);
        publish(name, "2");
    }
    deployment.release("release");
    assert_eq!(deployment.versions(), ["2", "2"]);
    publish("a", "3");
    for (action, versions) in [
        ("canary", ["2", "2"]),
        ("rollback", ["2", "2"]),
        ("canary", ["2", "2"]),
        ("release", ["3", "2"]),
        ("release", ["3", "2"]),
        ("cancel", ["3", "2"]),
        ("rollback", ["2", "2"]),
        ("release", ["3", "2"]),
    ] {
        deployment.release(action);
        assert_eq!(deployment.versions(), versions, "after {action}");
    }
}

#[tokio::test]
async fn a_release_waits_for_quiet_alarms_and_stops_at_the_first_one_in_alarm() {
    let deployment = Deployment::start("quiet").await;
    let quiet = |minutes: &str| deployment.run(&["deploy/quiet.py", "--minutes", minutes]);
    assert_one_line(&quiet("0"), "has no alarms");
    let alarm = json!({ "AlarmName": "bellwether-dev-gateway-5xx", "MetricName": "5XXError",
        "Namespace": "AWS/ApiGateway", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold" });
    deployment.call("cloudwatch", "put_metric_alarm", &alarm);
    let state = |state: &str| {
        let parameters =
            json!({ "AlarmName": "bellwether-dev-gateway-5xx", "StateValue": state, "StateReason": "test" });
        deployment.call("cloudwatch", "set_alarm_state", &parameters);
    };
    state("OK");
    let ended = quiet("0");
    assert_eq!((ended.code, &*ended.out[1]), (Some(0), "1 alarms stayed quiet for 0 minutes"), "{ended:?}");
    state("ALARM");
    assert_one_line(&quiet("600"), "in alarm: bellwether-dev-gateway-5xx");
}
