// Everything that pages do beyond what HTML does; they work without it.

import { watchCharts } from "./charts.js";
import { listen } from "./live.js";
import { watchTheme } from "./theme.js";
import { watchTransitions } from "./transitions.js";
import { watchUploads } from "./upload.js";
import { fillZone } from "./zone.js";

watchTheme();
watchTransitions();
watchUploads();
watchCharts();
fillZone();
listen();
