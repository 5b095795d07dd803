// All dashboards, by file name.

import type { Dashboard } from "@grafana/schema";
import { api } from "./api";
import { experiments } from "./experiments";
import { security } from "./security";

export const all: Record<string, Dashboard> = { api, experiments, security };
