/** The hook as a shell script: runs the hook that was there before, then mmreview, and never keeps mail from leaving for want of mmreview. */

export const hookName = "sendemail-validate";
/** Where a hook that was there before is kept; it still runs, first. */
export const keptName: string = `${hookName}.before-mmreview`;
const mark = "# Written by `mmreview hook install`; `mmreview hook uninstall` takes it away again.";

export function isOurs(script: string): boolean {
  return script.includes(mark);
}

export interface ScriptFacts {
  /** Program and first arguments that started this mmreview. */
  readonly launcher: readonly string[];
  readonly options: readonly string[];
  readonly strict: boolean;
}

export function hookScript({ launcher, options, strict }: ScriptFacts): string {
  const words = options.map(quoted).join(" ");
  return `#!/bin/sh
${mark}
before="$(dirname "$0")/${keptName}"
if [ -x "$before" ]; then
	"$before" "$@" || exit
fi
# git names this repository to its hooks; mmreview also asks git about the kernel tree.
unset GIT_DIR GIT_WORK_TREE
if [ -x ${quoted(launcher[0]!)} ]${launcher.slice(1).map((file) => ` && [ -e ${quoted(file)} ]`).join("")}; then
	exec ${launcher.map(quoted).join(" ")} hook run ${words === "" ? "" : `${words} `}-- "$@"
elif command -v mmreview >/dev/null 2>&1; then
	exec mmreview hook run ${words === "" ? "" : `${words} `}-- "$@"
fi
echo "mmreview is gone: this mail was not reviewed" >&2
exit ${strict ? 1 : 0}
`;
}

/** Passes on to the repository's own hook: stands in a global hooks folder, which git looks into instead of the repository's. */
export function passingScript(name: string): string {
  return `#!/bin/sh
${mark}
own="$(git rev-parse --git-common-dir)/hooks/${name}"
if [ -x "$own" ]; then
	exec "$own" "$@"
fi
exit 0
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
