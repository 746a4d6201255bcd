// Everything that pages do beyond what HTML does; they work without it.

import { watchCharts } from "./charts.js";
import { listen } from "./live.js";
import { watchTheme } from "./theme.js";
import { watchUploads } from "./upload.js";
import { fillZone } from "./zone.js";

watchTheme();
watchUploads();
watchCharts();
fillZone();
listen();

// A transition that is skipped, because one went on at once, is no error.
for (const name of ["pageswap", "pagereveal"]) {
  window.addEventListener(name, ({ viewTransition }) => {
    viewTransition?.ready.catch(() => {});
    viewTransition?.finished.catch(() => {});
  });
}
