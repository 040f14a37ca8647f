/** The library face, imported when a command first needs it: help and version must not pay for it. */
import type { Library } from "./context.ts";

export async function loadLibrary(): Promise<Library> {
  return import("../index.ts");
}
