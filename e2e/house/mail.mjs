// Mails as customers write them, and the few looks into a sent one that a journey takes.

let counter = 0;

/** compose returns a mail, and its Message-ID. Headers given as extra replace the usual ones. */
export function compose({ from, to, subject, text, html, extra = {} }) {
  counter++;
  const id = `<journey-${process.pid}-${counter}@home.test>`;
  const headers = {
    From: from,
    To: to,
    Subject: encoded(subject),
    Date: new Date().toUTCString().replace("GMT", "+0000"),
    "Message-ID": id,
    "MIME-Version": "1.0",
    ...extra,
  };
  let body = text;
  if (html) {
    const boundary = `=_journey${counter}`;
    headers["Content-Type"] = `multipart/alternative; boundary="${boundary}"`;
    const part = (type, content) => `--${boundary}\nContent-Type: ${type}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n${content}\n`;
    body = `${part("text/plain", text)}${part("text/html", html)}--${boundary}--\n`;
  } else {
    headers["Content-Type"] ??= "text/plain; charset=utf-8";
    headers["Content-Transfer-Encoding"] ??= "8bit";
  }
  const head = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
  return { raw: `${head}\n\n${body}\n`, id };
}

/** encoded writes what is not ASCII as an encoded word (RFC 2047). */
function encoded(text) {
  return /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
}

/** header returns a header of a raw mail, unfolded and with encoded words read, or "". */
export function header(raw, name) {
  const head = raw.split("\r\n\r\n", 1)[0].replace(/\r\n[ \t]+/g, " ");
  const line = head.split("\r\n").find((l) => l.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return (line?.slice(name.length + 1).trim() ?? "").replace(/\?=\s+=\?/g, "?==?").replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_, charset, how, data) => {
    const bytes = how.toLowerCase() === "b" ? Buffer.from(data, "base64") : unquoted(data.replaceAll("_", " "));
    return new TextDecoder(charset).decode(bytes);
  });
}

function unquoted(text) {
  const bytes = text.replace(/=\r\n/g, "").replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1");
}

/** parts returns the leaves of a raw mail as {type, head, text}: enough for mails that we have sent ourselves. */
export function parts(raw) {
  const cut = raw.indexOf("\r\n\r\n");
  const head = raw.slice(0, cut + 2);
  const body = raw.slice(cut + 4);
  const type = header(raw, "Content-Type") || "text/plain";
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary) {
    return body
      .split(`--${boundary}`)
      .slice(1)
      .filter((part) => !part.startsWith("--"))
      .flatMap((part) => parts(part.replace(/^\r\n/, "")));
  }
  const encoding = header(raw, "Content-Transfer-Encoding").toLowerCase();
  const bytes =
    encoding === "base64" ? Buffer.from(body, "base64") : encoding === "quoted-printable" ? unquoted(body) : Buffer.from(body, "utf8");
  return [{ type: type.split(";")[0].trim().toLowerCase(), head, text: bytes.toString("utf8") }];
}

/** text returns the plain text of a raw mail. */
export function text(raw) {
  return parts(raw).find((p) => p.type === "text/plain")?.text ?? "";
}
