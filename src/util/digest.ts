/** Digests for identities (not for security). */
import { createHash } from "node:crypto";

/** SHA-1 as 40 hex digits. */
export function sha1(text: string | Uint8Array): string {
  return createHash("sha1").update(text).digest("hex");
}
