/**
 * The look of `report.html`: light and dark by the reader's own setting, one column on a phone,
 * and plain paper in print. Colours of data differ in lightness as well as in hue, and marks in
 * shape, so that nothing hangs on seeing colours.
 */

const COLOURS = `
:root{color-scheme:light dark;
--page:#ffffff;--panel:#f5f7f9;--text:#1b2027;--muted:#56606b;--line:#d4dae1;
--edge:#7d8792;--grid:#e6eaee;--good:#1a7f37;--warn:#8a5a00;--bad:#c4202c;
--good-soft:#e7f5eb;--warn-soft:#fbf1dc;
--bad-soft:#fdebec;--ok:#2b70c9;--info:#a65700;--fail:#b5125a;--fault:#7a4fd0;--link:#0b5cad}
@media (prefers-color-scheme:dark){:root{
--page:#0f1318;--panel:#181d24;--text:#e7eaee;--muted:#a0abb7;--line:#333c47;
--edge:#6b7682;--grid:#262d36;--good:#57c878;--warn:#e0ad4a;--bad:#ff8078;
--good-soft:#13291b;--warn-soft:#2c2410;
--bad-soft:#331719;--ok:#6aaeff;--info:#ffb14a;--fail:#ff77ad;--fault:#b794ff;--link:#78b6ff}}`;

const PAGE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:26px;line-height:1.2;margin:0;display:flex;flex-wrap:wrap;gap:6px 14px;
align-items:center;overflow-wrap:anywhere}
h1 .muted{font-weight:400}
h2{font-size:17px;margin:0 0 10px}
p{margin:0 0 8px}
a{color:var(--link)}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
section{margin-top:30px}
.muted{color:var(--muted)}
.verdict{border:1px solid var(--line);border-left:6px solid;border-radius:8px;padding:18px 20px}
.verdict.good{border-left-color:var(--good);background:var(--good-soft)}
.verdict.warn{border-left-color:var(--warn);background:var(--warn-soft)}
.verdict.bad{border-left-color:var(--bad);background:var(--bad-soft)}
.verdict p{margin:8px 0 0}
.badge{color:var(--page);border-radius:5px;padding:2px 12px;letter-spacing:.03em}
.good .badge{background:var(--good)}.warn .badge{background:var(--warn)}
.bad .badge{background:var(--bad)}
.facts{display:flex;flex-wrap:wrap;gap:2px 20px;padding:0;margin:10px 0 0;list-style:none}
.partial{font-weight:600;color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;
margin:16px 0 0;padding:0}
.tile{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
.tile dt{color:var(--muted);font-size:13px}
.tile dd{margin:0;font-size:22px;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
.tile dd small{display:block;font-size:13px;font-weight:400;color:var(--muted)}
.list{list-style:none;padding:0;margin:0}
.list li{padding:7px 0;border-bottom:1px solid var(--grid);overflow-wrap:anywhere}
.list li:last-child{border-bottom:0}
.finding{margin:18px 0 30px}.finding h3{font-size:15px;margin:0 0 4px;font-weight:600}
.finding figure{margin:10px 0 0}.finding svg{max-width:max(100%,60rem);height:auto}
.tag{display:inline-block;font-size:12px;font-weight:600;border:1px solid;border-radius:4px;
padding:0 7px;margin-right:8px}
.tag.good{color:var(--good)}.tag.warn{color:var(--warn)}.tag.bad{color:var(--bad)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));
gap:0 40px;align-items:start}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 16px 6px 0;border-bottom:1px solid var(--grid);
vertical-align:top}
th{font-weight:600;font-size:13px;color:var(--muted);white-space:nowrap}
tbody th{color:var(--text);font-size:inherit;font-weight:400}
.number{text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
.warned{color:var(--warn);font-weight:600}.wrong{color:var(--bad);font-weight:600}
footer{margin-top:36px;padding-top:14px;border-top:1px solid var(--line);font-size:13px;
color:var(--muted);overflow-wrap:anywhere}`;

const CHARTS = `
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:13px;color:var(--muted);margin:0 0 6px;
padding:0;list-style:none;align-items:center}
.legend svg{vertical-align:-2px;margin-right:6px}
.scroll{overflow-x:auto;overflow-y:hidden}
.plot{display:grid;grid-template-columns:62px minmax(0,1fr);padding-right:10px}
.plot svg{display:block;width:100%;overflow:visible}
.plot .gutter{position:sticky;left:0;background:var(--page);z-index:1}
.plot text{font-size:12px;fill:var(--muted);font-variant-numeric:tabular-nums}
.grid line{stroke:var(--grid)}
.edge{stroke:var(--line)}
.fault rect{fill:var(--fault);fill-opacity:.13}
.fault line{stroke:var(--fault);stroke-dasharray:3 3}
.plot .fault text{fill:var(--fault);font-weight:600}
.ok{fill:var(--ok)}.info,.open{fill:var(--info)}.fail{fill:var(--fail)}
use.info,use.open{fill:none;stroke:var(--info);stroke-width:1.6}
use.ok{fill-opacity:.75}
.bars{fill:var(--ok);fill-opacity:.8}
.bars .errors{fill:var(--bad)}
.controller rect{fill:var(--info);fill-opacity:.35}
.controller.bus-off rect{fill:var(--bad);fill-opacity:.5}
.plot .controller text{fill:var(--text)}
.boxes rect.info,.boxes rect.open{fill:url(#fade)}
.boxes rect:hover{stroke:var(--text);stroke-width:1.5}
.boxes rect.named{stroke:var(--bad);stroke-width:2}
.boxes rect:target{stroke:var(--text);stroke-width:3}
.row{fill:var(--panel)}
details{margin-top:14px}
summary{cursor:pointer;color:var(--link)}`;

const NARROW_AND_PAPER = `
@media (max-width:600px){main{padding:14px 12px 36px}h1{font-size:22px}.verdict{padding:14px}
.tiles{grid-template-columns:1fr 1fr;gap:8px}.tile{padding:8px 10px}.tile dd{font-size:19px}
th,td{padding-right:10px}section{margin-top:26px}}
@media print{:root{color-scheme:light;
--page:#fff;--panel:#f5f7f9;--text:#000;--muted:#444;--line:#bbb;--grid:#ddd;--good:#1a7f37;
--warn:#8a5a00;--bad:#c4202c;--good-soft:#fff;--warn-soft:#fff;--bad-soft:#fff;--ok:#2b70c9;
--info:#a65700;--fail:#b5125a;--fault:#7a4fd0;--link:#000}
body{font-size:12px}main{max-width:none;padding:0}.scroll,.wide{overflow:visible}
.plot{min-width:0!important}section,.verdict,tr,figure{break-inside:avoid}
.verdict,.badge,.plot,.legend{-webkit-print-color-adjust:exact;print-color-adjust:exact}}`;

export const REPORT_STYLE = [COLOURS, PAGE, CHARTS, NARROW_AND_PAPER].join("").trim();
