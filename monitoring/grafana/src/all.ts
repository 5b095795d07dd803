// Every dashboard, by the name of its file.

import type { Dashboard } from "@grafana/schema";
import { api } from "./api";
import { experiments } from "./experiments";
import { security } from "./security";

export const all: Record<string, Dashboard> = { api, experiments, security };
