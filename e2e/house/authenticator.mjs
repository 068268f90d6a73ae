// An authenticator app (RFC 6238 with its defaults), for a journey that cannot wait for the clock.
import { createHmac } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const step = 30_000;

function bytes(base32) {
  const bits = [...base32.replace(/[\s=]/g, "")].map((c) => alphabet.indexOf(c.toUpperCase()).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
}

function codeAt(key, n) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(n));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** authenticator is the app for a secret in base32. */
export function authenticator(secret) {
  const key = bytes(secret);
  let used = 0;
  return {
    /**
     * code returns one that counts now and was not used. A server takes a code for three steps, each of them once, so that two sign-ins need not
     * wait: the oldest that will still count in ten seconds.
     */
    code() {
      used = Math.max(used + 1, Math.floor((Date.now() + 10_000) / step) - 1);
      return codeAt(key, used);
    },
    /** wrong returns a code that does not count now or soon. */
    wrong() {
      const now = Math.floor(Date.now() / step);
      const right = [-2, -1, 0, 1, 2, 3].map((n) => codeAt(key, now + n));
      return ["000000", "111111", "222222", "333333", "444444", "555555", "666666"].find((c) => !right.includes(c));
    },
  };
}
