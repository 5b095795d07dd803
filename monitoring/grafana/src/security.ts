// The dashboard of sign-ins, refused tokens and throttled requests.

import { CLOUDWATCH, environment, metric } from "./cloudwatch";
import { dashboard } from "./dashboard";
import { graph } from "./panels";
import { PROMETHEUS, promql } from "./prometheus";

const SIGN_INS = 'environment_outcome:bellwether_sign_ins:increase15m{environment="$environment"}';
const FAILED = 'environment_outcome:bellwether_sign_ins:increase15m{environment="$environment", outcome="failed"}';

const signIns = [
  graph({
    title: "Sign-ins in 15 minutes", description: "By outcome. More than 30 failures raise a page if they are more than half of all.",
    datasource: PROMETHEUS, targets: promql([SIGN_INS, "{{outcome}}"]), unit: "short", min: 0, width: 12,
    steps: [{ color: "green", value: null }, { color: "red", value: 30 }],
  }),
  graph({
    title: "Share of failures", description: "Share of the sign-ins in 15 minutes that failed. Absent without sign-ins.",
    datasource: PROMETHEUS, targets: promql([`sum(${FAILED}) / sum(${SIGN_INS})`, "failed"]),
    unit: "percentunit", min: 0, max: 1, width: 12,
    steps: [{ color: "green", value: null }, { color: "red", value: 0.5 }],
  }),
];

const long = [
  graph({
    title: "Sign-ins, total", description: "Since the deployment was created.",
    datasource: PROMETHEUS, targets: promql(['max by (outcome) (bellwether_sign_ins_total{environment="$environment"})', "{{outcome}}"]),
    unit: "short", min: 0, width: 12,
  }),
  graph({
    title: "Sign-ins by outcome, including throttled ones",
    description: "As the functions count them. Many throttled sign-ins show an attack that the throttle is slowing.",
    datasource: CLOUDWATCH, unit: "short", min: 0, width: 12,
    targets: [metric("outcomes", "SignIns", "Sum", { dimensions: { outcome: "*" }, label: "${PROP('Dim.outcome')}" })],
  }, true),
];

const refused = [
  graph({
    title: "Refused tokens", description: "Responses with 401 outside sign-in: an expired client, or forged tokens.",
    datasource: CLOUDWATCH, targets: [metric("refusals", "TokenRefusals", "Sum", { label: "refused" })], unit: "short", min: 0, width: 12,
  }, true),
  graph({
    title: "Throttled requests", description: "Responses with 429 by the functions. The gateway and the firewall throttle separately.",
    datasource: CLOUDWATCH, targets: [metric("throttled", "Throttled", "Sum", { label: "throttled" })], unit: "short", min: 0, width: 12,
  }, true),
];

export const security = dashboard({
  uid: "bellwether-security",
  title: "Bellwether: security",
  description: "Sign-ins and refusals. monitoring/README.md describes each alert.",
  from: "now-24h",
  variables: [environment],
  rows: [signIns, long, refused],
});
