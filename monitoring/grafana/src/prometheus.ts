// Prometheus queries. Grafana's schema package has no type for them, so this type has only the keys used here.

import type { DataQuery, DataSourceRef, VariableModel } from "@grafana/schema";
import { VariableRefresh, VariableSort } from "@grafana/schema";

export const PROMETHEUS: DataSourceRef = { type: "prometheus", uid: "bellwether-prometheus" };

export interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  range?: boolean;
  format?: "time_series" | "table";
}

/** The queries of one panel, each with an expression and the legend of its lines. */
export function promql(...queries: [expr: string, legend: string][]): PrometheusQuery[] {
  return queries.map(([expr, legendFormat], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: PROMETHEUS,
    expr,
    legendFormat,
    range: true,
  }));
}

/** The queries of a panel that shows the latest value only. */
export function latest(...queries: [expr: string, legend: string][]): PrometheusQuery[] {
  return promql(...queries).map((query) => ({ ...query, range: false, instant: true }));
}

/** A variable whose values are those of a label. */
export function choice(name: string, label: string, series: string): VariableModel {
  return {
    name,
    label,
    type: "query",
    datasource: PROMETHEUS,
    query: { query: `label_values(${series}, ${name})`, refId: `choice-${name}` },
    refresh: VariableRefresh.onTimeRangeChanged,
    sort: VariableSort.alphabeticalAsc,
  };
}
