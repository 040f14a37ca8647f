/**
 * Completion scripts made from the tables, so that a shell completes without starting mmreview. zsh runs the bash
 * function through bashcompinit.
 */
import { ruleIds } from "../core/rule-ids.ts";
import { type CommandName, commandTable } from "./commands.ts";
import { type OptionSpec, optionsOf } from "./options.ts";

export type Shell = "bash" | "zsh" | "fish";

export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return bash;
    case "zsh":
      return `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
    case "fish":
      return fish();
  }
}

const names = commandTable.map((command) => command.name);

/** Words that an option's value is one of, or null when it is anything else. */
function valueWords(option: OptionSpec, command: CommandName): readonly string[] | null {
  return option.value === "ID" ? ruleIds : (option.choices?.(command) ?? null);
}

const bash = `_mmreview() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${names.join("|")}) command=$word; break ;;
    esac
  done
  COMPREPLY=()
  case \${command:-review}:$prev in
${commandTable.flatMap(({ name }) => optionsOf(name).flatMap((option) => bashValue(option, name))).join("\n")}
  esac
  case \${command:-review}:$cur in
${commandTable.map(({ name }) => `    ${name}:-*) COMPREPLY=($(compgen -W "${optionsOf(name).map((option) => `--${option.name}`).join(" ")}" -- "$cur")); return ;;`).join("\n")}
  esac
  case $command in
    "") COMPREPLY=($(compgen -W "${names.join(" ")}" -- "$cur") $(compgen -f -- "$cur")) ;;
${commandTable.filter(({ actions }) => actions.length > 0).map(({ name, actions }) => `    ${name}) COMPREPLY=($(compgen -W "${bashActions(name, actions)}" -- "$cur") $(compgen -f -- "$cur")) ;;`).join("\n")}
    *) COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _mmreview mmreview
`;

function bashActions(name: CommandName, actions: readonly string[]): string {
  return (name === "rules" ? [...actions, ...ruleIds] : actions).join(" ");
}

function bashValue(option: OptionSpec, command: CommandName): string[] {
  if (option.value === undefined) return [];
  const words = valueWords(option, command);
  const generator = words !== null ? `-W "${words.join(" ")}"` : option.value === "DIR" ? "-d" : option.value === "FILE" ? "-f" : '-W ""';
  const spellings = [`--${option.name}`, ...(option.short === undefined ? [] : [`-${option.short}`])].map((spelling) => `${command}:${spelling}`);
  return [`    ${spellings.join("|")}) COMPREPLY=($(compgen ${generator} -- "$cur")); return ;;`];
}

function fish(): string {
  const unnamed = "__fish_use_subcommand";
  const lines = commandTable.flatMap(({ name, summary, actions }) => {
    const inCommand = `__fish_seen_subcommand_from ${name}`;
    const whenever = name === "review" ? `${unnamed}; or ${inCommand}` : inCommand;
    return [
      `complete -c mmreview -n '${unnamed}' -a ${name} -d ${quoted(summary)}`,
      ...actions.map((action) => `complete -c mmreview -n '${inCommand}' -a ${action}`),
      ...optionsOf(name).map((option) => fishOption(option, name, whenever)),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function fishOption(option: OptionSpec, command: CommandName, condition: string): string {
  const short = option.short === undefined ? "" : ` -s ${option.short}`;
  const words = valueWords(option, command);
  const value = option.value === undefined ? "" : words === null ? " -r" : ` -x -a ${quoted(words.join(" "))}`;
  return `complete -c mmreview -n '${condition}' -l ${option.name}${short}${value} -d ${quoted(option.help)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, (char) => `\\${char}`)}'`;
}
