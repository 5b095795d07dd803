// The dashboard of the API: requests, faults, latency, and how fast the error budget is used.

import type { Threshold } from "@grafana/schema";
import { CLOUDWATCH, environment, math, metric, type Statistic } from "./cloudwatch";
import { dashboard } from "./dashboard";
import { graph, stat, type Content } from "./panels";

// The objectives: 999 of 1,000 requests are answered without a fault, and 99 of 100 within their function's time.
const FAULTS_ALLOWED = 0.001;
const SLOW_ALLOWED = 0.01;

// A burn rate of 14.4 uses up a budget of 30 days in 2 days, and 6 uses it up in 5 days.
const BURN: Threshold[] = [
  { color: "green", value: null },
  { color: "orange", value: 6 },
  { color: "red", value: 14.4 },
];
const WINDOWS = [["5m", "300"], ["1h", "3600"], ["6h", "21600"], ["1d", "86400"]] as const;

type Short = Omit<Content, "datasource">;
const lines = (content: Short) => graph({ datasource: CLOUDWATCH, ...content });
const bars = (content: Short) => graph({ datasource: CLOUDWATCH, ...content }, true);
const number = (content: Short) => stat({ datasource: CLOUDWATCH, ...content });

const each = { function: "*" };
const byFunction = (name: string, statistic: Statistic) => [
  metric("each", name, statistic, { dimensions: each, label: "${PROP('Dim.function')}" }),
];

/** The share of all requests that a metric counts, over the whole time shown. */
function share(name: string, expression: string, label: string) {
  return [
    metric("part", name, "Sum", { hide: true }),
    metric("whole", "Requests", "Sum", { hide: true }),
    math("share", expression, label),
  ];
}

/** The burn rate of a budget: at 1, it is used up exactly at its end. */
function burn(name: string, allowed: number) {
  return WINDOWS.flatMap(([window, period]) => [
    metric(`part${window}`, name, "Sum", { hide: true, period }),
    metric(`whole${window}`, "Requests", "Sum", { hide: true, period }),
    math(`burn${window}`, `IF(whole${window} > 0, part${window} / whole${window} / ${allowed}, 0)`, `over ${window}`, period),
  ]);
}

const summary = [
  number({
    title: "Answered without a fault", description: "Share of all requests in the time shown that were answered without 5xx. The objective is 99.9 %.",
    targets: share("Faults", "100 * (1 - RUNNING_SUM(part) / RUNNING_SUM(whole))", "availability"),
    unit: "percent", decimals: 3, width: 6,
    steps: [{ color: "red", value: null }, { color: "green", value: 99.9 }],
  }),
  number({
    title: "Answered in time", description: "Share of requests answered within their function's objective (p99_ms in Terraform). The objective is 99 %.",
    targets: share("SlowRequests", "100 * (1 - RUNNING_SUM(part) / RUNNING_SUM(whole))", "in time"),
    unit: "percent", decimals: 2, width: 6,
    steps: [{ color: "red", value: null }, { color: "green", value: 99 }],
  }),
  number({
    title: "Requests", description: "In the latest period.",
    targets: [metric("requests", "Requests", "Sum")], unit: "short", width: 6,
  }),
  number({
    title: "Latency, 99th percentile", description: "In the latest period, over all functions.",
    targets: [metric("latency", "Latency", "p99")], unit: "ms", decimals: 0, width: 6,
  }),
];

const budget = [
  lines({
    title: "Burn rate: faults", description: "At 1, the budget of 30 days is used up in 30 days. Act at 14.4 over 1h and at 6 over 6h.",
    targets: burn("Faults", FAULTS_ALLOWED), unit: "short", min: 0, width: 12, steps: BURN,
  }),
  lines({
    title: "Burn rate: slow requests", description: "The same for requests slower than their function's objective.",
    targets: burn("SlowRequests", SLOW_ALLOWED), unit: "short", min: 0, width: 12, steps: BURN,
  }),
];

const traffic = [
  bars({ title: "Requests by function", description: "Requests answered by each function.", targets: byFunction("Requests", "Sum"), unit: "short", width: 12 }),
  bars({ title: "Faults by function", description: "Responses with 5xx. Check the log of that function.", targets: byFunction("Faults", "Sum"), unit: "short", width: 12 }),
];

const latency = [
  lines({
    title: "Latency", description: "Over all functions together.", unit: "ms", min: 0, width: 8,
    targets: [
      metric("p50", "Latency", "p50", { label: "median" }),
      metric("p95", "Latency", "p95", { label: "p95" }),
      metric("p99", "Latency", "p99", { label: "p99" }),
    ],
  }),
  lines({ title: "Latency by function", description: "The 99th percentile of each function.", targets: byFunction("Latency", "p99"), unit: "ms", min: 0, width: 8 }),
  bars({ title: "Cold starts by function", description: "Requests that were the first of their instance.", targets: byFunction("ColdStarts", "Sum"), unit: "short", width: 8 }),
];

const storage = [
  lines({
    title: "DynamoDB", description: "Calls, including retries, and capacity units.", unit: "short", min: 0, width: 8,
    targets: [metric("calls", "DynamodbCalls", "Sum", { label: "calls" }), metric("units", "DynamodbUnits", "Sum", { label: "units" })],
  }),
  lines({
    title: "Aggregation time", description: "How long the aggregation of one test takes.", unit: "ms", min: 0, width: 8,
    targets: [metric("usual", "AggregationTime", "p50", { label: "median" }), metric("longest", "AggregationTime", "Maximum", { label: "longest" })],
  }),
  lines({
    title: "Rows aggregated, and failed aggregations", description: "A failed aggregation leaves the results of its test unchanged.", unit: "short", min: 0, width: 8,
    targets: [metric("rows", "AggregationRows", "Sum", { label: "rows" }), metric("failures", "AggregationFailures", "Sum", { label: "failures" })],
  }),
];

export const api = dashboard({
  uid: "bellwether-api",
  title: "Bellwether: API health and objectives",
  description: "Metrics that the functions record, from CloudWatch.",
  from: "now-24h",
  variables: [environment],
  rows: [summary, budget, traffic, latency, storage],
});
