/** Colours and lines of plots: light or dark by the reader's own setting. */

const FONT = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace';

const LIGHT =
  "--p-page:#fff;--p-panel:#f7f9fa;--p-text:#1b2027;--p-muted:#56606b;--p-grid:#dde3e8;";
const DARK =
  "--p-page:#0f1318;--p-panel:#161c23;--p-text:#e7eaee;--p-muted:#a0abb7;--p-grid:#2b333d;";

/** Told apart also by those who see no red or no green, and by their panels anyhow. */
const LINES_LIGHT = ["#1f63ba", "#a85600", "#0b7a5e", "#b5125a", "#6b3fc4", "#5a6500"];
const LINES_DARK = ["#6aaeff", "#ffb14a", "#45cfa6", "#ff77ad", "#b794ff", "#c3d04a"];

export const LINE_COLOURS = LINES_LIGHT.length;

const lines = (colours: readonly string[]) =>
  colours.map((colour, at) => `--p-${at}:${colour}`).join(";");

export const PLOT_STYLE = [
  `.plot{${LIGHT}${lines(LINES_LIGHT)};font:12px ${FONT}}`,
  `@media (prefers-color-scheme:dark){.plot{${DARK}${lines(LINES_DARK)}}}`,
  `@media print{.plot{${LIGHT}${lines(LINES_LIGHT)}}}`,
  ".plot text{fill:var(--p-text);white-space:pre}",
  ".plot .page{fill:var(--p-page)}",
  ".plot .panel{fill:var(--p-panel);stroke:var(--p-grid)}",
  ".plot .grid{stroke:var(--p-grid)}",
  ".plot .title{font-weight:700}",
  ".plot .muted{fill:var(--p-muted)}",
  ".plot path{fill:none;stroke:var(--p-line);stroke-width:1.4;stroke-linejoin:round}",
  ".plot circle{fill:var(--p-line)}",
  ...LINES_LIGHT.map((_, at) => `.plot .line${at}{--p-line:var(--p-${at})}`),
].join("");
