/** schemas/config-1.json from the table of options. */
import { settings } from "../src/cli/config.ts";
import type { OptionSpec } from "../src/cli/options.ts";
import { ruleIds } from "../src/core/rule-ids.ts";

export function configSchema(): string {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:mmreview:config:1",
    title: "mmreview settings",
    description: "A .mmreview.json: what is said here holds unless the command line says otherwise. Paths are taken from the file's folder and can't lead out of it.",
    type: "object",
    properties: { $schema: { type: "string" }, ...Object.fromEntries(settings.map((option) => [option.name, settingSchema(option)])) },
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function settingSchema(option: OptionSpec): object {
  const description = `${option.help[0]!.toUpperCase()}${option.help.slice(1)}.`;
  const item = itemSchema(option);
  return { description, ...(option.list ? { type: "array", items: item } : item) };
}

function itemSchema(option: OptionSpec): object {
  if (option.name === "only" || option.name === "skip") return { enum: ruleIds };
  if (option.name === "archive") return { type: "string", pattern: "^[Hh][Tt][Tt][Pp][Ss]://" };
  if (option.choices !== undefined) return { enum: option.choices("review") };
  switch (option.setting) {
    case "number":
      return { type: "integer", minimum: 1 };
    case "switch":
      return { type: "boolean" };
    default:
      return { type: "string" };
  }
}
