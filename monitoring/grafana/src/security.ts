// Who signs in, who tries to, and who is refused.

import { CLOUDWATCH, environment, metric } from "./cloudwatch";
import { dashboard } from "./dashboard";
import { graph } from "./panels";
import { PROMETHEUS, promql } from "./prometheus";

const SIGN_INS = 'environment_outcome:bellwether_sign_ins:increase15m{environment="$environment"}';
const FAILED = 'environment_outcome:bellwether_sign_ins:increase15m{environment="$environment", outcome="failed"}';

const signIns = [
  graph({
    title: "Sign-ins in 15 minutes", description: "By how they ended. Over 30 failed ones, if they are most, page somebody.",
    datasource: PROMETHEUS, targets: promql([SIGN_INS, "{{outcome}}"]), unit: "short", min: 0, width: 12,
    steps: [{ color: "green", value: null }, { color: "red", value: 30 }],
  }),
  graph({
    title: "Share of failures", description: "Of the sign-ins of 15 minutes. Nobody signing in is nothing here.",
    datasource: PROMETHEUS, targets: promql([`sum(${FAILED}) / sum(${SIGN_INS})`, "failed"]),
    unit: "percentunit", min: 0, max: 1, width: 12,
    steps: [{ color: "green", value: null }, { color: "red", value: 0.5 }],
  }),
];

const long = [
  graph({
    title: "Sign-ins, all told", description: "Counted since the deployment was made.",
    datasource: PROMETHEUS, targets: promql(['max by (outcome) (bellwether_sign_ins_total{environment="$environment"})', "{{outcome}}"]),
    unit: "short", min: 0, width: 12,
  }),
  graph({
    title: "Sign-ins by outcome, those that had to wait among them",
    description: "As the functions count them. Many that had to wait are an attack that the throttle holds off.",
    datasource: CLOUDWATCH, unit: "short", min: 0, width: 12,
    targets: [metric("outcomes", "SignIns", "Sum", { dimensions: { outcome: "*" }, label: "${PROP('Dim.outcome')}" })],
  }, true),
];

const refused = [
  graph({
    title: "Refused tokens", description: "Answers of 401 where nobody signs in: an expired client, or forged tokens.",
    datasource: CLOUDWATCH, targets: [metric("refusals", "TokenRefusals", "Sum", { label: "refused" })], unit: "short", min: 0, width: 12,
  }, true),
  graph({
    title: "Throttled requests", description: "Answers of 429 by the functions. The gateway and the firewall have their own.",
    datasource: CLOUDWATCH, targets: [metric("throttled", "Throttled", "Sum", { label: "throttled" })], unit: "short", min: 0, width: 12,
  }, true),
];

export const security = dashboard({
  uid: "bellwether-security",
  title: "Bellwether: security",
  description: "Sign-ins and refusals. What each alert means: monitoring/README.md.",
  from: "now-24h",
  variables: [environment],
  rows: [signIns, long, refused],
});
