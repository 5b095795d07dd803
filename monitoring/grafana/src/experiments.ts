// The dashboard of one test, for its owner: traffic, outcomes, results so far, and whether they are trustworthy.

import { MappingType } from "@grafana/schema";
import { dashboard } from "./dashboard";
import { graph, stat, type Content } from "./panels";
import { choice, latest, PROMETHEUS, promql } from "./prometheus";

const WHERE = 'environment="$environment", workspace="$workspace"';
const TEST = `${WHERE}, test="$test"`;
const GOAL = `${TEST}, goal="$goal"`;

type Short = Omit<Content, "datasource">;
const lines = (content: Short) => graph({ datasource: PROMETHEUS, ...content });
const number = (content: Short, names = false) => stat({ datasource: PROMETHEUS, ...content }, names);

const summary = [
  number({
    title: "Verdict", description: "The current recommendation. do_not_trust: the split is broken, and the results are not trustworthy.",
    targets: latest([`max by (decision) (bellwether_test_verdict{${TEST}}) == 1`, "{{decision}}"]), unit: "none", width: 8,
  }, true),
  number({
    title: "State", description: "A test that is not running assigns no new accounts.",
    targets: latest([`max(bellwether_test_running{${TEST}})`, "running"]), unit: "none", width: 4,
    mappings: [{ type: MappingType.ValueToText, options: { "0": { text: "not running" }, "1": { text: "running" } } }],
  }),
  number({
    title: "Accounts", description: "Accounts assigned in this phase, in all variants.",
    targets: latest([`sum(bellwether_test_units_total{${TEST}})`, "accounts"]), unit: "short", width: 4,
  }),
  number({
    title: "Sample ratio", description: "The p-value of the sample-ratio check. Under 0.001 the split does not match the weights.",
    targets: latest([`min(bellwether_test_sample_ratio_p{${TEST}})`, "p"]), unit: "none", decimals: 4, width: 4,
    steps: [{ color: "red", value: null }, { color: "green", value: 0.001 }],
  }),
  number({
    title: "Age of results", description: "Time since the last aggregation. All panels change only with an aggregation.",
    targets: latest([`max(bellwether_test_results_age_seconds{${TEST}})`, "ago"]), unit: "s", decimals: 0, width: 4,
    steps: [{ color: "green", value: null }, { color: "red", value: 10_800 }],
  }),
];

const traffic = [
  lines({
    title: "Accounts by variant", description: "Accounts assigned in this phase.",
    targets: promql([`max by (variant) (bellwether_test_units_total{${TEST}})`, "{{variant}}"]), unit: "short", min: 0, width: 8,
  }),
  lines({
    title: "Accounts per hour", description: "New accounts in each hour, by variant.",
    targets: promql([`max by (variant) (increase(bellwether_test_units_total{${TEST}}[1h]))`, "{{variant}}"]), unit: "short", min: 0, width: 8,
  }),
  lines({
    title: "Conversions per hour: $goal", description: "Accounts with a first outcome in each hour, by variant.",
    targets: promql([`max by (variant) (increase(bellwether_test_conversions_total{${GOAL}}[1h]))`, "{{variant}}"]),
    unit: "short", min: 0, width: 8,
  }),
];

const outcomes = [
  lines({
    title: "Accounts with an outcome: $goal", description: "Accounts with at least one outcome that counts.",
    targets: promql([`max by (variant) (bellwether_test_conversions_total{${GOAL}})`, "{{variant}}"]), unit: "short", min: 0, width: 8,
  }),
  lines({
    title: "Share with an outcome: $goal", description: "Share of the assigned accounts.",
    targets: promql([
      `max by (variant) (bellwether_test_conversions_total{${GOAL}}) / max by (variant) (bellwether_test_units_total{${TEST}})`, "{{variant}}",
    ]),
    unit: "percentunit", min: 0, width: 8,
  }),
  lines({
    title: "Sum of values: $goal", description: "The sum over all outcomes that count, for example visits or money.",
    targets: promql([`max by (variant) (bellwether_test_outcome_value{${GOAL}})`, "{{variant}}"]), unit: "short", width: 8,
  }),
];

const readings = [
  lines({
    title: "Difference from control: $goal",
    description: "With its 95 % interval. While the interval contains 0, either variant may be better. Absent until there is enough data.",
    targets: promql(
      [`max by (variant) (bellwether_test_difference{${GOAL}})`, "{{variant}}"],
      [`max by (variant) (bellwether_test_difference_low{${GOAL}})`, "{{variant}}, at least"],
      [`max by (variant) (bellwether_test_difference_high{${GOAL}})`, "{{variant}}, at most"],
    ),
    unit: "short", width: 12,
  }),
  lines({
    title: "p-value: $goal", description: "Valid at every interim look. Absent until the comparison is decided; in adaptive tests, until a window has ended.",
    targets: promql([`max by (variant) (bellwether_test_p_value{${GOAL}})`, "{{variant}}"]), unit: "none", min: 0, max: 1, width: 12,
    steps: [{ color: "green", value: null }, { color: "orange", value: 0.05 }],
  }),
];

const band = (activity: string, edge: string) =>
  `max(workspace_test:bellwether_activity:${edge}{${TEST}, activity="${activity}"})`;

const health = [
  lines({
    title: "Weights", description: "The shares of new accounts that variants get. The weights of an adaptive test change.",
    targets: promql([`max by (variant) (bellwether_test_weight_ratio{${TEST}})`, "{{variant}}"]), unit: "percentunit", min: 0, max: 1, width: 8,
  }),
  lines({
    title: "Age of results, over time", description: "Rises until the next aggregation. A line that keeps rising shows that aggregation has stopped.",
    targets: promql([`max(bellwether_test_results_age_seconds{${TEST}})`, "age"]), unit: "s", min: 0, width: 8,
  }),
  lines({
    title: "Accounts per day, and the usual range", description: "From a test's third day on. Outside the range, an alert is raised.",
    targets: promql(
      [band("assignments", "increase1d"), "accounts"], [band("assignments", "low"), "at least"], [band("assignments", "high"), "at most"],
    ),
    unit: "short", min: 0, width: 8,
  }),
];

export const experiments = dashboard({
  uid: "bellwether-experiments",
  title: "Bellwether: experiments",
  description: "One test: traffic, outcomes, results so far, and whether they are trustworthy.",
  from: "now-7d",
  variables: [
    choice("environment", "Environment", "bellwether_test_running"),
    choice("workspace", "Workspace", 'bellwether_test_running{environment="$environment"}'),
    choice("test", "Test", `bellwether_test_running{${WHERE}}`),
    choice("goal", "Goal", `bellwether_test_conversions_total{${TEST}}`),
  ],
  rows: [summary, traffic, outcomes, readings, health],
});
