// Builds a dashboard from its panels: sets their ids and positions, and the settings that all dashboards share.

import type { Dashboard, GridPos, Panel, VariableModel } from "@grafana/schema";
import { DashboardCursorSync } from "@grafana/schema";

const COLUMNS = 24;

export interface Plan {
  uid: string;
  title: string;
  description: string;
  from: string;
  variables: VariableModel[];
  rows: Panel[][];
}

export function dashboard(plan: Plan): Dashboard {
  return {
    uid: plan.uid,
    title: plan.title,
    description: plan.description,
    tags: ["bellwether"],
    schemaVersion: 42,
    editable: false,
    graphTooltip: DashboardCursorSync.Crosshair,
    refresh: "1m",
    time: { from: plan.from, to: "now" },
    timezone: "browser",
    templating: { list: plan.variables },
    annotations: { list: [] },
    panels: placed(plan.rows),
  };
}

/** Places the panels of each row from left to right, and each row below the previous one. */
function placed(rows: Panel[][]): Panel[] {
  const all: Panel[] = [];
  let y = 0;
  for (const row of rows) {
    let x = 0;
    let height = 0;
    for (const panel of row) {
      const { w, h } = panel.gridPos as GridPos;
      if (x + w > COLUMNS) {
        throw new Error(`the row of "${panel.title}" is wider than ${COLUMNS} columns`);
      }
      all.push({ ...panel, id: all.length + 1, gridPos: { x, y, w, h } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return all;
}
