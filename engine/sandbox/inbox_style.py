"""The frame of the inbox: how it looks, and how it keeps itself fresh."""

FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox inbox</title>
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style>
:root {{
  color-scheme: light dark;
  --page: #f5f4f0; --card: #fff; --ink: #1d2321; --soft: #66706c; --line: #e2e0d8;
  --whatsapp: #117a48; --sms: #2a5bb8; --call: #96530a; --warn: #a2331f;
}}
@media (prefers-color-scheme: dark) {{
  :root {{
    --page: #151817; --card: #1f2422; --ink: #e9ece9; --soft: #9aa5a0; --line: #343b38;
    --whatsapp: #5ccb94; --sms: #8db4ff; --call: #e8a75c; --warn: #ff9380;
  }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }}
.top {{
  background: var(--card); border-bottom: 1px solid var(--line);
  padding: 1.5rem max(1.25rem, calc(50vw - 38rem));
}}
h1 {{ margin: 0; font-size: 1.4rem; letter-spacing: -.01em; }}
.top p {{ margin: .25rem 0 0; color: var(--soft); }}
.top .faults {{ color: var(--warn); }}
.counts {{
  display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; list-style: none;
  margin: 1rem 0 0; padding: 0; color: var(--soft);
}}
.counts b {{ color: var(--ink); font-size: 1.25rem; font-variant-numeric: tabular-nums; }}
.cards {{
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1rem;
  align-items: start; max-width: 78.5rem; margin: 0 auto; padding: 1.25rem;
}}
article {{
  background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1rem 1.125rem; overflow-wrap: anywhere;
}}
article header {{ display: flex; justify-content: space-between; align-items: baseline; gap: .75rem; }}
h2 {{ margin: 0; font-size: 1.05rem; }}
.often {{ flex: none; font-size: .8rem; color: var(--warn); }}
.who {{
  display: flex; flex-wrap: wrap; gap: 0 .75rem;
  margin: .1rem 0 .75rem; font-size: .875rem; color: var(--soft);
}}
ol {{ list-style: none; margin: 0; padding: 0; }}
ol li {{
  display: grid; grid-template-columns: 1fr auto; gap: .1rem .75rem; padding: .5rem 0 .5rem .75rem;
  border-left: 3px solid var(--line); font-size: .875rem;
}}
ol li + li {{ margin-top: .375rem; }}
.whatsapp {{ border-color: var(--whatsapp); }} .whatsapp .channel {{ color: var(--whatsapp); }}
.sms {{ border-color: var(--sms); }} .sms .channel {{ color: var(--sms); }}
.call {{ border-color: var(--call); }} .call .channel {{ color: var(--call); }}
.channel {{ font-weight: 600; }}
time, .request {{ color: var(--soft); font-variant-numeric: tabular-nums; text-align: right; }}
time {{ grid-area: 1 / 2; }}
code {{ font: .8125rem ui-monospace, monospace; }}
.note {{ grid-column: 1 / -1; margin: 1rem 0; color: var(--soft); }}
</style>
</head>
<body>
<div id="all">
<div class="top">
<h1>Sandbox inbox</h1>
<p>Nothing leaves this machine. These messages reached nobody. Times are Indian time.</p>
<p>{campaigns}</p>
{faults}
<ul class="counts">{counts}</ul>
</div>
<main class="cards">
{cards}
</main>
</div>
<script>
async function refresh() {{
  try {{
    const text = await (await fetch(location.href, {{cache: "no-store"}})).text();
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("all");
    const shown = document.getElementById("all");
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
  }} catch (gone) {{ /* the sandbox was stopped; what was shown stays */ }}
  setTimeout(refresh, 2000);
}}
setTimeout(refresh, 2000);
</script>
</body>
</html>
"""
"""The whole page, with braces doubled where they are its own."""
