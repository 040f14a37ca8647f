/** The library face, imported when a command first needs it: help and version must not pay for it. */
import type { Library } from "./context.ts";

export async function loadLibrary(): Promise<Library> {
  const { reviewSpooled, ...library } = await import("../index.ts");
  return { ...library, review: reviewSpooled };
}
