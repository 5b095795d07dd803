// The kinds of panel, each with the options that all panels of the kind share.

import type { DataQuery, DataSourceRef, FieldConfig, GraphFieldConfig, Panel, Threshold, ValueMapping } from "@grafana/schema";
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  PercentChangeColorMode,
  SortOrder,
  StackingMode,
  ThresholdsMode,
  TooltipDisplayMode,
  VizOrientation,
} from "@grafana/schema";
import type { Options as StatOptions } from "@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { Options as GraphOptions } from "@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

export interface Content {
  title: string;
  /** The meaning of the panel and when to act; Grafana shows it at the panel's corner. */
  description: string;
  datasource: DataSourceRef;
  targets: DataQuery[];
  unit: string;
  /** The number of columns, of 24. */
  width: number;
  decimals?: number;
  min?: number;
  max?: number;
  /** Thresholds between colours; the first one has no value. */
  steps?: Threshold[];
  mappings?: ValueMapping[];
}

const LEGEND = { displayMode: LegendDisplayMode.List, placement: "bottom", showLegend: true, calcs: [] } as const;
const GRAPH: GraphOptions = {
  legend: { ...LEGEND, calcs: [...LEGEND.calcs] },
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
};
const STAT: StatOptions = {
  orientation: VizOrientation.Auto,
  reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
  colorMode: BigValueColorMode.Value,
  graphMode: BigValueGraphMode.None,
  justifyMode: BigValueJustifyMode.Auto,
  percentChangeColorMode: PercentChangeColorMode.Standard,
  showPercentChange: false,
  textMode: BigValueTextMode.Auto,
  wideLayout: true,
};

/** Lines over time; with `bars`, stacked bars of counts. */
export function graph(content: Content, bars = false): Panel {
  const custom: GraphFieldConfig = bars
    ? { drawStyle: GraphDrawStyle.Bars, fillOpacity: 80, lineWidth: 0, stacking: { mode: StackingMode.Normal, group: "A" } }
    : { drawStyle: GraphDrawStyle.Line, fillOpacity: 5, lineWidth: 1, spanNulls: 3_600_000 };
  if (content.steps !== undefined) {
    custom.thresholdsStyle = { mode: GraphThresholdsStyleMode.Line };
  }
  return panel("timeseries", content, { ...GRAPH }, 8, { ...custom });
}

/** The latest value, large; with `names`, the series' names instead. */
export function stat(content: Content, names = false): Panel {
  const options: StatOptions = names ? { ...STAT, textMode: BigValueTextMode.Name } : STAT;
  return panel("stat", content, { ...options }, 4);
}

function panel(type: string, content: Content, options: Record<string, unknown>, height: number, custom?: Record<string, unknown>): Panel {
  const { title, description, datasource, targets, width, steps, ...rest } = content;
  const defaults: FieldConfig = { ...rest };
  if (steps !== undefined) {
    defaults.thresholds = { mode: ThresholdsMode.Absolute, steps };
  }
  if (custom !== undefined) {
    defaults.custom = custom;
  }
  return {
    type,
    title,
    description,
    datasource,
    targets: targets.map((target) => ({ ...target })),
    options,
    fieldConfig: { defaults, overrides: [] },
    gridPos: { h: height, w: width, x: 0, y: 0 },
  };
}
