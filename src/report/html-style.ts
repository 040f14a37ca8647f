/** The style of the HTML report: readable on paper, in light and dark, without a script. */
export const style = `
:root { color-scheme: light dark; --line: #8886; --error: #b3261e; --warning: #8a5a00; --note: #1a5fb4; --add: #1a7f3722; --del: #b3261e22; }
@media (prefers-color-scheme: dark) { :root { --error: #ff8a80; --warning: #ffc46b; --note: #8ab4f8; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 0; }
code, pre, .code, .trace { font-family: ui-monospace, monospace; font-size: 0.875rem; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--note); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: 0.1rem 0.6rem; }
.scroll { overflow-x: auto; }
article { border: 1px solid var(--line); border-left-width: 0.4rem; border-radius: 0.3rem; padding: 0.8rem 1rem; margin: 1rem 0; }
article.error { border-left-color: var(--error); } article.warning { border-left-color: var(--warning); } article.note { border-left-color: var(--note); }
.severity { font-weight: bold; } .error .severity { color: var(--error); } .warning .severity { color: var(--warning); } .note .severity { color: var(--note); }
.finding-body { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.code td { white-space: pre; padding: 0 0.5rem; tab-size: 8; } .code .number { text-align: right; opacity: 0.65; user-select: none; }
.code .add { background: var(--add); } .code .del { background: var(--del); } .code .here { outline: 2px solid var(--error); outline-offset: -2px; }
.locks { min-width: 14rem; } dl { margin: 0.5rem 0; } dt { font-weight: bold; } dd { margin: 0 0 0.4rem 1rem; overflow-wrap: anywhere; }
.trace { width: 100%; margin: 0.5rem 0; } .trace th, .trace td { border: 1px solid var(--line); } .trace .effect { opacity: 0.8; }
.pictures { padding-left: 1.5rem; } .pictures figure { margin: 0.5rem 0; } .pictures p { margin: 0.2rem 0; }
.picture .changed { stroke: var(--error); } .picture .unlinked, .picture .waiting, .picture .freed, .picture .deposited { opacity: 0.8; }
details { margin: 0.5rem 0; } summary { cursor: pointer; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: 0.875rem; }
@media print { details::details-content { display: block; } }
`;
