/** Colours and lines of the pictures of anomalies: light or dark by the reader's own setting. */

const FONT = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace';

const LIGHT =
  "--a-page:#fff;--a-panel:#f5f7f9;--a-text:#1b2027;--a-muted:#56606b;--a-line:#98a2ad;" +
  "--a-grid:#dfe4e9;--a-lane:#f9fafb;--a-ww:#b5125a;--a-wr:#1f63ba;--a-rw:#a85600;" +
  "--a-process:#56606b;--a-realtime:#6b3fc4;--a-bad:#c4202c";

const DARK =
  "--a-page:#0f1318;--a-panel:#1d232b;--a-text:#e7eaee;--a-muted:#a0abb7;--a-line:#5d6874;" +
  "--a-grid:#2b333d;--a-lane:#141920;--a-ww:#ff77ad;--a-wr:#6aaeff;--a-rw:#ffb14a;" +
  "--a-process:#a0abb7;--a-realtime:#b794ff;--a-bad:#ff8078";

const RELATIONS = ["ww", "wr", "rw", "process", "realtime"]
  .map((name) => `.anomaly .${name}{--a-edge:var(--a-${name})}`)
  .join("");

export const PICTURE_STYLE = [
  `.anomaly{${LIGHT};font:12.3px ${FONT}}`,
  `@media (prefers-color-scheme:dark){.anomaly{${DARK}}}`,
  `@media print{.anomaly{${LIGHT}}}`,
  RELATIONS,
  ".anomaly text{fill:var(--a-edge,var(--a-text));white-space:pre}",
  ".anomaly .page,.anomaly .plate{fill:var(--a-page)}",
  ".anomaly .lane{fill:var(--a-lane)}",
  ".anomaly .box{fill:var(--a-panel);stroke:var(--a-line);stroke-width:1.4}",
  ".anomaly .box.loose{stroke-dasharray:5 4}",
  ".anomaly .tick{stroke:var(--a-grid)}",
  ".anomaly .title{font-size:15px}",
  ".anomaly .title,.anomaly .strong,.anomaly .bad,.anomaly .kind{font-weight:700}",
  ".anomaly .muted{fill:var(--a-muted)}",
  ".anomaly .bad{fill:var(--a-bad)}",
  ".anomaly path{fill:none;stroke:var(--a-edge);stroke-width:2}",
  ".anomaly polygon{fill:var(--a-edge)}",
  ".anomaly path.realtime{stroke-dasharray:2 4;stroke-linecap:round}",
  ".anomaly path.process{stroke-dasharray:8 4}",
].join("");
