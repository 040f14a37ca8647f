/** The style of the HTML report: readable on paper, in light and dark, without a script. */
export const style = `
:root { color-scheme: light dark; --line: #8886; --error: #b3261e; --warning: #8a5a00; --note: #1a5fb4; --add: #1a7f3722; --del: #b3261e22; --held: #1a5fb4; }
@media (prefers-color-scheme: dark) { :root { --error: #ff8a80; --warning: #ffc46b; --note: #8ab4f8; --held: #8ab4f8; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 0; }
code, pre, .code, .trace { font-family: ui-monospace, monospace; font-size: 0.875rem; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible, input:focus-visible + label { outline: 3px solid var(--note); outline-offset: 2px; }
.skip { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
a.skip:focus { position: static; width: auto; height: auto; clip-path: none; }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: 0.1rem 0.6rem; }
.scroll { position: relative; overflow-x: auto; max-width: 100%; } .finding-body > * { min-width: 0; max-width: 100%; }
h1, h2, h3, p, li, td, summary { overflow-wrap: anywhere; } .code td { overflow-wrap: normal; } .left { white-space: pre-wrap; overflow-wrap: anywhere; }
article { border: 1px solid var(--line); border-left-width: 0.4rem; border-radius: 0.3rem; padding: 0.8rem 1rem; margin: 1rem 0; }
article.error { border-left-color: var(--error); } article.warning { border-left-color: var(--warning); } article.note { border-left-color: var(--note); }
.severity { font-weight: bold; } .error .severity { color: var(--error); } .warning .severity { color: var(--warning); } .note .severity { color: var(--note); }
.finding-body { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.code td { white-space: pre; padding: 0 0.5rem; tab-size: 8; } .code .number { text-align: right; opacity: 0.65; user-select: none; }
.code .add { background: var(--add); } .code .del { background: var(--del); } .code .here { outline: 2px solid var(--error); outline-offset: -2px; }
.code th { font-weight: normal; padding: 0 0.5rem; border-bottom: 1px solid var(--line); }
.code .held { border-right: 0.3rem solid var(--held); text-align: right; } .code .held.none { border-right-color: transparent; }
.locks { min-width: 14rem; } dl { margin: 0.5rem 0; } dt { font-weight: bold; } dd { margin: 0 0 0.4rem 1rem; overflow-wrap: anywhere; }
.trace { width: 100%; margin: 0.5rem 0; table-layout: fixed; } .trace th:first-child { width: 3.5rem; } .trace th, .trace td { border: 1px solid var(--line); } .trace .effect { opacity: 0.8; }
.stepper { display: flex; flex-wrap: wrap; gap: 0.3rem; border: 1px solid var(--line); margin: 0.5rem 0; min-width: 0; }
.stepper input { position: absolute; opacity: 0; } .stepper label { border: 1px solid var(--line); border-radius: 0.3rem; padding: 0.1rem 0.5rem; cursor: pointer; }
.stepper input:checked + label { background: CanvasText; color: Canvas; } .panel { display: none; order: 1; width: 100%; min-width: 0; } .stepper input:checked + label + .panel { display: block; }
.panel figure { margin: 0.5rem 0; min-width: 0; } .panel p { margin: 0.5rem 0; } .pair { display: flex; flex-wrap: wrap; gap: 1rem; } .pair figure { max-width: 100%; }
.overview { list-style: none; padding: 0; } .overview li { margin: 0.2rem 0; }
.picture .changed { stroke: var(--error); } .picture .unlinked, .picture .waiting, .picture .freed, .picture .deposited { opacity: 0.8; }
details { margin: 0.5rem 0; } summary { cursor: pointer; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: 0.875rem; }
@media print { details::details-content { display: block; } .panel { display: block; } .stepper label, .skip { display: none; } }
`;
