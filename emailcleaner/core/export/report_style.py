"""The look of the report: one style sheet, light and dark, screen and paper. No logic."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;
--paper:#f6f7f9;--card:#fff;--ink:#16202b;--soft:#55606d;--line:#e2e6eb;--track:#eceff3;--accent:#1f6feb;
--clean:#1a8a4f;--role_based:#2f6fd6;--catchall:#c98a04;--risky:#b8590b;--disposable:#7c4dc4;
--invalid:#cc3340;
--unknown:#6f7b88;--suppressed:#42526b;--duplicate:#9aa6b3;--rejected:#8a6d5b;--on:#fff}
@media (prefers-color-scheme:dark){:root{
--paper:#10151b;--card:#181f27;--ink:#e8edf2;--soft:#9ba8b6;--line:#2a333e;--track:#26303a;
--accent:#6ea8ff;
--clean:#3fbf7f;--role_based:#6ea2f5;--catchall:#e3b341;--risky:#ee8f45;--disposable:#ae86ee;
--invalid:#f26d78;
--unknown:#94a1af;--suppressed:#7f93b3;--duplicate:#6b7886;--rejected:#b89a86;--on:#10151b}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 Inter,"Segoe UI",system-ui,-apple-system,"Helvetica Neue",Arial,sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 24px 56px}
header{margin-bottom:28px}
.made{display:flex;align-items:center;gap:8px;color:var(--soft);font-size:13px;font-weight:600;
letter-spacing:.02em}
.made svg{width:18px;height:18px}
h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:14px 0 6px;overflow-wrap:anywhere}
h2{font-size:18px;letter-spacing:-.01em;margin:0 0 4px}
p{margin:0 0 8px}
.lead{font-size:17px;color:var(--soft);max-width:44em}
.soft,.hint{color:var(--soft)}
.hint{font-size:13.5px;margin-bottom:14px;max-width:62em}
section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:22px 24px;
margin-top:20px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:16px;margin-top:20px}
.card{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--tone);
border-radius:14px;padding:16px 18px}
.card b{display:block;font-size:30px;line-height:1.15;letter-spacing:-.02em;
font-variant-numeric:tabular-nums}
.card .name{font-weight:600;font-size:14px;margin-bottom:6px}
.card .note{color:var(--soft);font-size:13.5px}
.chart{display:grid;grid-template-columns:260px 1fr;gap:32px;align-items:center}
.donut{width:100%;max-width:260px;height:auto;display:block;margin:0 auto}
.donut circle{fill:none;stroke-width:26}
.donut .big{font-size:40px;font-weight:700;fill:var(--ink);letter-spacing:-.03em}
.donut .small{font-size:14px;fill:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:14px}
caption{text-align:left}
th{font-weight:600;color:var(--soft);font-size:12.5px;text-align:left;padding:6px 12px 6px 0;
border-bottom:1px solid var(--line)}
td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;width:1%}
th.n{white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
code{font:12.5px ui-monospace,"SF Mono",Consolas,"DejaVu Sans Mono",monospace;color:var(--soft);
white-space:nowrap}
.mark{display:inline-grid;place-items:center;width:20px;height:20px;border-radius:6px;margin-right:9px;
background:var(--tone);color:var(--on);font-size:12px;font-weight:700;vertical-align:-4px;line-height:1}
.status{white-space:nowrap}
.word{font-weight:600;white-space:nowrap}
.says{display:block;color:var(--soft);font-size:13px;padding-left:29px}
.bar{display:block;height:6px;border-radius:3px;background:var(--track);overflow:hidden;
min-width:70px;margin-top:8px}
.bar i{display:block;height:100%;border-radius:3px;background:var(--tone)}
td.bars{width:20%}
.two{columns:2;column-gap:20px;margin-top:20px}
.two section{break-inside:avoid;margin:0 0 20px}
.two+section{margin-top:0}
.good{border-left:4px solid var(--clean);padding-left:12px}
footer{margin-top:26px;color:var(--soft);font-size:13px}
@media screen and (max-width:760px){.chart{grid-template-columns:1fr}.two{columns:1}main{padding:24px 14px}
td.bars{display:none}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#16202b;--soft:#55606d;
--line:#d5dae0;--track:#eceff3;
--clean:#1a8a4f;--role_based:#2f6fd6;--catchall:#c98a04;--risky:#b8590b;--disposable:#7c4dc4;
--invalid:#cc3340;
--unknown:#6f7b88;--suppressed:#42526b;--duplicate:#9aa6b3;--rejected:#8a6d5b;--on:#fff}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:11.5px}main{max-width:none;padding:0}h1{font-size:24px}
section,.card{break-inside:avoid;border-radius:8px;padding:12px 14px;margin-top:12px}
h2,.hint{break-after:avoid}.two+section{margin-top:12px}
section.long{break-inside:auto}tr{break-inside:avoid}thead{display:table-header-group}
.cards{grid-template-columns:repeat(4,1fr);gap:10px}.card b{font-size:22px}
.chart{grid-template-columns:200px 1fr}
table{font-size:11px}th{font-size:10px}
code{font-size:9.5px}.lead{font-size:13px}h2{font-size:14px}
.bar{min-width:40px;margin-top:5px}td,th{padding-top:4px;padding-bottom:4px}
.says,.hint,.card .note{font-size:10.5px}}
"""
