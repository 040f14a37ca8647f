/** What the package is made of, as a CycloneDX bill of materials from the lock file: nothing of time or place, so that two builds agree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly license?: string;
  readonly integrity?: string;
}

/** JSON text. Development packages are left out; the bundle holds some of the others, the rest is installed beside it. */
export function billOfMaterials(root: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, string>;
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { readonly packages: Readonly<Record<string, LockedPackage>> };
  const components = Object.entries(lock.packages)
    .filter(([path, one]) => path !== "" && one.dev !== true && one.version !== undefined)
    .map(([path, one]) => component(path.slice(path.lastIndexOf("node_modules/") + 13), one))
    .toSorted((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1));
  const main = { type: "application", name, version, licenses: [{ license: { id: license } }] };
  return `${JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", version: 1, metadata: { component: main }, components }, null, 1)}\n`;
}

function component(name: string, { version, license, integrity }: LockedPackage): { readonly "bom-ref": string } & Readonly<Record<string, unknown>> {
  const reference = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const [algorithm, value] = (integrity ?? "").split("-", 2);
  return {
    type: "library",
    "bom-ref": reference,
    name,
    version,
    purl: reference,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(algorithm === "sha512" ? { hashes: [{ alg: "SHA-512", content: Buffer.from(value!, "base64").toString("hex") }] } : {}),
  };
}
