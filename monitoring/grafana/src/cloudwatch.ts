// CloudWatch queries, in the namespace that the functions write to (monitoring/catalogue.json).

import type { DataSourceRef, VariableModel } from "@grafana/schema";
import type { CloudWatchMetricsQuery } from "@grafana/schema/dist/types/raw/composable/cloudwatch/dataquery/x/CloudWatchDataQuery_types.gen";

export const CLOUDWATCH: DataSourceRef = { type: "cloudwatch", uid: "bellwether-cloudwatch" };

/** The statistic of a metric in each period. */
export type Statistic = "Sum" | "Average" | "Maximum" | "p50" | "p95" | "p99";

type Extra = Partial<Pick<CloudWatchMetricsQuery, "dimensions" | "hide" | "label" | "period">>;

const common = { datasource: CLOUDWATCH, namespace: "Bellwether/$environment", region: "default", queryMode: "Metrics" } as const;
const SEARCH = 0; // MetricQueryType and MetricEditorMode exist in the package as types only
const CODE = 1;

/** A metric without dimensions, or with the given ones; `*` gives a line for each value. */
export function metric(id: string, metricName: string, statistic: Statistic, extra: Extra = {}): CloudWatchMetricsQuery {
  return {
    ...common,
    refId: id,
    id,
    metricName,
    statistic,
    dimensions: {},
    matchExact: true,
    metricQueryType: SEARCH,
    metricEditorMode: SEARCH,
    ...extra,
  };
}

/** Arithmetic on metrics of the same panel, by their ids. */
export function math(id: string, expression: string, label: string, period?: string): CloudWatchMetricsQuery {
  return {
    ...common,
    refId: id,
    id,
    expression,
    label,
    metricQueryType: SEARCH,
    metricEditorMode: CODE,
    ...(period === undefined ? {} : { period }),
  };
}

/** The choice of deployment: the variable `environment` in Terraform. */
export const environment: VariableModel = {
  name: "environment",
  label: "Environment",
  type: "custom",
  query: "prod,dev",
  current: { text: "prod", value: "prod" },
  options: [
    { text: "prod", value: "prod", selected: true },
    { text: "dev", value: "dev", selected: false },
  ],
};
