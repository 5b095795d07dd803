// One test, for whoever runs it: what comes in, what it says so far, and whether it can be believed.

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
    title: "Verdict", description: "What Bellwether advises now. do_not_trust: the split is broken, and nothing here may be believed.",
    targets: latest([`max by (decision) (bellwether_test_verdict{${TEST}}) == 1`, "{{decision}}"]), unit: "none", width: 8,
  }, true),
  number({
    title: "State", description: "A test that does not run assigns nobody new.",
    targets: latest([`max(bellwether_test_running{${TEST}})`, "running"]), unit: "none", width: 4,
    mappings: [{ type: MappingType.ValueToText, options: { "0": { text: "does not run" }, "1": { text: "runs" } } }],
  }),
  number({
    title: "Accounts", description: "Assigned in this phase, in all variants.",
    targets: latest([`sum(bellwether_test_units_total{${TEST}})`, "accounts"]), unit: "short", width: 4,
  }),
  number({
    title: "Sample ratio", description: "The chance of so uneven a split if all is well. Under 0.001 the split is broken.",
    targets: latest([`min(bellwether_test_sample_ratio_p{${TEST}})`, "p"]), unit: "none", decimals: 4, width: 4,
    steps: [{ color: "red", value: null }, { color: "green", value: 0.001 }],
  }),
  number({
    title: "Counted", description: "How old these numbers are. Nothing here moves between two counts.",
    targets: latest([`max(bellwether_test_results_age_seconds{${TEST}})`, "ago"]), unit: "s", decimals: 0, width: 4,
    steps: [{ color: "green", value: null }, { color: "red", value: 10_800 }],
  }),
];

const coming = [
  lines({
    title: "Accounts by variant", description: "Assigned in this phase.",
    targets: promql([`max by (variant) (bellwether_test_units_total{${TEST}})`, "{{variant}}"]), unit: "short", min: 0, width: 8,
  }),
  lines({
    title: "Accounts in an hour", description: "As they come, by variant.",
    targets: promql([`max by (variant) (increase(bellwether_test_units_total{${TEST}}[1h]))`, "{{variant}}"]), unit: "short", min: 0, width: 8,
  }),
  lines({
    title: "Outcomes in an hour: $goal", description: "Accounts with a first outcome, as they come, by variant.",
    targets: promql([`max by (variant) (increase(bellwether_test_conversions_total{${GOAL}}[1h]))`, "{{variant}}"]),
    unit: "short", min: 0, width: 8,
  }),
];

const outcomes = [
  lines({
    title: "Accounts with an outcome: $goal", description: "Those with at least one outcome that counts.",
    targets: promql([`max by (variant) (bellwether_test_conversions_total{${GOAL}})`, "{{variant}}"]), unit: "short", min: 0, width: 8,
  }),
  lines({
    title: "Share with an outcome: $goal", description: "Of the accounts assigned.",
    targets: promql([
      `max by (variant) (bellwether_test_conversions_total{${GOAL}}) / max by (variant) (bellwether_test_units_total{${TEST}})`, "{{variant}}",
    ]),
    unit: "percentunit", min: 0, width: 8,
  }),
  lines({
    title: "Sum of values: $goal", description: "All outcomes that count, added up: visits, or money.",
    targets: promql([`max by (variant) (bellwether_test_outcome_value{${GOAL}})`, "{{variant}}"]), unit: "short", width: 8,
  }),
];

const answer = [
  lines({
    title: "Difference from control: $goal",
    description: "With its 95 % interval. While the interval has 0 in it, either may be better. Absent while there is too little.",
    targets: promql(
      [`max by (variant) (bellwether_test_difference{${GOAL}})`, "{{variant}}"],
      [`max by (variant) (bellwether_test_difference_low{${GOAL}})`, "{{variant}}, at least"],
      [`max by (variant) (bellwether_test_difference_high{${GOAL}})`, "{{variant}}, at most"],
    ),
    unit: "short", width: 12,
  }),
  lines({
    title: "p: $goal", description: "Always valid: it may be watched daily. Absent while there is too little.",
    targets: promql([`max by (variant) (bellwether_test_p_value{${GOAL}})`, "{{variant}}"]), unit: "none", min: 0, max: 1, width: 12,
    steps: [{ color: "green", value: null }, { color: "orange", value: 0.05 }],
  }),
];

const band = (activity: string, edge: string) =>
  `max(workspace_test:bellwether_activity:${edge}{${TEST}, activity="${activity}"})`;

const health = [
  lines({
    title: "Weights", description: "How new accounts are divided. Those of an adaptive test move.",
    targets: promql([`max by (variant) (bellwether_test_weight_ratio{${TEST}})`, "{{variant}}"]), unit: "percentunit", min: 0, max: 1, width: 8,
  }),
  lines({
    title: "Age of the count", description: "Saw teeth, as high as the schedule's distance. A line that rises on and on is a fold that has stopped.",
    targets: promql([`max(bellwether_test_results_age_seconds{${TEST}})`, "age"]), unit: "s", min: 0, width: 8,
  }),
  lines({
    title: "Accounts in a day, and what is usual", description: "From a test's third day on. Outside of the band an alert is raised.",
    targets: promql(
      [band("assignments", "increase1d"), "accounts"], [band("assignments", "low"), "at least"], [band("assignments", "high"), "at most"],
    ),
    unit: "short", min: 0, width: 8,
  }),
];

export const experiments = dashboard({
  uid: "bellwether-experiments",
  title: "Bellwether: experiments",
  description: "One test: what comes in, what it says so far, and whether it can be believed.",
  from: "now-7d",
  variables: [
    choice("environment", "Environment", "bellwether_test_running"),
    choice("workspace", "Workspace", 'bellwether_test_running{environment="$environment"}'),
    choice("test", "Test", `bellwether_test_running{${WHERE}}`),
    choice("goal", "Goal", `bellwether_test_conversions_total{${TEST}}`),
  ],
  rows: [summary, coming, outcomes, answer, health],
});
