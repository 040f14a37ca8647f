/** Digests for identities (not for security). */
import { createHash } from "node:crypto";
import * as zlib from "node:zlib";

/** Characters up to which a text is digested here: to load node:crypto takes 4 ms, which a run that names a few findings need not pay. */
const longest = 2000;

/** SHA-1 as 40 hex digits. */
export function sha1(text: string | Uint8Array): string {
  return typeof text === "string" && text.length <= longest ? sha1OfShort(Buffer.from(text)) : createHash("sha1").update(text).digest("hex");
}

/**
 * For long texts of our own that may have been damaged or become others: a tenth of the time of sha1(), which loads node:crypto for them.
 * Node before 20.15 has no CRC-32; a checksum says which of both it is.
 */
export function checksum(text: string | Uint8Array): string {
  return zlib.crc32 === undefined ? sha1(text) : `crc32-${zlib.crc32(text).toString(16).padStart(8, "0")}`;
}

/** FIPS 180-4, section 6.1. */
function sha1OfShort(bytes: Uint8Array): string {
  const length = (((bytes.length + 8) >> 6) + 1) * 64;
  const message = new DataView(new ArrayBuffer(length));
  for (const [at, byte] of bytes.entries()) message.setUint8(at, byte);
  message.setUint8(bytes.length, 0x80);
  message.setUint32(length - 4, bytes.length * 8);
  const hash = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(80);
  for (let block = 0; block < length; block += 64) {
    for (let t = 0; t < 80; t++) words[t] = t < 16 ? message.getInt32(block + 4 * t) : rotated(words[t - 3]! ^ words[t - 8]! ^ words[t - 14]! ^ words[t - 16]!, 1);
    let [a, b, c, d, e] = hash as unknown as [number, number, number, number, number];
    for (let t = 0; t < 80; t++) {
      const [f, k] = t < 20 ? [(b & c) | (~b & d), 0x5a827999] : t < 40 ? [b ^ c ^ d, 0x6ed9eba1] : t < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
      [a, b, c, d, e] = [(rotated(a, 5) + f + e + k + words[t]!) | 0, a, rotated(b, 30), c, d];
    }
    for (const [at, value] of [a, b, c, d, e].entries()) hash[at]! += value;
  }
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
