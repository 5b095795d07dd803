// Lines that tsc must refuse: each line that ends in a comment has one key that Grafana does not know. make monitoring-check
// fails if tsc accepts one of them, because tsc would then accept such a mistake in the dashboards too.

import { metric } from "../src/cloudwatch";
import { dashboard } from "../src/dashboard";
import { graph, type Content } from "../src/panels";
import { PROMETHEUS, type PrometheusQuery } from "../src/prometheus";
import type { Dashboard, Panel, VariableModel } from "@grafana/schema";
import type { Options } from "@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";

export const query: PrometheusQuery = {
  refId: "A",
  expression: "up", // refused
  expr: "up",
};
const content: Content = { title: "", description: "", datasource: PROMETHEUS, targets: [query], unit: "none", width: 1 };
export const panel: Panel = {
  type: "stat",
  titel: "", // refused
};
export const board: Dashboard = {
  schemaVersion: 42,
  autorefresh: "1m", // refused
};
export const variable: VariableModel = {
  name: "test",
  type: "query",
  multiple: true, // refused
};
export const options: Partial<Options> = {
  graphmode: "none", // refused
};
export const counted = metric("a", "Requests", "Sum", {
  dimension: {}, // refused
});
export const drawn = graph({
  ...content,
  units: "s", // refused
});
export const planned = dashboard({
  uid: "", title: "", description: "", from: "now-1h", variables: [], rows: [],
  timezones: "browser", // refused
});
