// A push service on the loopback with one browser, as real ones answer (RFC 8030): it takes messages, and reads them with the browser's key (RFC 8291).
import { execFileSync } from "node:child_process";
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** startPush starts it. cert is the file of the certificate that the server must trust. */
export async function startPush() {
  const dir = mkdtempSync(join(tmpdir(), "tellus-push-"));
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=push -addext subjectAltName=IP:127.0.0.1";
  execFileSync("openssl", [...how.split(" "), "-keyout", key, "-out", cert], { stdio: "ignore" });
  const browser = createECDH("prime256v1");
  browser.generateKeys();
  const auth = randomBytes(16);
  const got = [];
  let gone = false;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (!gone) got.push({ headers: request.headers, text: read(Buffer.concat(parts)) });
    response.writeHead(gone ? 410 : 201).end();
  });
  await new Promise((started) => server.listen(0, "127.0.0.1", started));

  function read(body) {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + body[20]);
    const record = body.subarray(21 + body[20]);
    const shared = browser.computeSecret(sender);
    const info = Buffer.concat([Buffer.from("WebPush: info\0"), browser.getPublicKey(), sender]);
    const ikm = Buffer.from(hkdfSync("sha256", shared, auth, info, 32));
    const cek = Buffer.from(hkdfSync("sha256", ikm, salt, "Content-Encoding: aes128gcm\0", 16));
    const nonce = Buffer.from(hkdfSync("sha256", ikm, salt, "Content-Encoding: nonce\0", 12));
    const cipher = createDecipheriv("aes-128-gcm", cek, nonce);
    cipher.setAuthTag(record.subarray(-16));
    const plain = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()]);
    return plain.subarray(0, plain.lastIndexOf(2)).toString();
  }

  return {
    cert,
    got,
    place: `127.0.0.1:${server.address().port}`,
    /** subscription is what the browser gives (PushSubscription.toJSON). */
    subscription: {
      endpoint: `https://127.0.0.1:${server.address().port}/push/1`,
      keys: { p256dh: browser.getPublicKey("base64url"), auth: auth.toString("base64url") },
    },
    /** leave has the browser be gone. */
    leave() {
      gone = true;
    },
    stop() {
      server.closeAllConnections();
      server.close();
      rmSync(dir, { recursive: true });
    },
  };
}
